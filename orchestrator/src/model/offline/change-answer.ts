// Says in plain sentences what a tool with one result returned: nothing that is not in it.
import { describeOrder, money } from './order-answer.ts';

type Output = Record<string, unknown>;

const tellers: Record<string, (output: Output) => string> = {
  get_order_status: describeOrder,
  cancel_order: ({ order_id: order, refund_amount: amount, currency, refund_to: to, refund_timing: timing }) =>
    `Order ${order} is cancelled. ${Number(amount) > 0 ? `${money(Number(amount), String(currency))} goes back to ${to}, ${timing}.` : ''}`.trim(),
  reinstate_order: ({ order_id: order }) => `The cancellation of order ${order} is undone.`,
  create_support_ticket: ({ reference }) => `Your ticket is open. Its reference is ${reference}.`,
  get_ticket_status: ({ reference, status, summary }) => `Ticket ${reference} is ${String(status).replaceAll('_', ' ')}: ${summary}`,
  get_profile: (output) => describePreferences(output, 'We remember this about you'),
  update_preferences: (output) => describePreferences(output, 'That is saved. We remember this about you'),
};

export function describeResult(tool: string, output: Output): string {
  return tellers[tool]?.(output) ?? 'That is done.';
}

function describePreferences({ preferences }: Output, introduction: string): string {
  const entries = Object.entries((preferences ?? {}) as Record<string, { value: string | string[] }>);
  if (entries.length === 0) return 'We remember nothing about you.';
  return `${introduction}: ${entries.map(([name, { value }]) => `${name.replaceAll('_', ' ')}: ${[value].flat().join(', ')}`).join('; ')}.`;
}
