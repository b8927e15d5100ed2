// When the visitor closes a conversation that had an answer: how was it? Asked once, beside the launcher, in nobody's way, and gone by itself.
import { createPortal, type RefObject, useEffect, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import type { Conversation } from '../chat/conversation.ts';
import { keep, readKept } from './kept.ts';
import { Sign } from './sign.tsx';
import { Stars } from './stars.tsx';

type Props = { conversation: Conversation; explain: (code: string) => string; isOpen: boolean; place: RefObject<HTMLElement> };

const shownMs = 60_000;
const thanksMs = 4_000;
const session = () => sessionStorage;

/** Whether there is something to rate and nobody was asked for it yet; from now on somebody was. */
export function askOnce(conversation: Conversation): boolean {
  const { messages, ratings } = conversation.snapshot().chat;
  const first = messages.find(({ kind }) => kind === 'user');
  const hasAnswer = messages.some((message) => message.kind === 'assistant' && message.runId !== undefined);
  if (!first || !hasAnswer || ratings[''] || readKept(session, 'asked') === first.id) return false;
  keep(session, 'asked', first.id);
  return true;
}

export function Farewell({ conversation, explain, isOpen, place }: Props) {
  const [frame, setFrame] = useState<Element | null>(null);
  const [wasOpen, setWasOpen] = useState(isOpen);
  const [isThanking, setIsThanking] = useState(false);
  useEffect(() => {
    if (wasOpen && !isOpen && askOnce(conversation)) setFrame(place.current?.closest('.frame') ?? null);
    if (isOpen) setFrame(null);
    setWasOpen(isOpen);
  }, [isOpen, wasOpen, conversation, place]);
  useEffect(() => {
    if (!frame) return undefined;
    const timer = setTimeout(() => setFrame(null), isThanking ? thanksMs : shownMs);
    return () => clearTimeout(timer);
  }, [frame, isThanking]);
  if (!frame) return null;
  const close = () => {
    setFrame(null);
    frame.querySelector<HTMLElement>('.launch')?.focus();
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Escape') close();
  };
  return createPortal(
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys of its buttons
    <div className="chat-farewell" onKeyDown={onKeyDown}>
      <p id="aiguy-farewell" role="status">
        {isThanking ? __('Thank you for telling us.', 'aiguy') : __('How was this conversation?', 'aiguy')}
      </p>
      <button type="button" className="farewell-close" aria-label={__('Don’t rate', 'aiguy')} onClick={close}>
        <Sign name="close" />
      </button>
      {isThanking ? null : <Stars conversation={conversation} explain={explain} labelledBy="aiguy-farewell" onRated={() => setIsThanking(true)} />}
    </div>,
    frame,
  );
}
