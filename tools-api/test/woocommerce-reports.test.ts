// Reports over a WooCommerce: its own customer's orders of the period, however many pages they take, and a shop that is away holds a report up and loses none.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { TaskReference, TaskStatus } from '@aiguy/manifests/generated/http';
import type { Service } from '@aiguy/manifests/service';
import { extractText, getDocumentProxy } from 'unpdf';
import { until } from '../../scripts/until.ts';
import { createWooClient } from '../src/backends/woocommerce/client.ts';
import { createWooShop } from '../src/backends/woocommerce/woo-shop.ts';
import { startWooCommerce, type WooDouble, wooOrder } from '../src/backends/woocommerce/woocommerce-double.fixture.ts';
import { type OpenTasks, openLongTasks } from '../src/tasks/long-tasks.ts';
import { createReportTask } from '../src/tasks/make-report.ts';
import { createMakeOrderReport } from '../src/tools/make_order_report/handler.ts';
import { createReports, type ReportAnswer } from '../src/tools/make_order_report/make-report.ts';
import { type Harness, newSid, startHarness, visitorHeaders } from './harness.ts';
import { bent, sendFor } from './write-harness.ts';

const tool = 'make_order_report';
const scope = 'order:read';
let harness: Harness;
let service: Service;
let tasks: OpenTasks;
let woo: WooDouble;

before(async () => {
  harness = await startHarness({ shopOnly: true });
  woo = await startWooCommerce([]);
  woo.customers = [{ id: 7, email: 'mara@example.com', first_name: 'Mara', last_name: 'Okafor' }];
  const namings = new Map([harness.site.issuer].map(({ issuer, customers }) => [issuer, customers ?? []]));
  const shop = createWooShop({ client: createWooClient(woo.settings), database: harness.database, namings });
  const reports = createReports({ shop, files: harness.files, seller: ['Fernhill Goods'] });
  const { database, databaseUrl } = harness;
  tasks = await openLongTasks({ database, databaseUrl, runners: { [tool]: createReportTask(reports) } });
  service = await harness.build({ catalogue: bent(), tasks, handlers: { [tool]: createMakeOrderReport({ shop, reports }) } });
  await tasks.work({ log: { warn: () => undefined }, metrics: service.metrics });
});
beforeEach(async () => {
  Object.assign(woo, { mood: () => 'well', ignoresCustomer: false });
  woo.requests.length = 0;
  woo.orders.length = 0;
  await harness.database.query('DELETE FROM tasks');
  await harness.database.query('DELETE FROM task_jobs.job');
});
after(async () => {
  await tasks?.stop();
  await harness?.close();
  await woo?.stop();
});

const who = { sub: 'wp:1:7', sid: newSid() };
const march = { from: '2026-03-01', to: '2026-03-31' };

async function ask(args: object = march): Promise<{ output: ReportAnswer; task: TaskReference | undefined }> {
  const { status, body, text } = await sendFor(harness, who, { on: service, tool, args, key: null });
  assert.equal(status, 200, text);
  return body as unknown as { output: ReportAnswer; task: TaskReference | undefined };
}

async function statusOf({ id }: TaskReference): Promise<TaskStatus> {
  const headers = await visitorHeaders(harness, { ...who, tool, scope, args: { task: id } });
  return (await service.app.inject({ url: `/tasks/${id}`, headers })).json();
}

/** The test's own time limit ends it. */
async function untilState(task: TaskReference | undefined, state: TaskStatus['state']): Promise<TaskStatus> {
  const asked = task ?? assert.fail('nothing was left to the queue');
  await until(async () => (await statusOf(asked)).state === state);
  return await statusOf(asked);
}

/** Lets the pause between two attempts be over. */
async function hurry(): Promise<void> {
  await harness.database.query("UPDATE task_jobs.job SET start_after = now() WHERE name = 'tasks' AND state < 'active'");
  tasks.wake();
}

async function textOf({ file }: ReportAnswer): Promise<string> {
  const headers = await visitorHeaders(harness, { ...who, tool, scope, args: { file: file?.id } });
  const { rawPayload } = await service.app.inject({ url: `/files/${file?.id}`, headers });
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(rawPayload)), { mergePages: true });
  return text.replaceAll(/\s+/g, ' ');
}

const at = (moment: string) => ({ date_created_gmt: moment });

test('its own customer’s orders of the period are in it with their refunds, also where a plug-in breaks every filter', async () => {
  woo.orders.push(
    wooOrder(300100, at('2026-02-28T23:59:59')),
    wooOrder(300101, { ...at('2026-03-01T00:00:00'), refunds: [{ total: '-9.90' }] }),
    wooOrder(300102, { ...at('2026-03-15T12:00:00'), status: 'cancelled', date_paid_gmt: null }),
    wooOrder(300103, { ...at('2026-03-31T23:59:59'), number: 'WEB-300103', status: 'completed', date_completed_gmt: '2026-04-02T10:00:00' }),
    wooOrder(300104, at('2026-04-01T00:00:00')),
    wooOrder(300105, { ...at('2026-03-10T10:00:00'), customer_id: 8 }),
    wooOrder(300106, { ...at('2026-03-11T10:00:00'), customer_id: 0 }),
    wooOrder(300107, { ...at('2026-03-12T10:00:00'), status: 'checkout-draft' }),
  );
  for (const ignores of [false, true]) {
    woo.ignoresCustomer = ignores;
    const { output } = await untilState((await ask()).task, 'done');
    const made = output as ReportAnswer;
    assert.deepEqual(made.totals, [{ currency: 'USD', orders: 3, ordered: 179.7, paid: 119.8, refunded: 9.9, spent: 109.9 }]);
    const text = await textOf(made);
    assert.deepEqual(text.match(/(?:WEB-)?3001\d\d/g), ['300101', '300102', 'WEB-300103']);
    for (const part of ['Mara Okafor', 'mara@example.com', 'Hiking boots (42)', '$9.90', 'not paid'])
      assert.ok(text.includes(part), `${part}: ${text}`);
  }
});

test('four hundred and twenty orders come page by page and are each in it once, in their order', async () => {
  const moment = (minute: number) => new Date(Date.UTC(2026, 2, 2, 0, minute)).toISOString().slice(0, 19);
  for (let minute = 0; minute < 420; minute += 1) woo.orders.push(wooOrder(400000 + minute, at(moment(minute))));
  const { output } = await untilState((await ask()).task, 'done');
  const text = await textOf(output as ReportAnswer);
  assert.deepEqual(
    text.match(/\b400\d{3}\b/g),
    Array.from({ length: 420 }, (_, minute) => String(400000 + minute)),
  );
  const pages = new Set(woo.requests.filter(({ path }) => path === 'orders').map(({ query }) => query.page));
  assert.deepEqual([...pages], ['1', '2', '3', '4', '5', '6', '7', '8', '9']);
});

test('a month without orders is said at once', async () => {
  woo.orders.push(wooOrder(300100, at('2026-02-28T10:00:00')));
  const { output, task } = await ask();
  assert.deepEqual([output.state, task], ['nothing', undefined]);
});

test('a shop that is away is asked again in growing pauses that differ; given up, the report lies among the dead letters, says so, and is made when it is sent again', async () => {
  woo.orders.push(wooOrder(300101, at('2026-03-05T10:00:00')));
  woo.mood = () => 'down';
  const { output, task } = await ask();
  assert.equal(output.state, 'later');
  const waiting = await untilState(task, 'queued');
  await until(async () => (await statusOf(task as TaskReference)).message === 'The shop does not answer yet. Your report is tried again.');
  assert.equal(waiting.output, undefined);
  const { rows } = await harness.database.query<{ s: number }>(
    "SELECT extract(epoch FROM start_after - started_on)::float AS s FROM task_jobs.job WHERE name = 'tasks' AND state = 'retry'",
  );
  const pauseS = rows[0]?.s ?? 0;
  assert.ok(pauseS > 9 && pauseS < 25 && !Number.isInteger(pauseS), String(pauseS));
  await until(async () => {
    await hurry();
    return (await tasks.queue.deadLetters()).length === 1;
  });
  const [dead] = await tasks.queue.deadLetters();
  assert.deepEqual([dead?.taskId, dead?.reason], [task?.id, 'failed with tool_unavailable']);
  assert.equal(woo.requests.length, 1 + 12);
  await tasks.clearAway();
  const failed = await untilState(task, 'failed');
  assert.match(failed.message ?? '', /could not be made, because the shop did not answer for too long/);
  woo.mood = () => 'well';
  assert.equal(await tasks.queue.redrive(harness.database, [task?.id ?? '']), 1);
  tasks.wake();
  assert.equal(((await untilState(task, 'done')).output as ReportAnswer).state, 'made');
  assert.deepEqual(await tasks.queue.deadLetters(), []);
});
