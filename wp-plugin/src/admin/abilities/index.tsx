// AIGuy → Abilities: which read-only abilities of other plugins are approved for the agent, each as it was on the day of its approval.
import { Button, Card, CardBody, CardHeader, Notice } from '@wordpress/components';
import { useState } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import { Asked } from '../asked';
import { mountScreen } from '../mount';
import { RequestError, request } from '../request';
import './abilities.css';

/** As Abilities\Pinned_Abilities::all() says it. */
type Ability = { name: string; label: string; description: string; pin: string; state: 'off' | 'on' | 'changed' | 'gone'; approvedAt: string | null };
type Listed = { available: boolean; abilities: Ability[] };

mountScreen(Abilities);

function Abilities() {
  return <Asked<Listed> path="abilities">{(listed) => <List first={listed} />}</Asked>;
}

function List({ first }: { first: Listed }) {
  const [{ available, abilities }, setListed] = useState(first);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState('');
  const change = async (ability: Ability, verb: 'approve' | 'withdraw') => {
    setBusy(ability.name);
    setProblem('');
    try {
      const data = verb === 'approve' ? { name: ability.name, pin: ability.pin } : { name: ability.name };
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
          'Other plugins can say what they are able to do. Here you choose which of it may be run for your visitors through this site. Only abilities that say of themselves that they change nothing are listed, and each runs with the visitor’s own rights, never with yours.',
          'aiguy',
        )}
      </p>
      <Notice status="info" isDismissible={false}>
        {__('Your agent does not use approved abilities by itself yet. Programs that ask in a visitor’s name can.', 'aiguy')}
      </Notice>
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

type RowProps = { ability: Ability; isBusy: boolean; change: (ability: Ability, verb: 'approve' | 'withdraw') => Promise<void> };

function Row({ ability, isBusy, change }: RowProps) {
  const { label, name, description, state } = ability;
  return (
    <li>
      <div>
        <strong>{label}</strong> <code>{name}</code>
        {description !== '' && <p>{description}</p>}
        <p className={`aiguy-ability-state is-${state}`}>{stateInWords(ability)}</p>
      </div>
      <div className="aiguy-ability-actions">
        {(state === 'off' || state === 'changed') && (
          /* translators: %s: name of an ability. */
          <Button
            variant="primary"
            isBusy={isBusy}
            disabled={isBusy}
            aria-label={sprintf(__('Approve «%s»', 'aiguy'), label)}
            onClick={() => void change(ability, 'approve')}
          >
            {state === 'changed' ? __('Approve as it is now', 'aiguy') : __('Approve', 'aiguy')}
          </Button>
        )}
        {state !== 'off' && (
          /* translators: %s: name of an ability. */
          <Button
            variant="secondary"
            isBusy={isBusy}
            disabled={isBusy}
            aria-label={sprintf(__('Withdraw «%s»', 'aiguy'), label)}
            onClick={() => void change(ability, 'withdraw')}
          >
            {__('Withdraw', 'aiguy')}
          </Button>
        )}
      </div>
    </li>
  );
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
