// Calls of writes for a test, and what the shop's own tables say afterwards.
import { randomUUID } from 'node:crypto';
import { type Catalogue, loadManifests, type Tool } from '@aiguy/manifests/load';
import type { Service } from '@aiguy/manifests/service';
import type { AgentSettings } from '@aiguy/manifests/tokens';
import { directToken, type Harness, visitorHeaders } from './harness.ts';

const shipped = loadManifests();

export type Write = {
  on: Service;
  tool?: string;
  args: object;
  /** A new one when left out; null sends none. */
  key?: string | null;
  /** The subject of a direct caller. */
  sub?: string;
  headers?: Record<string, string>;
  preview?: boolean;
};

export type Written = {
  status: number;
  headers: Record<string, unknown>;
  text: string;
  body: {
    code?: string;
    requestId?: string;
    output?: Record<string, unknown>;
    details?: { pointer: string; rule: string }[];
    preview?: { summary: string; facts: { label: string; value: string }[]; amount?: object };
  };
};

export async function send(
  harness: Harness,
  { on, tool = 'cancel_order', args, key = randomUUID(), sub, headers, preview }: Write,
): Promise<Written> {
  const response = await on.app.inject({
    method: 'POST',
    url: `/tools/${tool}${preview ? '/preview' : ''}`,
    headers: {
      authorization: `Bearer ${await directToken(harness, sub ? { sub } : {})}`,
      'content-type': 'application/json',
      ...(key === null ? {} : { 'idempotency-key': key }),
      ...headers,
    },
    payload: JSON.stringify(args),
  });
  return { status: response.statusCode, headers: response.headers, text: response.body, body: response.json() };
}

/** As the orchestrator would send it for a visitor. */
export async function sendFor(
  harness: Harness,
  visitor: { sub: string; sid?: string; agent?: AgentSettings },
  write: Write & { tool: string },
): Promise<Written> {
  const { args, tool } = write;
  const scope = shipped.get(tool)?.manifest.scope ?? '';
  return await send(harness, { ...write, headers: { ...write.headers, ...(await visitorHeaders(harness, { ...visitor, tool, scope, args })) } });
}

/** The shipped catalogue with manifests changed; calls of a minute are as many as a test needs. */
export function bent(changes: Record<string, Partial<Tool['manifest']>> = {}): Catalogue {
  return new Map(
    [...shipped].map(([name, tool]) => [name, { ...tool, manifest: { ...tool.manifest, rate: { per_minute: 600 }, ...changes[name] } }]),
  );
}

export type PendingOrder = { order_id: string; customer_id: string; wp_user_id: string; total: number; source: string };

/** Pending orders that no test has had yet, one of a customer, the same at every run. */
export async function pendingOrders(harness: Harness): Promise<PendingOrder[]> {
  const { rows } = await harness.database.query<PendingOrder>(
    `SELECT DISTINCT ON (customer_id) order_id, customer_id, wp_user_id, total, split_part(payments->0->>'payment_method_id', '_', 1) AS source
     FROM orders JOIN customers USING (customer_id) WHERE status = 'pending' ORDER BY customer_id, order_id`,
  );
  return rows;
}

/** What the shop itself knows about an order. */
export async function recordOf(harness: Harness, orderId: string) {
  const { rows } = await harness.database.query(
    `SELECT orders.status, payments, cancelled_at, invoices.status AS invoice, amount_refunded, payment_methods,
            (SELECT count(*)::int FROM order_cancellations WHERE order_id = $1) AS cancellations
     FROM orders JOIN invoices USING (order_id) JOIN customers ON customers.customer_id = orders.customer_id WHERE orders.order_id = $1`,
    [orderId],
  );
  return rows[0] as {
    status: string;
    payments: { type: string; amount: number; payment_method_id: string }[];
    cancelled_at: Date | null;
    invoice: string;
    amount_refunded: number;
    payment_methods: { id: string; balance?: number }[];
    cancellations: number;
  };
}
