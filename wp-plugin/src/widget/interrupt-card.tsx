// A card in the conversation: what is asked, of which object, for how much, and two buttons; afterwards its outcome, the same in all tabs.
import { type RefObject, useEffect, useRef } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import type { InterruptMessage } from '../chat/chat-state.ts';
import type { Conversation } from '../chat/conversation.ts';
import { errorText } from '../chat/error-text.ts';
import type { Amount, Interrupt } from '../chat/interrupts.ts';
import { visibleLine, visibleText } from '../chat/visible-text.ts';
import { Icon } from './icon.tsx';
import { InterruptForm } from './interrupt-form.tsx';
import { formatAmount, formatDate } from './locale-format.ts';

type Props = { card: InterruptMessage; locale: string; conversation: Conversation };

export function InterruptCard({ card, locale, conversation }: Props) {
  const { interrupt, outcome } = card;
  const element = useRef<HTMLFieldSetElement>(null);
  const first = useRef<HTMLElement>(null);
  useFocusOfCard(card, element, first);
  const isOpen = outcome === undefined;
  const ids = { heading: `${card.id}-heading`, message: `${card.id}-message` };
  return (
    <fieldset
      ref={element}
      className={`interrupt ${isOpen ? 'is-open' : 'is-settled'}`}
      aria-labelledby={ids.heading}
      aria-describedby={ids.message}
      aria-busy={card.isAnswering}
    >
      <h3 id={ids.heading} dir="auto">
        {visibleLine(interrupt.heading)}
      </h3>
      <p id={ids.message} className="card-message" dir="auto">
        {visibleText(interrupt.message)}
      </p>
      {isOpen ? <Details interrupt={interrupt} locale={locale} /> : null}
      {isOpen && interrupt.kind === 'confirmation' ? <Decision card={card} conversation={conversation} first={first} /> : null}
      {isOpen && interrupt.kind === 'input' ? <InterruptForm card={card} conversation={conversation} first={first} /> : null}
      {isOpen ? <Expiry at={interrupt.expiresAt} locale={locale} /> : <Outcome card={card} />}
      {card.problem === undefined || (outcome === 'expired' && card.problem === 'interrupt_expired') ? null : (
        <p className="card-problem" role="alert">
          {errorText(card.problem, __)}
        </p>
      )}
    </fieldset>
  );
}

function Details({ interrupt, locale }: { interrupt: Interrupt; locale: string }) {
  const { facts, amount } = interrupt;
  if (facts.length === 0 && !amount) return null;
  return (
    <dl className="facts">
      {facts.map(({ label, value }, index) => (
        <div key={index}>
          <dt dir="auto">{visibleLine(label)}</dt>
          <dd dir="auto">{visibleLine(value)}</dd>
        </div>
      ))}
      {amount ? <AmountRow amount={amount} locale={locale} /> : null}
    </dl>
  );
}

function AmountRow({ amount, locale }: { amount: Amount; locale: string }) {
  return (
    <div className="amount">
      <dt>{__('Amount', 'aiguy')}</dt>
      <dd>
        <bdi>{formatAmount(amount, locale)}</bdi>
      </dd>
    </div>
  );
}

function Decision({ card, conversation, first }: { card: InterruptMessage; conversation: Conversation; first: RefObject<HTMLElement> }) {
  const { id, isAnswering, interrupt } = card;
  return (
    <div className="card-buttons">
      <button
        ref={first as RefObject<HTMLButtonElement>}
        type="button"
        className="card-no"
        aria-disabled={isAnswering}
        onClick={() => conversation.decide(id, 'reject')}
      >
        {__('No', 'aiguy')}
      </button>
      <button type="button" className="card-go" aria-disabled={isAnswering} onClick={() => conversation.decide(id, 'approve')}>
        {visibleLine(interrupt.action) || __('Yes', 'aiguy')}
      </button>
    </div>
  );
}

function Expiry({ at, locale }: { at: number | undefined; locale: string }) {
  if (at === undefined) return null;
  /* translators: %s: time of day until which a question may be answered. */
  return <p className="card-expiry">{sprintf(__('Open until %s', 'aiguy'), formatDate(new Date(at), locale, { timeStyle: 'short' }))}</p>;
}

function Outcome({ card }: { card: InterruptMessage }) {
  const isDone = card.outcome === 'submitted' && !card.interrupt.isWrite ? true : card.isDone;
  const isGood = (card.outcome === 'approved' || card.outcome === 'submitted') && isDone === true;
  return (
    <p className={`outcome ${isGood ? 'is-good' : ''}`}>
      <Icon name={isGood ? 'check' : card.outcome === 'expired' ? 'clock' : 'close'} />
      {outcomeText(card)}
    </p>
  );
}

function outcomeText({ outcome, interrupt, isDone }: InterruptMessage): string {
  switch (outcome) {
    case 'rejected':
      return __('You said no', 'aiguy');
    case 'cancelled':
      return __('You cancelled', 'aiguy');
    case 'expired':
      return __('Expired', 'aiguy');
    default:
      if (outcome === 'submitted' && !interrupt.isWrite) return __('Sent', 'aiguy');
      if (isDone === undefined) return __('You agreed', 'aiguy');
      return isDone ? __('Done', 'aiguy') : __('Not done', 'aiguy');
  }
}

/** A visitor who is in the chat and not in the middle of writing is led to the card when it appears, and back to the text box when he has answered it. */
function useFocusOfCard(card: InterruptMessage, element: RefObject<HTMLElement>, first: RefObject<HTMLElement>): void {
  const isOpen = card.outcome === undefined;
  const isNew = useRef(card.isLive && isOpen);
  const wasAnswered = useRef(false);
  useEffect(() => {
    const chat = element.current?.closest('.chat');
    const focused = focusIn(element.current);
    const isWriting = focused instanceof HTMLTextAreaElement && focused.value !== '';
    if (isNew.current && focused && chat?.contains(focused) && !isWriting) first.current?.focus();
    isNew.current = false;
  }, [element, first]);
  useEffect(() => {
    wasAnswered.current ||= card.isAnswering;
    // Its buttons are gone, and with them the focus.
    if (!isOpen && wasAnswered.current && !focusIn(element.current) && document.activeElement === document.body) {
      element.current?.closest('.chat')?.querySelector('textarea')?.focus();
    }
  }, [isOpen, card.isAnswering, element]);
}

function focusIn(element: HTMLElement | null): Element | null {
  const root = element?.getRootNode();
  return root instanceof ShadowRoot ? root.activeElement : null;
}
