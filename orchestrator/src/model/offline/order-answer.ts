// Says in plain sentences what get_order_status returned: nothing that is not in it.

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

export function describeOrder(output: Record<string, unknown>): string {
  const order = output as unknown as OrderStatus;
  const { currency, total, items, shipments, refunds } = order;
  if (currency === undefined || total === undefined || !items || !shipments || !refunds) return order.status_text;
  const tracking = shipments.flatMap((shipment) => shipment.tracking_numbers);
  const onItsWay = order.status === 'processed' || order.status === 'delivered';
  const refunded = refunds.reduce((sum, refund) => sum + refund.amount, 0);
  return [
    order.status_text,
    onItsWay && tracking.length > 0 ? `Tracking number${tracking.length > 1 ? 's' : ''}: ${tracking.join(', ')}.` : '',
    items.length > 0
      ? `It contains ${list(items.map((item) => (item.quantity > 1 ? `${item.quantity} × ${item.name}` : item.name)))}, ${money(total, currency)} in total.`
      : '',
    refunded > 0 ? `${money(refunded, currency)} has been refunded.` : '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

function list(names: string[]): string {
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(names);
}

export function money(amount: number, currency: string): string {
  return new Intl.NumberFormat('en-US', { style: 'currency', currency }).format(amount);
}
