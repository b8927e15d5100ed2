// Says in plain sentences what get_order_status returned: nothing that is not in it.
import { type Words, wordsIn } from '@aiguy/manifests/words';

type OrderStatus = {
  order_id: string;
  status: string;
  status_text: string;
  /** The rest is left out for a guest who has shown no more than the order's address. */
  currency?: string;
  total?: number;
  items?: { name: string; quantity: number }[];
  shipments?: { tracking_numbers: string[] }[];
  refunds?: { amount: number }[];
};

export function describeOrder(output: Record<string, unknown>, words: Words = wordsIn(undefined)): string {
  const order = output as unknown as OrderStatus;
  const { currency, total, items, shipments, refunds } = order;
  const status = words.tell(order.status_text);
  if (currency === undefined || total === undefined || !items || !shipments || !refunds) return status;
  const numbers = shipments.flatMap((shipment) => shipment.tracking_numbers);
  const onItsWay = order.status === 'processed' || order.status === 'delivered';
  const refunded = refunds.reduce((sum, refund) => sum + refund.amount, 0);
  return [
    status,
    onItsWay && numbers.length > 0 ? tracking(words, numbers) : '',
    items.length > 0 ? contents(words, items, words.money(total, currency)) : '',
    refunded > 0 ? words.say('{amount:money} has been refunded.', { amount: words.money(refunded, currency) }) : '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

function tracking(words: Words, numbers: readonly string[]): string {
  const told = { numbers: numbers.join(', ') };
  return numbers.length > 1 ? words.say('Tracking numbers: {numbers}.', told) : words.say('Tracking number: {numbers}.', told);
}

function contents(words: Words, items: readonly { name: string; quantity: number }[], total: string): string {
  const names = items.map(({ name, quantity }) => (quantity > 1 ? `${quantity} × ${name}` : name));
  return words.say('It contains {items}, {total:money} in total.', { items: words.list(names), total });
}
