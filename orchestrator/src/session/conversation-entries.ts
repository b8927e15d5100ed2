// A session's log as people of the site read it: who said what, and what happened in between. Pure; no results of tools, which may be personal, and of their arguments only what the caller shows.
import { type AGUIEvent, EventType } from '@ag-ui/core';
import type {
  AuthorValue,
  CitationsValue,
  PersonValue,
  QueuedValue,
  ReceiptValue,
  StepResetValue,
  TaskValue,
  ToolTitleValue,
} from '@aiguy/manifests/generated/events';
import type { TranscriptEntry } from '@aiguy/manifests/generated/http';
import type { LoggedEvent } from './event-log.ts';
import { outcomeOf, type ShowArguments } from './shown-call.ts';

type Call = { tool: string; text: string };
type Fold = {
  entries: Map<string, TranscriptEntry>;
  authors: Map<string, string>;
  titles: Map<string, string>;
  calls: Map<string, Call>;
  showArguments: ShowArguments | undefined;
  at: string | undefined;
};

/** @param showArguments tells each call with its tool, these arguments and what came of it; without it calls are told by their titles alone */
export function entriesOf(events: readonly LoggedEvent[], showArguments?: ShowArguments): TranscriptEntry[] {
  const fold: Fold = { entries: new Map(), authors: new Map(), titles: new Map(), calls: new Map(), showArguments, at: undefined };
  for (const { seq, event } of events) {
    if (event.timestamp !== undefined) fold.at = new Date(event.timestamp).toISOString();
    take(fold, event, `${seq}`);
  }
  return [...fold.entries.values()].filter(({ kind, text }) => kind === 'event' || text !== '');
}

type Message = { id: string; role: string; content?: unknown };

function take(fold: Fold, event: AGUIEvent, id: string): void {
  switch (event.type) {
    case EventType.RUN_STARTED:
      takeMessages(fold, event.input?.messages ?? []);
      break;
    case EventType.MESSAGES_SNAPSHOT:
      takeMessages(fold, event.messages);
      break;
    case EventType.TEXT_MESSAGE_START:
      beginAnswer(fold, event.messageId);
      break;
    case EventType.TEXT_MESSAGE_CONTENT:
      change(fold, event.messageId, (entry) => ({ ...entry, text: entry.text + event.delta }));
      break;
    case EventType.TOOL_CALL_START:
      fold.calls.set(event.toolCallId, { tool: event.toolCallName, text: '' });
      break;
    case EventType.TOOL_CALL_ARGS:
      takeArguments(fold, event);
      break;
    case EventType.TOOL_CALL_RESULT:
      takeResult(fold, event);
      break;
    case EventType.RUN_FINISHED:
      takeEnd(fold, event, id);
      break;
    case EventType.RUN_ERROR:
      put(fold, happened(id, 'error', event.code ?? ''));
      break;
    case EventType.CUSTOM:
      takeCustom(fold, { name: event.name, value: event.value }, id);
      break;
  }
}

function takeMessages(fold: Fold, messages: readonly Message[]): void {
  for (const { id, role, content } of messages) {
    if (role === 'user') put(fold, { id, kind: 'visitor', text: text(content) });
    if (role === 'assistant') put(fold, { id, kind: 'agent', text: text(content) });
  }
}

function beginAnswer(fold: Fold, id: string): void {
  const name = fold.authors.get(id);
  put(fold, { id, text: '', ...(name === undefined ? { kind: 'agent' } : { kind: 'person', name }) });
}

function takeArguments(fold: Fold, { toolCallId, delta }: { toolCallId: string; delta: string }): void {
  const call = fold.calls.get(toolCallId);
  if (call) fold.calls.set(toolCallId, { ...call, text: call.text + delta });
}

function takeResult(fold: Fold, { toolCallId, content }: { toolCallId: string; content: unknown }): void {
  const outcome = outcomeOf(content);
  const entry = happened(toolCallId, outcome === 'ok' ? 'tool' : 'tool_failed', fold.titles.get(toolCallId) ?? '');
  put(fold, { ...entry, ...shownCall(fold, toolCallId, outcome) });
}

function shownCall({ calls, showArguments }: Fold, toolCallId: string, outcome: string): Pick<TranscriptEntry, 'call'> {
  const call = calls.get(toolCallId);
  return call && showArguments ? { call: { tool: call.tool, arguments: showArguments(call.tool, call.text), outcome } } : {};
}

function takeEnd(fold: Fold, { outcome }: Extract<AGUIEvent, { type: EventType.RUN_FINISHED }>, id: string): void {
  if (outcome?.type === 'interrupt') {
    for (const { id: cardId, message = '', toolCallId = '' } of outcome.interrupts)
      put(fold, { ...happened(cardId, 'card', message), ...shownCall(fold, toolCallId, 'waiting_for_visitor') });
  } else if ((outcome as { type?: string } | undefined)?.type === 'cancelled') put(fold, happened(id, 'stopped', ''));
}

const customs: Record<string, (fold: Fold, value: unknown, id: string) => void> = {
  'aiguy.author': (fold, value) => {
    const { messageId, name } = value as AuthorValue;
    fold.authors.set(messageId, name);
  },
  'aiguy.person': (fold, value, id) => {
    const { status, name = '' } = value as PersonValue;
    if (status !== 'offered') put(fold, happened(id, status, name));
  },
  'aiguy.queued': (fold, value) => {
    const { messageId, text: said } = value as QueuedValue;
    put(fold, { id: messageId, kind: 'visitor', text: said });
  },
  'aiguy.citations': (fold, value) => {
    const { messageId, citations } = value as CitationsValue;
    const sources = citations.map(({ title, url }) => ({ title, url }));
    const entry = fold.entries.get(messageId) ?? { id: messageId, kind: 'agent' as const, text: '' };
    put(fold, { ...entry, sources });
  },
  'aiguy.tool_title': (fold, value) => {
    const { toolCallId, title } = value as ToolTitleValue;
    fold.titles.set(toolCallId, title);
  },
  'aiguy.receipt': (fold, value) => {
    const { number, summary } = value as ReceiptValue;
    put(fold, happened(`receipt-${number}`, 'receipt', summary));
  },
  'aiguy.task': (fold, value) => {
    const { taskId, title, state } = value as TaskValue;
    put(fold, happened(taskId, 'task', `${title}: ${state}`));
  },
  'aiguy.withheld': (fold, value, id) => put(fold, happened(id, 'withheld', String((value as { count: number }).count))),
  'aiguy.step_reset': (fold, value) => {
    const { messageIds, resultIds } = value as StepResetValue;
    for (const gone of [...messageIds, ...resultIds]) fold.entries.delete(gone);
  },
};

function takeCustom(fold: Fold, { name, value }: { name: string; value: unknown }, id: string): void {
  if (Object.hasOwn(customs, name)) customs[name]?.(fold, value, id);
}

function happened(id: string, event: NonNullable<TranscriptEntry['event']>, detail: string): TranscriptEntry {
  return { id: `${event === 'tool' || event === 'tool_failed' ? '' : 'event-'}${id}`, kind: 'event', event, text: detail };
}

/** In the place of the one with its id; a visitor's message that waited stands where its answer begins. */
function put(fold: Fold, entry: TranscriptEntry): void {
  const before = fold.entries.get(entry.id);
  if (before?.kind === 'visitor') fold.entries.delete(entry.id);
  const at = before?.at ?? fold.at;
  const sources = before?.sources;
  fold.entries.set(entry.id, { ...(at === undefined ? {} : { at }), ...(sources ? { sources } : {}), ...entry });
}

function change(fold: Fold, id: string, to: (entry: TranscriptEntry) => TranscriptEntry): void {
  const entry = fold.entries.get(id);
  if (entry) fold.entries.set(id, to(entry));
}

function text(content: unknown): string {
  return typeof content === 'string' ? content : '';
}
