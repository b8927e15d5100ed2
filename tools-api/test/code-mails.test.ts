// Mails with codes on a real queue and a real mail server that comes and goes: nothing lost while it is down, nothing late, no code where one could read it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, afterEach, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Service } from '@aiguy/manifests/service';
import { freePort } from '../../scripts/free-port.ts';
import { until } from '../../scripts/until.ts';
import { createCodeMailer } from '../src/backends/guests/code-mail.ts';
import { type MailServer, startMailServer } from '../src/backends/mail-server.fixture.ts';
import { guestKey, type Harness, newSid, startHarness } from './harness.ts';
import { bent, sendFor } from './write-harness.ts';

/** The same guarantees on a server with many connections: see code-mails.postgres.test.ts. */
const nativePostgres = process.env.AIGUY_TEST_POSTGRES === 'native' ? await import('../../scripts/native-postgres.ts') : undefined;

const minuteMs = 60_000;
const run = promisify(execFile);
type Order = { order_id: string; email: string };
type Guest = { sub: string; sid: string; agent?: { id: string; language: string } };

let clockMs = Date.now();
let port: number;
let mail: MailServer | undefined;
let harness: Harness;
let service: Service;
let orders: Order[];
const events: string[] = [];

before(async () => {
  port = await freePort();
  const url = `smtp://shop:pass-of-no-value@127.0.0.1:${port}`;
  const mailer = createCodeMailer({ url, from: 'shop@shop.example' });
  harness = await startHarness({ start: nativePostgres?.startNativePostgres, shopOnly: true, nowMs: () => clockMs, mailer });
  service = await harness.build({ catalogue: bent() });
  harness.guestEvents.observe((event) => events.push(event));
  orders = (await harness.database.query<Order>('SELECT order_id, email FROM orders JOIN customers USING (customer_id) ORDER BY order_id')).rows;
});
afterEach(async () => {
  await mail?.close();
  mail = undefined;
  events.length = 0;
  clockMs += 61 * minuteMs;
  await harness.database.query('DELETE FROM tasks');
  await harness.database.query('DELETE FROM task_jobs.job');
});
after(async () => await harness?.close());

const newGuest = (): Guest => ({ sub: `anon:${newSid()}`, sid: newSid() });
const call = async (guest: Guest, tool: string, args: object) => await sendFor(harness, guest, { on: service, tool, args });
const ask = async (guest: Guest, { order_id, email }: Order) => {
  const { status, text, body } = await call(guest, 'send_order_code', { order_id, email });
  assert.equal(status, 200, text);
  assert.ok(!('task' in body));
};
const enter = async (guest: Guest, { order_id }: Order, code: string) => (await call(guest, 'enter_order_code', { order_id, code })).status;
const orderOf = () => orders.shift() ?? assert.fail('no order left');
const startMail = async () => {
  mail = await startMailServer({ port });
  return mail;
};
const codeIn = ({ mails }: MailServer) => /order \S+: (\d{6})/.exec(mails.at(-1)?.text.split('\r\n\r\n')[1] ?? '')?.[1] ?? assert.fail('no code');

/** Until what is awaited is there; the test's own time limit ends it. */
type Job = { state: string; pause_s: number; most_s: number };
async function jobs(): Promise<Job[]> {
  const { rows } = await harness.database.query<Job>(
    `SELECT state::text, extract(epoch FROM start_after - started_on)::float AS pause_s, retry_delay_max AS most_s
     FROM task_jobs.job WHERE name = 'tasks' ORDER BY created_on`,
  );
  return rows;
}
const untilWaiting = async (number: number) =>
  await until(
    async () => (await jobs()).filter(({ state }) => state === 'retry').length === number && (await jobs()).every(({ state }) => state !== 'active'),
  );
/** Lets the pause between two attempts be over. */
async function hurry(): Promise<void> {
  await harness.database.query("UPDATE task_jobs.job SET start_after = now() WHERE name = 'tasks' AND state < 'active'");
  harness.codeTasks?.wake();
}
const countTasks = async () => (await harness.database.query<{ n: number }>('SELECT count(*)::int AS n FROM tasks')).rows[0]?.n;

async function everything(): Promise<string> {
  const { rows } = await harness.database.query(
    `SELECT (SELECT json_agg(t) FROM tasks t)::text AS tasks, (SELECT json_agg(t) FROM task_jobs.job t)::text AS jobs,
            (SELECT json_agg(t) FROM order_codes t)::text AS codes, (SELECT json_agg(t) FROM guest_key t)::text AS key`,
  );
  return JSON.stringify(rows);
}

test('the mail is in the language of whoever asked for it, whichever process sends it', async () => {
  const [guest, order] = [{ ...newGuest(), agent: { id: 'shop', language: 'de-AT' } }, orderOf()];
  const server = await startMail();
  await ask(guest, order);
  await until(() => server.mails.length > 0);
  const text = Buffer.from(
    (server.mails.at(-1)?.text ?? '')
      .replace(/=\r\n/g, '')
      .replace(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');
  assert.match(text, new RegExp(`Ihr Code für die Bestellung ${order.order_id}: \\d{6}`));
  assert.match(text, /Er gilt \d+ Minuten lang und kann einmal benutzt werden\.[\s\S]*Verraten Sie ihn niemandem\./);
});

test('a mail server that is down for a while loses no code: it arrives when the server is back, opens the order, and nothing of it is left', async () => {
  const [guest, order] = [newGuest(), orderOf()];
  await ask(guest, order);
  await untilWaiting(1);
  const [job] = await jobs();
  assert.ok(job && job.pause_s > 4 && job.pause_s < 25 && job.most_s === 60, JSON.stringify(job));
  assert.deepEqual(events, ['mail_asked', 'mail_failed']);
  const kept = await everything();
  clockMs += 8 * minuteMs;
  const server = await startMail();
  await hurry();
  await until(() => server.mails.length > 0);
  const code = codeIn(server);
  assert.deepEqual(server.mails.at(-1)?.to, [order.email]);
  assert.match(server.mails.at(-1)?.text.replace(/=\r\n/g, '') ?? '', /It is good for 2 minutes/);
  for (const secret of [code, order.email]) assert.ok(!new RegExp(`[^0-9a-z]${secret}[^0-9a-z]`, 'i').test(kept), secret);
  assert.equal(await enter(guest, order, code), 200);
  await until(async () => (await countTasks()) === 0);
  assert.deepEqual(events, ['mail_asked', 'mail_failed', 'mail_sent', 'proven']);
});

test('a code whose time is over is mailed to nobody: it lies among the dead letters, which say neither code nor address, and stays there when sent again', async () => {
  const [guest, order] = [newGuest(), orderOf()];
  await ask(guest, order);
  await untilWaiting(1);
  clockMs += 9 * minuteMs + 31_000;
  const server = await startMail();
  await hurry();
  const { queue } = harness.codeTasks ?? assert.fail('no queue');
  await until(async () => (await queue.deadLetters()).length === 1);
  const env = { ...process.env, TOOLS_DATABASE_URL: harness.databaseUrl };
  const command = new URL('../../scripts/tasks.ts', import.meta.url).pathname;
  const { taskId } = (await queue.deadLetters())[0] ?? assert.fail('no dead letter');
  const { stdout } = await run(process.execPath, [command, 'show', taskId], { env, timeout: 30_000 });
  assert.match(stdout, /tool: send_order_code/);
  assert.match(stdout, /reason: the code was no longer good when the mail could have gone out/);
  assert.ok(stdout.includes(order.order_id) && !stdout.includes(order.email));
  assert.equal(await queue.redrive(harness.database, [taskId]), 1);
  harness.codeTasks?.wake();
  await until(async () => (await queue.deadLetters()).length === 1);
  assert.equal(server.mails.length, 0);
});

test('the key that codes are made and hashed with is nowhere in the database', async () => {
  await ask(newGuest(), orderOf());
  const { rows } = await harness.database.query<{ relation: string }>("SELECT oid::regclass::text AS relation FROM pg_class WHERE relkind = 'r'");
  assert.ok(rows.some(({ relation }) => relation === 'guest_key') && rows.some(({ relation }) => relation === 'task_jobs.job_common'));
  for (const { relation } of rows) {
    const found = await harness.database.query(`SELECT FROM ${relation} AS t WHERE t::text LIKE '%' || $1 || '%'`, [guestKey]);
    assert.equal(found.rowCount, 0, relation);
  }
  assert.equal((await harness.database.query('SELECT FROM guest_key')).rowCount, 0);
});

test('of two codes that wait for the mail server only the newer is mailed', async () => {
  const [guest, order] = [newGuest(), orderOf()];
  await ask(guest, order);
  await untilWaiting(1);
  await ask(guest, order);
  await untilWaiting(2);
  const server = await startMail();
  await hurry();
  await until(async () => (await countTasks()) === 0);
  assert.equal(server.mails.length, 1);
  assert.equal(await enter(guest, order, codeIn(server)), 200);
});

test('who asks with a wrong address leaves the same in the queue, and no mail', async () => {
  const order = orderOf();
  await ask(newGuest(), { ...order, email: 'else@example.com' });
  const { rows } = await harness.database.query<{ input: object }>('SELECT input FROM tasks');
  assert.deepEqual(Object.keys(rows[0]?.input ?? {}).toSorted(), ['expires_at', 'order_id', 'salt', 'session']);
  await until(async () => (await countTasks()) === 0);
  assert.deepEqual(events, ['failed']);
});

test('an order whose address has changed since is mailed to neither', async () => {
  const [guest, order] = [newGuest(), orderOf()];
  await ask(guest, order);
  await untilWaiting(1);
  const server = await startMail();
  await harness.database.query('UPDATE customers SET email = $2 WHERE email = $1', [order.email, 'moved@example.com']);
  await hurry();
  await until(async () => (await countTasks()) === 0);
  assert.equal(server.mails.length, 0);
});
