// Reports of a customer's own orders: whose orders, over which days, made by the queue, with a file that lives for a day.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import type { TaskReference, TaskStatus } from '@aiguy/manifests/generated/http';
import type { Service } from '@aiguy/manifests/service';
import { extractText, getDocumentProxy } from 'unpdf';
import { createDiskFiles } from '../src/backends/files/disk.ts';
import { createFiles } from '../src/backends/files/files.ts';
import { createPersonalData } from '../src/backends/personal-data.ts';
import { type OpenTasks, openLongTasks } from '../src/tasks/long-tasks.ts';
import { createReportTask } from '../src/tasks/make-report.ts';
import { createReports, ordersMax, type ReportAnswer } from '../src/tools/make_order_report/make-report.ts';
import { type Harness, newSid, startHarness, visitorHeaders } from './harness.ts';
import { bent, sendFor } from './write-harness.ts';

const tool = 'make_order_report';
const scope = 'order:read';
const year = { from: '2026-01-01', to: '2026-12-31' };
const pollMs = 10;
let harness: Harness;
let service: Service;
let tasks: OpenTasks;
/** Holds every report back until it is opened. */
let hold: Promise<void> | undefined;
let open: () => void = () => undefined;

before(async () => {
  harness = await startHarness({ shopOnly: true });
  const { database, databaseUrl, reports } = harness;
  const held = createReportTask({
    make: async (wanted, making) => {
      await hold;
      return await reports.make(wanted, making);
    },
  });
  tasks = await openLongTasks({ database, databaseUrl, runners: { [tool]: held } });
  service = await harness.build({ catalogue: bent(), tasks });
  await tasks.work({ log: { warn: () => undefined }, metrics: service.metrics });
  await harness.database.query(
    `INSERT INTO customers (customer_id, wp_user_id, first_name, last_name, email, address, payment_methods)
     SELECT 'bulk_buyer', 777001, 'Bea', 'Bulk', 'bea@example.com', address, '[]' FROM customers LIMIT 1`,
  );
});
beforeEach(async () => {
  await harness.database.query('DELETE FROM tasks');
});
afterEach(async () => {
  open();
  hold = undefined;
  await harness.database.query("DELETE FROM orders WHERE customer_id = 'bulk_buyer'");
});
after(async () => {
  await tasks?.stop();
  await harness?.close();
});

type Who = { sub: string; sid: string };
type Asked = {
  status: number;
  code?: string | undefined;
  rule?: string | undefined;
  output?: ReportAnswer | undefined;
  task?: TaskReference | undefined;
};

const visitor = (user: string | number): Who => ({ sub: `wp:1:${user}`, sid: newSid() });
const bulk = () => visitor(777001);

async function ask(who: Who, args: object = year): Promise<Asked> {
  const { status, body } = await sendFor(harness, who, { on: service, tool, args, key: null });
  const { code, details, output, task } = body as typeof body & { task?: TaskReference };
  return { status, code, rule: details?.[0]?.rule, output: output as ReportAnswer | undefined, task };
}

async function statusOf(who: Who, { id }: TaskReference): Promise<TaskStatus> {
  const headers = await visitorHeaders(harness, { ...who, tool, scope, args: { task: id } });
  const response = await service.app.inject({ url: `/tasks/${id}`, headers });
  assert.equal(response.statusCode, 200, response.body);
  return response.json();
}

/** The test's own time limit ends it. */
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

const ended = async (who: Who, task: TaskReference) =>
  await until(async () => {
    const status = await statusOf(who, task);
    return status.state === 'done' ? status : undefined;
  });

async function report(who: Who, args: object = year): Promise<ReportAnswer> {
  const { output, task, ...refused } = await ask(who, args);
  assert.equal(output?.state, 'later', JSON.stringify(refused));
  return (await ended(who, task ?? assert.fail('nothing was left to the queue'))).output as ReportAnswer;
}

async function fetchFile(who: Who, { file }: ReportAnswer, on = service) {
  const id = file?.id ?? assert.fail('there is no file');
  const headers = await visitorHeaders(harness, { ...who, tool, scope, args: { file: id } });
  return await on.app.inject({ url: `/files/${id}`, headers });
}

async function pagesOf(who: Who, made: ReportAnswer): Promise<string[]> {
  const { statusCode, rawPayload } = await fetchFile(who, made);
  assert.equal(statusCode, 200);
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(rawPayload)));
  return text.map((page) => page.replaceAll(/\s+/g, ' '));
}

/** Orders of the bulk buyer, an hour apart. */
async function insertOrders(count: number, first = '2026-01-01T00:00:00Z', change = ''): Promise<void> {
  await harness.database.query(
    `INSERT INTO orders (order_id, customer_id, status, created_at, updated_at, currency, total, shipping_address, items, fulfillments, payments)
     SELECT 'B' || (1000000 + n), 'bulk_buyer', 'delivered', $2::timestamptz + n * interval '1 hour', now(), 'USD', 10.1, '{}',
       '[{"sku":"1","name":"Tea Kettle","options":{"material":"glass"},"quantity":2,"unit_price":5.05}]', '[]',
       '[{"type":"payment","amount":10.1,"payment_method_id":"x"}]'
     FROM generate_series(0, $1 - 1) AS n`,
    [count, first],
  );
  if (change) await harness.database.query(`UPDATE orders SET ${change}`);
}

const filesKept = async () => (await readdir(harness.filesFolder)).length;

test('a customer gets all of his orders of the period with their sums, and nobody else’s', async () => {
  const { rows } = await harness.database.query<{ order_id: string; wp_user_id: string; name: string; items: { name: string }[]; first: boolean }>(
    `SELECT order_id, wp_user_id, first_name || ' ' || last_name AS name, items FROM orders JOIN customers USING (customer_id) ORDER BY created_at`,
  );
  const [first] = rows;
  const who = visitor(first?.wp_user_id ?? '');
  const own = rows.filter(({ wp_user_id: user }) => user === first?.wp_user_id);
  const sums = await harness.database.query<{ ordered: number; paid: number; refunded: number }>(
    `SELECT sum(total)::float AS ordered, sum((SELECT sum((p ->> 'amount')::numeric) FROM jsonb_array_elements(payments) p WHERE p ->> 'type' = 'payment'))::float AS paid,
       coalesce(sum((SELECT sum(abs((p ->> 'amount')::numeric)) FROM jsonb_array_elements(payments) p WHERE p ->> 'type' = 'refund')), 0)::float AS refunded
     FROM orders JOIN customers USING (customer_id) WHERE wp_user_id = $1`,
    [first?.wp_user_id],
  );
  const made = await report(who, { from: '2020-01-01', to: '2026-12-31' });
  const { ordered = 0, paid = 0, refunded = 0 } = sums.rows[0] ?? {};
  assert.deepEqual(made.totals, [{ currency: 'USD', orders: own.length, ordered, paid, refunded, spent: Math.round((paid - refunded) * 100) / 100 }]);
  assert.equal(made.orders, own.length);
  const text = (await pagesOf(who, made)).join(' ');
  for (const { order_id: id } of rows)
    assert.equal(
      text.includes(id),
      own.some((order) => order.order_id === id),
      id,
    );
  for (const part of [
    first?.name ?? '',
    first?.items[0]?.name ?? '',
    'Fernhill Goods',
    '1 January 2020 – 31 December 2026',
    `$${ordered.toLocaleString('en', { minimumFractionDigits: 2 })}`,
  ])
    assert.ok(text.includes(part), `${part} is not in: ${text}`);
});

test('the first and the last day belong to the period, whole; the day after does not', async () => {
  await insertOrders(4);
  for (const [id, at] of [
    ['B1000000', '2025-12-31T23:59:59.999Z'],
    ['B1000001', '2026-03-01T00:00:00.000Z'],
    ['B1000002', '2026-03-31T23:59:59.999999Z'],
    ['B1000003', '2026-04-01T00:00:00.000Z'],
  ])
    await harness.database.query('UPDATE orders SET created_at = $2 WHERE order_id = $1', [id, at]);
  const who = bulk();
  const text = (await pagesOf(who, await report(who, { from: '2026-03-01', to: '2026-03-31' }))).join(' ');
  assert.deepEqual(text.match(/B100000\d/g), ['B1000001', 'B1000002']);
});

test('what was refunded, what was never paid and what was paid in other money is told apart', async () => {
  await insertOrders(4);
  const refund = '[{"type":"payment","amount":10.1,"payment_method_id":"x"},{"type":"refund","amount":4.1,"payment_method_id":"x"}]';
  await harness.database.query("UPDATE orders SET payments = $1 WHERE order_id = 'B1000000'", [refund]);
  await harness.database.query("UPDATE orders SET payments = '[]', status = 'cancelled' WHERE order_id = 'B1000001'");
  await harness.database.query("UPDATE orders SET currency = 'EUR' WHERE order_id = 'B1000003'");
  const who = bulk();
  const made = await report(who);
  assert.deepEqual(made.totals, [
    { currency: 'USD', orders: 3, ordered: 30.3, paid: 20.2, refunded: 4.1, spent: 16.1 },
    { currency: 'EUR', orders: 1, ordered: 10.1, paid: 10.1, refunded: 0, spent: 10.1 },
  ]);
  assert.equal(
    made.summary,
    'Your report of 4 orders in 2026 is ready. You paid $20.20 and got $4.10 back, which makes $16.10 in all. You paid €10.10 in all. You can download it here for a day.',
  );
  const text = (await pagesOf(who, made)).join(' ');
  for (const part of ['Cancelled $10.10 not paid', '$4.10', 'Spent (USD) $16.10', 'Spent (EUR) €10.10', '2 × Tea Kettle (glass)'])
    assert.ok(text.includes(part), `${part}: ${text}`);
});

test('four hundred and fifty orders made at the same moments go over several pages, each once and in their order', async () => {
  await insertOrders(450, undefined, "created_at = date_trunc('day', created_at) + interval '123456 microseconds' WHERE customer_id = 'bulk_buyer'");
  const who = bulk();
  const made = await report(who);
  assert.deepEqual(made.totals, [{ currency: 'USD', orders: 450, ordered: 4545, paid: 4545, refunded: 0, spent: 4545 }]);
  const pages = await pagesOf(who, made);
  assert.ok(pages.length > 10);
  for (const [at, page] of pages.entries()) assert.ok(page.includes(`Page ${at + 1}`) && page.includes('AMOUNT'), page);
  assert.deepEqual(
    pages.join(' ').match(/B\d{7}/g),
    Array.from({ length: 450 }, (_, at) => `B${1_000_000 + at}`),
  );
  assert.ok(pages.at(-1)?.includes('End of the report: 450 orders.'));
});

test('more orders than a report holds make none, and say so', async () => {
  await insertOrders(ordersMax + 1);
  const kept = await filesKept();
  const made = await report(bulk());
  assert.deepEqual([made.state, made.file, await filesKept()], ['too_many', undefined, kept]);
  assert.match(made.summary, /more than 1,000 orders .* ask for a shorter period/);
});

test('a period without orders is said at once: no task, no file; nor for a user whom the shop does not know', async () => {
  const kept = await filesKept();
  for (const who of [bulk(), visitor(999_999)]) {
    const { output, task } = await ask(who, { from: '2025-01-01', to: '2025-12-31' });
    assert.deepEqual(
      [output, task],
      [
        {
          state: 'nothing',
          from: '2025-01-01',
          to: '2025-12-31',
          orders: 0,
          summary: 'You have no orders in 2025, so there is nothing to report.',
        },
        undefined,
      ],
    );
  }
  assert.equal(await filesKept(), kept);
});

for (const [what, args, rule] of [
  ['ends before it begins', { from: '2026-02-01', to: '2026-01-31' }, /must not be before from/],
  ['is longer than ten years', { from: '2015-01-01', to: '2025-01-01' }, /within 10 years of from/],
  ['has a day that no month has', { from: '2026-02-30', to: '2026-03-01' }, /format/],
  ['is no date', { from: 'last year', to: '2026-03-01' }, /.+/],
  ['has no end', { from: '2026-01-01' }, /.+/],
  ['names a customer', { ...year, customer_id: 'aarav_martin_9556' }, /.+/],
] as const) {
  test(`a period that ${what} is refused with the field that is wrong`, async () => {
    const { status, code, rule: broken } = await ask(bulk(), args);
    assert.deepEqual([status, code], [400, 'invalid_input']);
    assert.match(broken ?? '', rule);
  });
}

test('ten years are a period, and a guest has to sign in', async () => {
  assert.equal((await ask(bulk(), { from: '2015-01-01', to: '2024-12-31' })).status, 200);
  const guest = await ask({ sub: `anon:${'a'.repeat(24)}`, sid: newSid() });
  assert.deepEqual([guest.status, guest.code], [403, 'sign_in_required']);
});

test('the call answers while the report is still being made; the same one asked for again is that one, and a third beside two has to wait', async () => {
  await insertOrders(2);
  const who = bulk();
  hold = new Promise((resolve) => {
    open = resolve;
  });
  const first = await ask(who);
  assert.deepEqual([first.output?.state, first.task?.title], ['later', 'Making the report of your orders']);
  assert.equal(
    first.output?.summary,
    'I am making the report of your orders in 2026. It will be here as soon as it is done, also if you close this page meanwhile.',
  );
  assert.equal((await ask(who)).task?.id, first.task?.id);
  const second = await ask(who, { from: '2026-01-01', to: '2026-06-30' });
  assert.notEqual(second.task?.id, first.task?.id);
  const third = await ask(who, { from: '2026-01-01', to: '2026-03-31' });
  assert.deepEqual([third.status, third.code], [409, 'not_allowed_now']);
  assert.match(third.rule ?? '', /two reports are being made already/);
  open();
  assert.equal(((await ended(who, first.task as TaskReference)).output as ReportAnswer).state, 'made');
});

test('while it is made it says how far it is', async () => {
  await insertOrders(250);
  const who = bulk();
  const seen: [number, string][] = [];
  const { resolveCustomer, ordersWithin, nameOf, emailOf } = harness.shop;
  const reports = createReports({ shop: { resolveCustomer, ordersWithin, nameOf, emailOf }, files: harness.files, seller: ['Fernhill Goods'] });
  const subject = { issuer: harness.site.issuer.issuer, subject: who.sub };
  const progress = async (share: number, message: string) => void seen.push([Math.round(share * 100), message]);
  await reports.make({ ...year, subject, sessionId: who.sid }, { signal: AbortSignal.timeout(30_000), progress });
  assert.deepEqual(seen, [
    [32, '100 of 250 orders looked through.'],
    [64, '200 of 250 orders looked through.'],
    [80, '250 of 250 orders looked through.'],
    [80, 'Your report of 250 orders is being written.'],
  ]);
});

test('the file is for its visitor in its session alone; it lives for a day, and sweeps leave it alone until then', async () => {
  await insertOrders(1);
  const who = bulk();
  const made = await report(who);
  const end = Date.parse(made.file?.expires_at ?? '');
  assert.ok(end - Date.now() > 23 * 3_600_000 && end - Date.now() <= 24 * 3_600_000);
  for (const stranger of [
    { ...who, sid: newSid() },
    { ...visitor(1008), sid: who.sid },
  ])
    assert.equal((await fetchFile(stranger, made)).statusCode, 404);
  const at = (nowMs: number) => createFiles(createDiskFiles(harness.filesFolder), () => nowMs);
  await at(end - 60_000).sweep(AbortSignal.timeout(5000));
  const response = await fetchFile(who, made);
  assert.deepEqual([response.statusCode, response.headers['content-disposition']], [200, 'attachment; filename="orders-2026.pdf"']);
  await at(end + 1000).sweep(AbortSignal.timeout(5000));
  assert.equal((await fetchFile(who, made)).statusCode, 404);
});

test('a customer who is erased has no report left, and no other one loses his', async () => {
  await insertOrders(1);
  const [who, other] = [bulk(), visitor(1008)];
  const made = await report(who);
  const others = await report(other);
  const personalData = createPersonalData({ database: harness.database, shop: harness.shop, files: harness.files });
  await personalData.erase({ issuer: harness.site.issuer.issuer, subject: who.sub });
  assert.deepEqual([(await fetchFile(who, made)).statusCode, (await fetchFile(other, others)).statusCode], [404, 200]);
  assert.ok((await readdir(harness.filesFolder)).every((name) => !name.startsWith(made.file?.id ?? '')));
});

test('a task is its visitor’s: another one does not find it, and what it was about is not kept once it is done', async () => {
  await insertOrders(1);
  const who = bulk();
  const { task } = await ask(who);
  await ended(who, task as TaskReference);
  const headers = await visitorHeaders(harness, { ...visitor(1008), tool, scope, args: { task: task?.id } });
  assert.equal((await service.app.inject({ url: `/tasks/${task?.id}`, headers })).statusCode, 404);
  const { rows } = await harness.database.query('SELECT input FROM tasks WHERE id = $1', [task?.id]);
  assert.deepEqual(rows, [{ input: {} }]);
});
