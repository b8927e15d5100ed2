// What the visitor may say or open next by one click: the orders that the answer asks about, or what the manifests say follows on a result.
import { type AGUIEvent, EventType } from '@ag-ui/core';
import type { SuggestedActionsValue } from '@aiguy/manifests/generated/events';
import type { ToolManifest } from '@aiguy/manifests/load';
import { type Words, wordsIn } from '@aiguy/manifests/words';
import type { Turn } from './turn.ts';

const ordersMax = 4;
const nextMax = 3;
const labelCharactersMax = 80;

type Action = SuggestedActionsValue['actions'][number];
type Next = NonNullable<ToolManifest['next']>[number];
type Output = Record<string, unknown>;
type Order = { order_id: string; items: { name: string }[] };
type Known = Pick<Turn, 'said' | 'messages' | 'tools' | 'words'> & { ports: Pick<Turn['ports'], 'catalogue' | 'model'> };

/** @returns no event where there is nothing to suggest */
export function suggestActions(turn: Known): AGUIEvent[] {
  const orders = ordersAskedAbout(turn);
  const actions = orders.length > 0 ? orders : following(turn);
  if (actions.length === 0) return [];
  const value: SuggestedActionsValue = { actions };
  return [{ type: EventType.CUSTOM, timestamp: Date.now(), name: 'aiguy.suggested_actions', value }];
}

/** Where an answer asks which of at least two orders is meant. */
function ordersAskedAbout({ said, messages }: Known): Action[] {
  const text = said.flatMap(({ parts }) => parts.map((part) => ('text' in part ? part.text : ''))).join('');
  if (!/[?？؟]/.test(text)) return [];
  const orders = messages.flatMap((message) => (message.role === 'tool' && message.outcome.ok ? ordersIn(message.outcome.output) : []));
  const named = new Map(orders.filter(({ order_id: id }) => text.includes(id)).map((order) => [order.order_id, order]));
  return named.size < 2 ? [] : [...named.values()].slice(0, ordersMax).map((order) => ({ label: labelOf(order), message: order.order_id }));
}

/** Of the newest question's results the last one that something follows on. */
function following({ messages, tools, ports, words }: Known): Action[] {
  const asked = messages.findLastIndex(({ role }) => role === 'user');
  const allowed = new Set(tools.allowed.map(({ name }) => name));
  // The policy without a model understands what it has learnt, which is English.
  const spoken = { label: words, message: ports.model.isExtractive ? wordsIn('en') : words };
  for (const message of messages.slice(asked + 1).toReversed()) {
    if (message.role !== 'tool' || !message.outcome.ok) continue;
    const { output } = message.outcome;
    const next = ports.catalogue.get(message.call.name)?.manifest.next ?? [];
    const holding = next.filter(({ tool, when }) => (tool === undefined || allowed.has(tool)) && holds(when, output));
    const actions = holding.flatMap((one) => actionOf(one, output, spoken) ?? []).slice(0, nextMax);
    if (actions.length > 0) return actions;
  }
  return [];
}

function holds(when: Next['when'], output: Output): boolean {
  return Object.entries(when ?? {}).every(([field, values]) => values.some((value) => value === output[field]));
}

function actionOf({ label: english, message = '', opens }: Next, output: Output, spoken: { label: Words; message: Words }): Action | undefined {
  const label = spoken.label.say(english);
  if (opens === undefined) return { label, message: spoken.message.say(message, valuesIn(output)) };
  const url = opens.split('.').reduce<unknown>((value, part) => (value as Output | undefined)?.[part], output);
  return typeof url === 'string' && /^https?:\/\//.test(url) ? { label, url } : undefined;
}

function valuesIn(output: Output): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(output).filter((field): field is [string, string | number] => ['string', 'number'].includes(typeof field[1])),
  );
}

function ordersIn(output: unknown): Order[] {
  const { orders } = output as { orders?: unknown };
  return Array.isArray(orders) ? orders.filter((order): order is Order => typeof order?.order_id === 'string' && Array.isArray(order.items)) : [];
}

function labelOf({ order_id: id, items }: Order): string {
  const label = [id, items[0]?.name].filter(Boolean).join(' · ');
  return label.length > labelCharactersMax ? `${label.slice(0, labelCharactersMax - 1)}…` : label;
}
