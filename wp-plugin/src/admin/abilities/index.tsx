// AIGuy → Abilities: which read-only abilities of other plugins are approved for the agent, each as it was on the day of its approval.
import { Button, Card, CardBody, CardHeader, Notice, TextareaControl } from '@wordpress/components';
import { useState } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import { Asked } from '../asked';
import { mountScreen } from '../mount';
import { RequestError, request } from '../request';
import './abilities.css';

/** As Abilities\Pinned_Abilities::all() says it. */
type Ability = {
  name: string;
  label: string;
  description: string;
  pin: string;
  state: 'off' | 'on' | 'changed' | 'gone';
  approvedAt: string | null;
  /** What visitors ask that it answers, in the owner's words. */
  questions: string[];
  /** Something has to be filled in, which only a language model can. */
  needsDetails: boolean;
};
type Listed = { available: boolean; abilities: Ability[] };

mountScreen(Abilities);

function Abilities() {
  return <Asked<Listed> path="abilities">{(listed) => <List first={listed} />}</Asked>;
}

function List({ first }: { first: Listed }) {
  const [{ available, abilities }, setListed] = useState(first);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState('');
  const change: Change = async (ability, questions) => {
    setBusy(ability.name);
    setProblem('');
    try {
      const { name, pin } = ability;
      const [verb, data] = questions ? ['approve', { name, pin, questions }] : ['withdraw', { name }];
      setListed(await request<Listed>(`abilities/${verb}`, { method: 'POST', data }));
    } catch (error) {
      setProblem(error instanceof RequestError && error.code === 'not_found' ? changedMeanwhile() : String((error as Error).message));
    } finally {
      setBusy('');
    }
  };
  return (
    <>
      <p className="aiguy-lead">
        {__(
          'Other plugins can say what they are able to do. Here you choose what of it your agents may look up when a visitor asks. Only abilities that say of themselves that they change nothing are listed, and each runs with the visitor’s own rights, never with yours.',
          'aiguy',
        )}
      </p>
      {problem !== '' && (
        <Notice status="error" onRemove={() => setProblem('')}>
          {problem}
        </Notice>
      )}
      <Card>
        <CardHeader>
          <h2>{__('Abilities of this site', 'aiguy')}</h2>
        </CardHeader>
        <CardBody>
          {abilities.length === 0 ? (
            <p>{available ? nothingYet() : __('Abilities need WordPress 6.9 or newer.', 'aiguy')}</p>
          ) : (
            <ul className="aiguy-abilities">
              {abilities.map((ability) => (
                <Row key={ability.name} ability={ability} isBusy={busy === ability.name} change={change} />
              ))}
            </ul>
          )}
        </CardBody>
      </Card>
    </>
  );
}

const nothingYet = () => __('No plugin offers an ability that changes nothing. They appear here as soon as one does.', 'aiguy');
const changedMeanwhile = () =>
  __('This ability has changed since the page was opened. Reload the page, read it again, and then approve it.', 'aiguy');

/** @param questions approves it with them; left out: withdraws it */
type Change = (ability: Ability, questions?: string[]) => Promise<void>;
type RowProps = { ability: Ability; isBusy: boolean; change: Change };

function Row({ ability, isBusy, change }: RowProps) {
  const { label, name, description, state, needsDetails } = ability;
  const [text, setText] = useState(ability.questions.join('\n'));
  const questions = linesOf(text);
  const isNew = questions.join('\n') !== ability.questions.join('\n');
  return (
    <li>
      <div>
        <strong>{label}</strong> <code>{name}</code>
        {description !== '' && <p>{description}</p>}
        <p className={`aiguy-ability-state is-${state}`}>{stateInWords(ability)}</p>
        {state !== 'gone' && (
          <TextareaControl
            __nextHasNoMarginBottom
            label={__('Questions of visitors that it answers', 'aiguy')}
            help={
              needsDetails
                ? __('One a line, ten at most. It needs details from the visitor, so an agent without a language model does not use it.', 'aiguy')
                : __('One a line, ten at most. An agent without a language model uses it for these; with one, they help it to decide.', 'aiguy')
            }
            rows={2}
            maxLength={2000}
            value={text}
            onChange={setText}
          />
        )}
      </div>
      <div className="aiguy-ability-actions">
        {(state === 'off' || state === 'changed' || (state === 'on' && isNew)) && (
          /* translators: %s: name of an ability. */
          <Button
            variant="primary"
            isBusy={isBusy}
            disabled={isBusy}
            aria-label={sprintf(state === 'on' ? __('Save the questions of «%s»', 'aiguy') : __('Approve «%s»', 'aiguy'), label)}
            onClick={() => void change(ability, questions)}
          >
            {approveInWords(state)}
          </Button>
        )}
        {state !== 'off' && (
          /* translators: %s: name of an ability. */
          <Button
            variant="secondary"
            isBusy={isBusy}
            disabled={isBusy}
            aria-label={sprintf(__('Withdraw «%s»', 'aiguy'), label)}
            onClick={() => void change(ability)}
          >
            {__('Withdraw', 'aiguy')}
          </Button>
        )}
      </div>
    </li>
  );
}

/** As the server takes them: trimmed, no empty ones, each once. */
function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim().replace(/\s+/g, ' '));
  return [...new Set(lines.filter((line) => line !== ''))];
}

function approveInWords(state: Ability['state']): string {
  if (state === 'on') return __('Save questions', 'aiguy');
  return state === 'changed' ? __('Approve as it is now', 'aiguy') : __('Approve', 'aiguy');
}

function stateInWords({ state, approvedAt }: Ability): string {
  const day = approvedAt === null ? '' : new Intl.DateTimeFormat(window.aiguyAdmin.locale, { dateStyle: 'long' }).format(new Date(approvedAt));
  switch (state) {
    case 'on':
      /* translators: %s: a date. */
      return sprintf(__('Approved on %s', 'aiguy'), day);
    case 'changed':
      /* translators: %s: a date. */
      return sprintf(__('Off: it has changed since you approved it on %s. Read it again before you approve it anew.', 'aiguy'), day);
    case 'gone':
      return __('Off: no plugin offers it any more.', 'aiguy');
    default:
      return __('Not approved', 'aiguy');
  }
}
