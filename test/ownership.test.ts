// Whose is what, over the demo shop: an order and its invoice are readable by their owner and by nobody else, by direct calls and through the chat.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Service } from '@aiguy/manifests/service';
import { extractText, getDocumentProxy } from 'unpdf';
import type { ReportAnswer } from '../tools-api/src/tools/make_order_report/make-report.ts';
import { directToken } from '../tools-api/test/harness.ts';
import { bent } from '../tools-api/test/write-harness.ts';
import { createObedientModel } from './doubles/obedient-model.ts';
import { newSession, startWholeSystem, type WholeSystem } from './whole-system.ts';

/** OWNERSHIP=full: every order by every customer, which takes long; otherwise one stranger an order, and every fourth invoice and conversation. */
const isFull = process.env.OWNERSHIP === 'full';
const othersPerOrder = isFull ? Number.POSITIVE_INFINITY : 1;
const isTurn = (index: number) => isFull || index % 4 === 0;
const reads = ['get_order_status', 'get_invoice_pdf'];

type Owned = { order_id: string; customer_id: string; wp_user_id: number };
let system: WholeSystem;
let direct: Service;
let orders: Owned[];
let customers: string[];

before(async () => {
  system = await startWholeSystem({ model: createObedientModel(), toolCallsMax: 20, shopOnly: true });
  direct = await system.tools.build({ catalogue: bent() });
  const { rows } = await system.tools.database.query(
    'SELECT order_id, customer_id, wp_user_id FROM orders JOIN customers USING (customer_id) ORDER BY order_id',
  );
  orders = rows as Owned[];
  customers = [...new Set(orders.map(({ customer_id: customer }) => customer))];
});
after(async () => await system?.stop());

async function statusOf(tool: string, orderId: string, customer: string): Promise<number> {
  const token = tokens.get(customer) ?? (await directToken(system.tools, { sub: `customer:${customer}` }));
  tokens.set(customer, token);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return (await direct.app.inject({ method: 'POST', url: `/tools/${tool}`, headers, payload: JSON.stringify({ order_id: orderId }) })).statusCode;
}
const tokens = new Map<string, string>();

for (const tool of reads) {
  test(`${tool}: each owner reads each of his orders, nobody else any, by direct calls`, async (t) => {
    const wrong: string[] = [];
    let asked = 0;
    for (const [index, { order_id: orderId, customer_id: owner }] of orders.entries()) {
      if (tool === 'get_invoice_pdf' && !isTurn(index)) continue;
      const others = customers.filter((customer) => customer !== owner);
      const some = Array.from({ length: Math.min(othersPerOrder, others.length) }, (_, step) => others[(index + step) % others.length] ?? '');
      for (const customer of [owner, ...some]) {
        const expected = customer === owner ? 200 : 404;
        const status = await statusOf(tool, orderId, customer);
        if (status !== expected) wrong.push(`${customer} asked for ${orderId} of ${owner}: ${status}`);
        asked += 1;
      }
    }
    assert.deepEqual(wrong, []);
    t.diagnostic(`${asked} calls: ${orders.length} orders, ${customers.length} customers`);
  });
}

test('list_orders: all of the customer’s own orders, and none besides', async () => {
  for (const customer of customers) {
    const token = await directToken(system.tools, { sub: `customer:${customer}` });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await direct.app.inject({ method: 'POST', url: '/tools/list_orders', headers, payload: '{"limit":20}' });
    const listed = (response.json() as { output: { orders: { order_id: string }[] } }).output.orders.map(({ order_id: id }) => id).toSorted();
    assert.deepEqual(
      listed,
      orders.filter((order) => order.customer_id === customer).map(({ order_id: id }) => id),
    );
  }
});

test('make_order_report: all of the customer’s own orders, and none besides', async () => {
  for (const [index, customer] of customers.entries()) {
    if (!isTurn(index)) continue;
    const headers = {
      authorization: `Bearer ${await directToken(system.tools, { sub: `customer:${customer}` })}`,
      'content-type': 'application/json',
    };
    const payload = '{"from":"2020-01-01","to":"2026-12-31"}';
    const response = await direct.app.inject({ method: 'POST', url: '/tools/make_order_report', headers, payload });
    const { file, orders: count } = (response.json() as { output: ReportAnswer }).output;
    const pdf = await direct.app.inject({ url: `/files/${file?.id}`, headers: { authorization: headers.authorization } });
    const { text } = await extractText(await getDocumentProxy(new Uint8Array(pdf.rawPayload)), { mergePages: true });
    const own = orders.filter((order) => order.customer_id === customer).map(({ order_id: id }) => id);
    assert.deepEqual((text.match(/\bW\d{7}\b/g) ?? []).toSorted(), own);
    assert.equal(count, own.length);
  }
});

test('through the chat, where the model asks for all that it is told to', async () => {
  const wrong: string[] = [];
  for (const [index, customer] of customers.entries()) {
    if (!isTurn(index)) continue;
    const own = orders.find((order) => order.customer_id === customer) as Owned;
    const theirs = orders.filter((order) => order.customer_id !== customer);
    const asked = [own, ...[0, 1].map((step) => theirs[(index * 2 + step) % theirs.length] as Owned)];
    const calls = asked.flatMap(({ order_id: id }) => reads.map((tool) => `DO ${tool} ${JSON.stringify({ order_id: id })}`));
    const { tools } = await system.post(newSession(`wp:1:${own.wp_user_id}`), '/chat', { message: calls.join(' ') });
    const expected = asked.flatMap((order) => reads.map((name) => (order === own ? { name, ok: true } : { name, ok: false, code: 'not_found' })));
    if (JSON.stringify(tools) !== JSON.stringify(expected)) wrong.push(`${customer}: ${JSON.stringify(tools)}`);
  }
  assert.deepEqual(wrong, []);
});
