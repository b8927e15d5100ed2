// AIGuy → Set-up: three steps from the plugin to a chat that answers. It can be left at any step and goes on there.
import { Button, Card, CardBody, CardHeader, Notice } from '@wordpress/components';
import { useEffect, useRef, useState } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import { Asked } from '../asked';
import { mountScreen } from '../mount';
import { useTask } from '../use-task';
import { ConnectionStep } from './connection-step';
import { KnowledgeStep } from './knowledge-step';
import { PublishStep } from './publish-step';
import { change, type Setup, type SetupChange, type StepName, steps } from './setup';
import './setup.css';

mountScreen(SetupScreen);

export type StepProps = {
  setup: Setup;
  /** Keeps what the plugin has answered. */
  onChange: (setup: Setup) => void;
  /** Stores what is given and goes on to the next step. */
  onNext: (data?: SetupChange) => void;
  isBusy: boolean;
};

const bodies = { connection: ConnectionStep, knowledge: KnowledgeStep, publish: PublishStep };

function SetupScreen() {
  return <Asked<Setup> path="setup">{(setup) => <Wizard first={setup} />}</Asked>;
}

function Wizard({ first }: { first: Setup }) {
  const [setup, setSetup] = useState(first);
  const task = useTask();
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(setup.step);
  useEffect(() => {
    // Where the eyes go, the keyboard and the screen reader follow; not when the screen opens.
    if (shown.current !== setup.step) heading.current?.focus();
    shown.current = setup.step;
  }, [setup.step]);

  const index = steps.indexOf(setup.step);
  const save = (data: SetupChange) => void task.run(async () => setSetup(await change(data)));
  const onNext = (data: SetupChange = {}) => save({ ...data, step: steps[index + 1] ?? setup.step });
  const Body = bodies[setup.step];
  return (
    <div className="aiguy-setup">
      <Steps current={index} onOpen={(step) => save({ step })} />
      <Card>
        <CardHeader>
          <h2 ref={heading} tabIndex={-1} className="aiguy-setup-heading">
            {titleOf(setup.step)}
          </h2>
          <span className="aiguy-setup-count">
            {/* translators: 1: number of the step, 2: number of steps. */ sprintf(__('Step %1$d of %2$d', 'aiguy'), index + 1, steps.length)}
          </span>
        </CardHeader>
        <CardBody>
          {task.problem ? (
            <Notice status="error" isDismissible={false}>
              {task.problem}
            </Notice>
          ) : null}
          <Body key={setup.step} setup={setup} onChange={setSetup} onNext={onNext} isBusy={task.isBusy} />
        </CardBody>
      </Card>
      {setup.finished ? null : <p className="description">{__('You can leave at any time; the set-up goes on where you were.', 'aiguy')}</p>}
    </div>
  );
}

function Steps({ current, onOpen }: { current: number; onOpen: (step: StepName) => void }) {
  return (
    <nav aria-label={__('Steps of the set-up', 'aiguy')}>
      <ol className="aiguy-setup-steps">
        {steps.map((step, index) => (
          <li
            key={step}
            data-state={index < current ? 'done' : index === current ? 'current' : 'open'}
            aria-current={index === current ? 'step' : undefined}
          >
            {index < current ? (
              <Button variant="link" onClick={() => onOpen(step)}>
                {titleOf(step)} <span className="screen-reader-text">{__('(done, go back)', 'aiguy')}</span>
              </Button>
            ) : (
              <span>{titleOf(step)}</span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

function titleOf(step: StepName): string {
  switch (step) {
    case 'connection':
      return __('Connect', 'aiguy');
    case 'knowledge':
      return __('What it may learn from', 'aiguy');
    case 'publish':
      return __('Try and publish', 'aiguy');
  }
}
