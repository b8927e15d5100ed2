// Whether an answer helped: one click, and after a «no» the reason, for whoever wants to give one.

import type { FeedbackReason } from '@aiguy/manifests/generated/http';
import { useEffect, useRef, useState, useSyncExternalStore } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import type { Conversation } from '../chat/conversation.ts';
import { toChatError } from '../chat/session.ts';
import { commentCharactersMax, rate } from './rating.ts';
import { Sign } from './sign.tsx';

type Props = { runId: string; conversation: Conversation; explain: (code: string) => string };

export function Thumbs({ runId, conversation, explain }: Props) {
  const kept = useSyncExternalStore(conversation.subscribe, () => conversation.snapshot().chat.ratings[runId]);
  const [chosen, setChosen] = useState<number>();
  const [isAsking, setIsAsking] = useState(false);
  const [said, setSaid] = useState('');
  const down = useRef<HTMLButtonElement>(null);
  const score = chosen ?? kept?.score;

  const send = async (feedback: { score: number; reason?: FeedbackReason; comment?: string }) => {
    setChosen(feedback.score);
    setSaid('');
    try {
      await rate(conversation, { runId, ...feedback });
      setSaid(__('Thank you for telling us.', 'aiguy'));
    } catch (error) {
      setSaid(explain(toChatError(error).code));
    }
    // From here on what the log says counts.
    setChosen(undefined);
  };
  const choose = (next: 1 | -1) => {
    setIsAsking(next === -1);
    if (next !== score) void send({ score: next });
  };
  const finish = (answer?: { reason?: FeedbackReason; comment: string }) => {
    setIsAsking(false);
    down.current?.focus();
    if (answer) void send({ score: -1, ...answer });
  };
  return (
    <>
      <Thumb name="up" label={__('This helped', 'aiguy')} isPressed={score === 1} onClick={() => choose(1)} />
      <Thumb name="down" label={__('This did not help', 'aiguy')} isPressed={score === -1} onClick={() => choose(-1)} button={down} />
      <span className="said" role="status">
        {isAsking ? '' : said}
      </span>
      {isAsking ? <WhyNot reason={kept?.reason} onDone={finish} /> : null}
    </>
  );
}

type ThumbProps = { name: 'up' | 'down'; label: string; isPressed: boolean; onClick: () => void; button?: React.RefObject<HTMLButtonElement> };

function Thumb({ name, label, isPressed, onClick, button }: ThumbProps) {
  return (
    <button ref={button ?? null} type="button" className="small-button" aria-label={label} title={label} aria-pressed={isPressed} onClick={onClick}>
      <Sign name={name} />
    </button>
  );
}

type WhyNotProps = { reason: string | undefined; onDone: (answer?: { reason?: FeedbackReason; comment: string }) => void };

function WhyNot({ reason: before, onDone }: WhyNotProps) {
  const reasons: [FeedbackReason, string][] = [
    ['wrong', __('It is wrong', 'aiguy')],
    ['incomplete', __('Something is missing', 'aiguy')],
    ['outdated', __('It is out of date', 'aiguy')],
    ['unclear', __('I don’t understand it', 'aiguy')],
    ['other', __('Something else', 'aiguy')],
  ];
  const [reason, setReason] = useState(reasons.find(([name]) => name === before)?.[0]);
  const [comment, setComment] = useState('');
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector('input')?.focus();
    form.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    onDone();
  };
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    onDone({ ...(reason ? { reason } : {}), comment });
  };
  return (
    <form ref={form} className="why-not form" onSubmit={submit} onKeyDown={onKeyDown}>
      <fieldset>
        <legend>{__('What was wrong with it?', 'aiguy')}</legend>
        {reasons.map(([name, label]) => (
          <label key={name} className="option">
            <input type="radio" name="reason" value={name} checked={reason === name} onChange={() => setReason(name)} />
            {label}
          </label>
        ))}
      </fieldset>
      <label className="comment">
        {__('In your words', 'aiguy')} <span className="optional">{__('(optional)', 'aiguy')}</span>
        <textarea rows={2} dir="auto" maxLength={commentCharactersMax} value={comment} onChange={(event) => setComment(event.target.value)} />
      </label>
      <div className="card-buttons">
        <button type="button" className="card-no" onClick={() => onDone()}>
          {__('Skip', 'aiguy')}
        </button>
        <button type="submit" className="card-go">
          {__('Send', 'aiguy')}
          <span className="unseen"> {__('what was wrong', 'aiguy')}</span>
        </button>
      </div>
    </form>
  );
}
