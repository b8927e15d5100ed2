// Which kinds of content are learnt, and the import of all of them with its progress.
import { Button, Card, CardBody, CardFooter, CardHeader, CheckboxControl } from '@wordpress/components';
import { useState } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import { LearningProgress } from './progress';
import type { Knowledge, KnowledgeState } from './state';

type Props = { knowledge: Knowledge; state: KnowledgeState };

export function LearningCard({ knowledge, state }: Props) {
  return (
    <Card>
      <CardHeader>
        <h2>{__('What it learns', 'aiguy')}</h2>
      </CardHeader>
      <CardBody>
        <Types knowledge={knowledge} state={state} />
      </CardBody>
      <CardFooter>
        <Import knowledge={knowledge} state={state} />
      </CardFooter>
    </Card>
  );
}

function Types({ knowledge, state }: Props) {
  const saved = state.types.filter(({ chosen }) => chosen).map(({ name }) => name);
  const [chosen, setChosen] = useState(saved);
  const isChanged = [...chosen].sort().join() !== [...saved].sort().join();
  const toggle = (name: string, isOn: boolean) => setChosen(isOn ? [...chosen, name] : chosen.filter((other) => other !== name));
  return (
    <>
      <p>
        {__(
          'Your agent answers from what any visitor can read: it learns these when you publish or change them, and forgets them when you take them offline. Prices and stock are looked up when somebody asks.',
          'aiguy',
        )}
      </p>
      <fieldset className="aiguy-knowledge-types">
        <legend className="screen-reader-text">{__('Kinds of content', 'aiguy')}</legend>
        {state.types.map(({ name, label, published }) => (
          <CheckboxControl
            key={name}
            __nextHasNoMarginBottom
            // translators: 1: such as Pages, 2: how many of them are published.
            label={sprintf(__('%1$s (%2$d published)', 'aiguy'), label, published)}
            checked={chosen.includes(name)}
            onChange={(isOn) => toggle(name, isOn)}
          />
        ))}
      </fieldset>
      {isChanged && (
        <Button
          variant="secondary"
          isBusy={knowledge.isSending}
          disabled={knowledge.isSending}
          onClick={() => void knowledge.wish('types', { types: chosen })}
        >
          {__('Save this choice', 'aiguy')}
        </Button>
      )}
    </>
  );
}

function Import({ knowledge, state }: Props) {
  const { import: running, counts } = state;
  return (
    <LearningProgress state={state}>
      {running ? (
        <Button variant="secondary" disabled={knowledge.isSending} onClick={() => void knowledge.wish('cancel', {})}>
          {__('Stop', 'aiguy')}
        </Button>
      ) : (
        <Button
          variant={counts.known === 0 ? 'primary' : 'secondary'}
          isBusy={knowledge.isSending}
          disabled={knowledge.isSending}
          onClick={() => void knowledge.wish('learn', {})}
        >
          {counts.known === 0 ? __('Learn now', 'aiguy') : __('Learn everything again', 'aiguy')}
        </Button>
      )}
    </LearningProgress>
  );
}
