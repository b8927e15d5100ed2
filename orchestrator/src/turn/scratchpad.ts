// Events → scratchpad: what was spoken of, from arguments and results of tools and from citations. Pure; the same events give the same scratchpad.
import { type AGUIEvent, EventType } from '@ag-ui/core';
import type { CitationsValue } from '@aiguy/manifests/generated/events';
import type { LoggedEvent } from '../session/event-log.ts';
import type { Asked, Preferences, Scratchpad } from '../session/memory.ts';
import { findAsked, repeatedIn } from './repetition.ts';

const ordersMax = 6;
const ticketsMax = 4;
const productsMax = 4;
const articlesMax = 4;
const askedMax = 6;
const passagesMax = 6;
const textMax = 200;
const titleMax = 80;
const bytesMax = 2048;

/** What one run was about; calls: arguments by tool call id, as far as the run made the call itself. */
type Seen = {
  question: string;
  calls: Map<string, string>;
  orders: string[];
  tickets: string[];
  products: string[];
  articles: { title: string; url: string }[];
  passageIds: string[];
  isAnswered: boolean;
  preferences: Preferences | undefined;
};

/**
 * @param events of whole runs, oldest first
 * @returns the scratchpad after them, and the visitor's preferences if a tool told them
 */
export function noteEvents(before: Scratchpad, events: readonly LoggedEvent[]): { scratchpad: Scratchpad; preferences: Preferences | undefined } {
  const runs = new Map<string, Seen>();
  for (const { runId, event } of events) {
    const seen = runs.get(runId) ?? newSeen();
    runs.set(runId, seen);
    see(seen, event);
  }
  const scratchpad = [...runs.values()].reduce(note, before);
  return { scratchpad: fit(scratchpad), preferences: [...runs.values()].findLast(({ preferences }) => preferences)?.preferences };
}

function newSeen(): Seen {
  return {
    question: '',
    calls: new Map(),
    orders: [],
    tickets: [],
    products: [],
    articles: [],
    passageIds: [],
    isAnswered: false,
    preferences: undefined,
  };
}

function see(seen: Seen, event: AGUIEvent): void {
  switch (event.type) {
    case EventType.RUN_STARTED:
      seen.question = text(event.input?.messages.at(-1)?.content)[0] ?? seen.question;
      break;
    case EventType.TOOL_CALL_ARGS:
      seen.calls.set(event.toolCallId, (seen.calls.get(event.toolCallId) ?? '') + event.delta);
      break;
    case EventType.TOOL_CALL_RESULT:
      seeResult(seen, event.toolCallId, parse(event.content));
      break;
    case EventType.CUSTOM:
      if (event.name === 'aiguy.citations') seeCitations(seen, event.value as CitationsValue);
      break;
    case EventType.RUN_FINISHED:
      // What a card is about was spoken of, whatever comes of it.
      for (const { toolCallId } of cardsOf(event)) seeObject(seen, parse(seen.calls.get(toolCallId ?? '')));
      break;
    default:
      break;
  }
}

function cardsOf({ outcome }: Extract<AGUIEvent, { type: EventType.RUN_FINISHED }>): readonly { toolCallId?: string | undefined }[] {
  return outcome?.type === 'interrupt' ? outcome.interrupts : [];
}

function seeResult(seen: Seen, toolCallId: string, result: Record<string, unknown>): void {
  seen.isAnswered = true;
  if (result.ok !== true || !(result.output instanceof Object)) return;
  const output = result.output as Record<string, unknown>;
  seeObject(seen, parse(seen.calls.get(toolCallId)));
  seeObject(seen, output);
  if (Array.isArray(output.items)) seen.products.push(...output.items.flatMap((item) => text(item instanceof Object && 'name' in item && item.name)));
  if (output.preferences instanceof Object) seen.preferences = output.preferences as Preferences;
}

/** By the names that arguments and outputs of all manifests use. */
function seeObject(seen: Seen, fields: Record<string, unknown>): void {
  seen.orders.push(...text(fields.order_id));
  seen.tickets.push(...text(fields.reference));
}

function seeCitations(seen: Seen, { citations }: CitationsValue): void {
  seen.isAnswered = true;
  seen.articles = citations.map(({ title, url }) => ({ title: title.slice(0, titleMax), url: url.replace(/#.*$/, '').slice(0, textMax) }));
  seen.passageIds = citations.map(({ passageId }) => passageId);
}

function note(before: Scratchpad, seen: Seen): Scratchpad {
  const orders = [...new Set(seen.orders)];
  const subject = orders.length > 0 ? 'order' : seen.tickets.length > 0 ? 'ticket' : seen.articles.length > 0 ? 'article' : before.subject;
  return {
    ...(subject ? { subject } : {}),
    orders: newestFirst(orders, before.orders, ordersMax),
    currentOrders: orders.length > 0 ? Math.min(orders.length, ordersMax) : before.currentOrders,
    tickets: newestFirst(seen.tickets, before.tickets, ticketsMax),
    products: newestFirst(seen.products, before.products, productsMax),
    articles: [...seen.articles, ...before.articles.filter(({ url }) => !seen.articles.some((one) => one.url === url))].slice(0, articlesMax),
    asked: seen.isAnswered && seen.question !== '' ? noteQuestion(before.asked, seen) : before.asked,
  };
}

function noteQuestion(before: readonly Asked[], { question, passageIds }: Seen): Asked[] {
  const repeated = repeatedIn(question, before);
  const earlier = repeated ?? findAsked(question, before);
  const entry: Asked = {
    question: (earlier?.question ?? question).slice(0, textMax),
    times: (earlier?.times ?? 0) + 1,
    passageIds: [...new Set([...passageIds, ...(earlier?.passageIds ?? [])])].slice(0, passagesMax),
  };
  return [entry, ...before.filter((one) => one !== earlier)].slice(0, askedMax);
}

function newestFirst(seen: readonly string[], before: readonly string[], max: number): string[] {
  return [...new Set([...seen, ...before])].slice(0, max);
}

/** The oldest of the longest list goes until the rest fits. */
function fit(scratchpad: Scratchpad): Scratchpad {
  const fitted = structuredClone(scratchpad);
  const lists: unknown[][] = [fitted.asked, fitted.articles, fitted.products, fitted.tickets, fitted.orders];
  while (Buffer.byteLength(JSON.stringify(fitted)) > bytesMax) {
    const longest = lists.toSorted((a, b) => JSON.stringify(b).length - JSON.stringify(a).length)[0];
    if (!longest || longest.length === 0) break;
    longest.pop();
  }
  return { ...fitted, currentOrders: Math.min(fitted.currentOrders, fitted.orders.length) };
}

function text(value: unknown): string[] {
  return typeof value === 'string' && value !== '' ? [value.slice(0, textMax)] : [];
}

function parse(json: unknown): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(typeof json === 'string' ? json : '{}');
    return value instanceof Object ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
