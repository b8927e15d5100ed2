// What the visitor may say next by one click: when the answer asks which of his orders he means, those that it names.
import { type AGUIEvent, EventType } from '@ag-ui/core';
import type { SuggestedActionsValue } from '@aiguy/manifests/generated/events';
import type { Turn } from './turn.ts';

const actionsMax = 4;
const labelCharactersMax = 80;

type Order = { order_id: string; items: { name: string }[] };

/** @returns no event where nothing is asked, or where fewer than two orders are named */
export function suggestActions({ said, messages }: Pick<Turn, 'said' | 'messages'>): AGUIEvent[] {
  const text = said.flatMap(({ parts }) => parts.map((part) => ('text' in part ? part.text : ''))).join('');
  if (!/[?？؟]/.test(text)) return [];
  const orders = messages.flatMap((message) => (message.role === 'tool' && message.outcome.ok ? ordersIn(message.outcome.output) : []));
  const named = new Map(orders.filter(({ order_id: id }) => text.includes(id)).map((order) => [order.order_id, order]));
  if (named.size < 2) return [];
  const value: SuggestedActionsValue = {
    actions: [...named.values()].slice(0, actionsMax).map((order) => ({ label: labelOf(order), message: order.order_id })),
  };
  return [{ type: EventType.CUSTOM, timestamp: Date.now(), name: 'aiguy.suggested_actions', value }];
}

function ordersIn(output: unknown): Order[] {
  const { orders } = output as { orders?: unknown };
  return Array.isArray(orders) ? orders.filter((order): order is Order => typeof order?.order_id === 'string' && Array.isArray(order.items)) : [];
}

function labelOf({ order_id: id, items }: Order): string {
  const label = [id, items[0]?.name].filter(Boolean).join(' · ');
  return label.length > labelCharactersMax ? `${label.slice(0, labelCharactersMax - 1)}…` : label;
}
