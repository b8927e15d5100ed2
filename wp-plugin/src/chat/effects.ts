// What happens around a change: the card that asks for it, its outcome, the receipt, the way back, and tasks that take longer than an answer.
import { type ChatState, changeMessage, type InterruptMessage, isOpen, type ReceiptMessage, withMessage } from './chat-state.ts';
import type { ChatEvent } from './events.ts';
import type { FieldErrors } from './form.ts';
import type { Interrupt } from './interrupts.ts';

/** What this tab does to a card or a receipt; the log tells later what became of it. */
export type EffectAction =
  | { type: 'answering'; interruptId: string }
  | { type: 'answer_refused'; interruptId: string; code: string; errors: FieldErrors }
  | { type: 'undoing'; effectId: string }
  | { type: 'undo_taken'; effectId: string }
  | { type: 'undo_refused'; effectId: string; code: string };

type EffectEvent = Extract<ChatEvent, { type: 'interrupt_settled' | 'receipt' | 'task' | 'file' }>;

/** Codes after which nothing is left to be taken back. */
const undoOver = new Set(['not_found', 'undo_expired', 'interrupt_decided', 'interrupt_expired']);

export function askVisitor(state: ChatState, interrupts: Interrupt[], isLive: boolean): ChatState {
  return interrupts.reduce(
    (before, interrupt) =>
      withMessage(before, {
        kind: 'interrupt',
        id: interrupt.id,
        interrupt,
        outcome: undefined,
        isDone: undefined,
        isAnswering: false,
        problem: undefined,
        errors: {},
        isLive,
      }),
    state,
  );
}

export function applyEffect(state: ChatState, event: EffectEvent): ChatState {
  switch (event.type) {
    case 'interrupt_settled':
      return changeCard(state, event.interruptId, (card) => ({ ...card, outcome: event.outcome, isAnswering: false, errors: {} }));
    case 'receipt': {
      const { effectId, number, summary, undoUntil, undoes } = event;
      const before = undoes === undefined ? state : changeReceipt(state, undoes, (undone) => ({ ...undone, isUndoing: false, undoUntil: undefined }));
      return withMessage(before, { kind: 'receipt', id: effectId, effectId, number, summary, undoUntil, isUndoing: false, problem: undefined });
    }
    case 'file': {
      const { toolCallId: id, fileId, name, until } = event;
      return withMessage(state, { kind: 'file', id, fileId, name, until });
    }
    case 'task': {
      const { taskId, title, progress, message } = event;
      return withMessage(state, { kind: 'task', id: taskId, title, state: event.state, progress, text: message });
    }
  }
}

export function applyEffectAction(state: ChatState, action: EffectAction): ChatState {
  switch (action.type) {
    case 'answering':
      return changeCard(state, action.interruptId, (card) => ({ ...card, isAnswering: true, problem: undefined, errors: {} }));
    case 'answer_refused': {
      const { code, errors } = action;
      return changeCard(state, action.interruptId, (card) => ({
        ...card,
        isAnswering: false,
        problem: code,
        errors,
        outcome: outcomeAfter(card, code),
      }));
    }
    case 'undoing':
      return changeReceipt(state, action.effectId, (receipt) => ({ ...receipt, isUndoing: true, problem: undefined }));
    case 'undo_taken':
      return changeReceipt(state, action.effectId, (receipt) => ({ ...receipt, isUndoing: false, undoUntil: undefined }));
    case 'undo_refused':
      return changeReceipt(state, action.effectId, (receipt) => ({
        ...receipt,
        isUndoing: false,
        problem: action.code,
        undoUntil: undoOver.has(action.code) ? undefined : receipt.undoUntil,
      }));
  }
}

/** A tool has answered, or its answer no longer counts (undefined): the card that it was asked by shows so. */
export function markDone(state: ChatState, toolCallId: string, isDone: boolean | undefined): ChatState {
  const card = state.messages.findLast(
    (message): message is InterruptMessage => message.kind === 'interrupt' && message.interrupt.toolCallId === toolCallId,
  );
  return card && !isOpen(card) && card.isDone !== isDone ? withMessage(state, { ...card, isDone }) : state;
}

/** That it has expired the server says at once; any other outcome is in the log. */
function outcomeAfter(card: InterruptMessage, code: string): InterruptMessage['outcome'] {
  return code === 'interrupt_expired' ? (card.outcome ?? 'expired') : card.outcome;
}

function changeCard(state: ChatState, id: string, change: (card: InterruptMessage) => InterruptMessage): ChatState {
  return changeMessage(state, { kind: 'interrupt', id }, change);
}

function changeReceipt(state: ChatState, id: string, change: (receipt: ReceiptMessage) => ReceiptMessage): ChatState {
  return changeMessage(state, { kind: 'receipt', id }, change);
}
