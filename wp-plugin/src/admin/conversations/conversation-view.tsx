// One conversation, live: who speaks, what was said, the reply of whoever has taken it over, and what belongs to it.
import type { StaffTranscript } from '@aiguy/manifests/generated/http';
import { Button, Notice, Spinner } from '@wordpress/components';
import { useEffect, useRef, useState } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import { Problem } from '../problem';
import { RequestError, request } from '../request';
import { Details } from './details';
import { ReplyBox } from './reply-box';
import { Transcript } from './transcript';
import { usePoll } from './use-poll';
import { visitorName } from './words';

const everyMs = 2500;

export type ActName = 'take-over' | 'hand-back' | 'close' | 'messages' | 'notes';
/** What the list beside it has to hear of. */
export type Change = ActName | 'delete';
export type Act = (name: ActName, data?: object) => Promise<boolean>;

type Props = { sessionId: string; onBack: () => void; onChange: (name: Change) => void };

export function ConversationView({ sessionId, onBack, onChange }: Props) {
  const { answer, error, again } = usePoll<StaffTranscript>(`conversations/${sessionId}`, everyMs);
  const [problem, setProblem] = useState<string | undefined>();
  const act: Act = async (name, data = {}) => {
    setProblem(undefined);
    try {
      await request(`conversations/${sessionId}/${name}`, { method: 'POST', data });
      return true;
    } catch (failure) {
      setProblem(failure instanceof RequestError ? failure.message : String(failure));
      return false;
    } finally {
      onChange(name);
      again();
    }
  };
  const onDelete = async () => {
    setProblem(undefined);
    try {
      await request(`conversations/${sessionId}`, { method: 'DELETE' });
      onChange('delete');
      onBack();
    } catch (failure) {
      setProblem(failure instanceof RequestError ? failure.message : String(failure));
    }
  };
  return (
    <section className="aiguy-view" aria-label={__('Conversation', 'aiguy')}>
      <Heading answer={answer} onBack={onBack} act={act} />
      {problem === undefined ? null : (
        <Notice status="error" onRemove={() => setProblem(undefined)}>
          {problem}
        </Notice>
      )}
      {problem === undefined && error !== undefined ? <Problem failure={error} again={again} /> : null}
      {answer ? <Opened answer={answer} act={act} onDelete={onDelete} /> : error === undefined ? <Spinner /> : null}
    </section>
  );
}

function Opened({ answer, act, onDelete }: { answer: StaffTranscript; act: Act; onDelete: () => Promise<void> }) {
  const { handoff } = answer.conversation;
  const isMine = handoff?.status === 'joined' && handoff.takenBy === window.aiguyAdmin.me;
  return (
    <>
      <Transcript entries={answer.entries} />
      {isMine ? <ReplyBox act={act} /> : null}
      <Details answer={answer} act={act} onDelete={onDelete} />
    </>
  );
}

function Heading({ answer, onBack, act }: { answer: StaffTranscript | undefined; onBack: () => void; act: Act }) {
  const title = useRef<HTMLHeadingElement>(null);
  const isOpen = answer !== undefined;
  useEffect(() => {
    if (isOpen) title.current?.focus({ preventScroll: true });
  }, [isOpen]);
  return (
    <header className="aiguy-view-head">
      <Button className="aiguy-back" variant="tertiary" onClick={onBack}>
        {__('Back to the list', 'aiguy')}
      </Button>
      <h2 ref={title} tabIndex={-1} dir="auto">
        {answer ? visitorName(answer.conversation) : __('Loading …', 'aiguy')}
      </h2>
      {answer ? <Who answer={answer} act={act} /> : null}
    </header>
  );
}

function Who({ answer, act }: { answer: StaffTranscript; act: Act }) {
  const { handoff } = answer.conversation;
  const { me, may } = window.aiguyAdmin;
  const isMine = handoff?.status === 'joined' && handoff.takenBy === me;
  const name = handoff?.name ?? '';
  return (
    <div className="aiguy-who">
      <p role="status">
        {handoff?.status === 'waiting' ? __('The visitor waits for a person.', 'aiguy') : null}
        {isMine ? __('You answer. The agent is silent.', 'aiguy') : null}
        {/* translators: %s: name of a person. */}
        {handoff?.status === 'joined' && !isMine ? sprintf(__('%s answers.', 'aiguy'), name) : null}
        {handoff ? null : __('The agent answers.', 'aiguy')}
      </p>
      {may.reply ? <WhoButtons status={handoff?.status} isMine={isMine} act={act} /> : null}
    </div>
  );
}

function WhoButtons({ status, isMine, act }: { status: 'waiting' | 'joined' | undefined; isMine: boolean; act: Act }) {
  if (isMine) return <ActButton name="hand-back" label={__('Hand back to the agent', 'aiguy')} act={act} />;
  if (status === 'joined') return <ActButton name="close" label={__('End their take-over', 'aiguy')} act={act} />;
  return (
    <>
      <ActButton name="take-over" label={__('Take over', 'aiguy')} isPrimary act={act} />
      {status === 'waiting' ? <ActButton name="close" label={__('Nobody will join', 'aiguy')} act={act} /> : null}
    </>
  );
}

function ActButton({ name, label, isPrimary = false, act }: { name: Parameters<Act>[0]; label: string; isPrimary?: boolean; act: Act }) {
  const [isBusy, setBusy] = useState(false);
  const onClick = async () => {
    setBusy(true);
    await act(name);
    setBusy(false);
  };
  return (
    <Button variant={isPrimary ? 'primary' : 'secondary'} isBusy={isBusy} disabled={isBusy} onClick={() => void onClick()}>
      {label}
    </Button>
  );
}
