// Which kinds of content are learnt, and the import of all of them with its progress.
import { Button, Card, CardBody, CardFooter, CardHeader, CheckboxControl, Notice, ProgressBar } from '@wordpress/components';
import { useState } from '@wordpress/element';
import { __, _n, sprintf } from '@wordpress/i18n';
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
  const { import: running, counts, problem } = state;
  const waiting = counts.queued + counts.forgetting;
  return (
    <div className="aiguy-knowledge-import">
      {problem !== '' && waiting > 0 && (
        <Notice status="warning" isDismissible={false}>
          {problem}
        </Notice>
      )}
      <p role="status">{progressWords(state)}</p>
      {running && (
        <ProgressBar
          value={Math.round((running.done / Math.max(1, running.total)) * 100)}
          className="aiguy-knowledge-progress"
          aria-label={__('Progress', 'aiguy')}
        />
      )}
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
    </div>
  );
}

function progressWords({ import: running, counts }: KnowledgeState): string {
  if (running) {
    // translators: 1: how many are done, 2: of how many.
    return sprintf(__('Learning: %1$d of %2$d. You can close this page; it goes on by itself.', 'aiguy'), running.done, running.total);
  }
  const waiting = counts.queued + counts.forgetting;
  // translators: %d: number of pages.
  if (waiting > 0)
    return sprintf(_n('%d change is on its way to your agent.', '%d changes are on their way to your agent.', waiting, 'aiguy'), waiting);
  if (counts.known === 0) return __('Your agent has learnt nothing of this site yet.', 'aiguy');
  // translators: %d: number of pages.
  return sprintf(_n('Up to date: it knows %d page.', 'Up to date: it knows %d pages.', counts.known, 'aiguy'), counts.known);
}
