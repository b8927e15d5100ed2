// Guests and orders over HTTP: what number and address give, what a mailed code opens and for whom, and what guessing comes to.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Service } from '@aiguy/manifests/service';
import { until } from '../../scripts/until.ts';
import { createDemoBilling } from '../src/backends/guests/billing.ts';
import { createCodeMailer } from '../src/backends/guests/code-mail.ts';
import { createCodes } from '../src/backends/guests/codes.ts';
import { createGuestEvents } from '../src/backends/guests/guest-events.ts';
import { openGuestHash } from '../src/backends/guests/guest-key.ts';
import { createGuests } from '../src/backends/guests/guests.ts';
import { type MailServer, startMailServer } from '../src/backends/mail-server.fixture.ts';
import { createConfirmOrderEmail } from '../src/tools/confirm_order_email/handler.ts';
import { createSendOrderCode } from '../src/tools/send_order_code/handler.ts';
import { guestKey, type Harness, newSid, startHarness } from './harness.ts';
import { bent, recordOf, send, sendFor, type Written } from './write-harness.ts';

const minuteMs = 60_000;
let clockMs = Date.now();
let mail: MailServer;
let harness: Harness;
let service: Service;

type Order = { order_id: string; customer_id: string; email: string; wp_user_id: string; status: string };
let orders: Order[];

before(async () => {
  mail = await startMailServer();
  harness = await startHarness({ shopOnly: true, nowMs: () => clockMs, mailer: createCodeMailer({ url: mail.url(), from: 'shop@shop.example' }) });
  // Fifty calls at once take longer on the embedded database's one connection than one may.
  service = await harness.build({ catalogue: bent({ confirm_order_email: { timeouts_ms: { attempt: 30_000, total: 30_000 } } }) });
  const { rows } = await harness.database.query<Order>(
    'SELECT order_id, customer_id, email, wp_user_id, status FROM orders JOIN customers USING (customer_id) ORDER BY order_id',
  );
  orders = rows;
});
after(async () => {
  await harness?.close();
  await mail.close();
});
// Counted failures are an hour's; each test begins after them.
afterEach(() => {
  clockMs += 61 * minuteMs;
});

type Guest = { sub: string; sid: string };
const newGuest = (): Guest => ({ sub: `anon:${newSid()}`, sid: newSid() });
type Visitor = { sub: string; sid?: string };
const call = async (visitor: Visitor, tool: string, args: object) => await sendFor(harness, visitor, { on: service, tool, args });
const preview = async (visitor: Visitor, tool: string, args: object) => await sendFor(harness, visitor, { on: service, tool, args, preview: true });
const confirm = async (guest: Guest, orderId: string, email: string) => await call(guest, 'confirm_order_email', { order_id: orderId, email });
const askCode = async (guest: Guest, orderId: string, email: string) => await call(guest, 'send_order_code', { order_id: orderId, email });
const enter = async (guest: Guest, orderId: string, code: string) => await call(guest, 'enter_order_code', { order_id: orderId, code });
const statusOf = async (guest: Visitor, orderId: string, more = {}) => await call(guest, 'get_order_status', { order_id: orderId, ...more });

function orderOf(pick: (order: Order) => boolean = () => true): Order {
  const index = orders.findIndex(pick);
  const [order] = orders.splice(index, 1);
  assert.ok(order && index >= 0);
  return order;
}

/** The code in the newest mail, once there are as many as expected; mails are sent behind the answer. */
async function codeIn(mailsExpected: number): Promise<string> {
  await until(() => mail.mails.length >= mailsExpected, 'the mail');
  assert.equal(mail.mails.length, mailsExpected);
  return /Your code for order \S+: (\d{6})/.exec(mail.mails.at(-1)?.text.replace(/=\r?\n/g, '') ?? '')?.[1] ?? assert.fail('no code');
}

async function prove(guest: Guest, { order_id: orderId, email }: Order): Promise<string> {
  const expected = mail.mails.length + 1;
  await askCode(guest, orderId, email);
  const code = await codeIn(expected);
  assert.equal((await enter(guest, orderId, code)).status, 200);
  return code;
}

const told = ({ status, body }: Written) => ({ status, ...body, requestId: '' });
const step = ({ status, body }: Written) => [status, body.code, body.details?.[0]?.rule];
const wrongCode = (code: string) => code.replace(/^./, (digit) => String((Number(digit) + 1) % 10));

test('number and address give a guest the state of the order and nothing that says whose it is or what is in it', async () => {
  const guest = newGuest();
  const order = orderOf(({ status }) => status === 'delivered');
  assert.deepEqual(step(await statusOf(guest, order.order_id)), [403, 'proof_required', 'confirm_order_email']);
  assert.equal((await confirm(guest, order.order_id, ` ${order.email.toUpperCase()}`.trim())).status, 200);
  const { status, body } = await statusOf(guest, order.order_id);
  assert.equal(status, 200);
  const known = ['created_at', 'delivered_at', 'has_tracking', 'order_id', 'shipped_at', 'status', 'status_text', 'updated_at'];
  assert.deepEqual(
    Object.keys(body.output ?? {}).filter((key) => !known.includes(key)),
    [],
  );
  assert.equal(body.output?.status, 'delivered');
  assert.deepEqual(step(await statusOf(guest, order.order_id, { details: true })), [403, 'proof_required', 'send_order_code']);
  assert.deepEqual(step(await preview(guest, 'cancel_order', { order_id: order.order_id, reason: 'no_longer_needed' })), [
    403,
    'proof_required',
    'send_order_code',
  ]);
});

test('what one session has shown no other session has, no other order has, and no signed-in customer has; after half an hour nobody', async () => {
  const guest = newGuest();
  const order = orderOf();
  const other = orderOf();
  await confirm(guest, order.order_id, order.email);
  assert.equal((await statusOf(guest, order.order_id)).status, 200);
  assert.equal((await statusOf({ ...guest, sid: newSid() }, order.order_id)).body.code, 'proof_required');
  assert.equal((await statusOf(guest, other.order_id)).body.code, 'proof_required');
  assert.equal((await statusOf({ sub: 'wp:1:999999', sid: guest.sid }, order.order_id)).body.code, 'not_found');
  clockMs += 31 * minuteMs;
  assert.equal((await statusOf(guest, order.order_id)).body.code, 'proof_required');
});

test('unknown order, another’s address and a locked order are one answer, for the address and for the code', async () => {
  const order = orderOf();
  const unknown = await confirm(newGuest(), 'W0000000', 'mia@example.com');
  assert.deepEqual([unknown.status, unknown.body.code, unknown.body.details], [403, 'proof_failed', undefined]);
  assert.deepEqual(told(await confirm(newGuest(), order.order_id, 'other@example.com')), told(unknown));
  for (let guess = 0; guess < 4; guess += 1) await confirm(newGuest(), order.order_id, `guess${guess}@example.com`);
  assert.deepEqual(told(await confirm(newGuest(), order.order_id, order.email)), told(unknown));

  const mails = mail.mails.length;
  const withOrderId = ({ body, ...rest }: Written, orderId: string) => ({ ...told({ body, ...rest }), output: body.output?.order_id === orderId });
  const codeUnknown = withOrderId(await askCode(newGuest(), 'W0000000', 'mia@example.com'), 'W0000000');
  assert.deepEqual([codeUnknown.status, codeUnknown.output], [200, true]);
  assert.deepEqual(withOrderId(await askCode(newGuest(), order.order_id, order.email), order.order_id), codeUnknown);
  const free = orderOf();
  assert.deepEqual(withOrderId(await askCode(newGuest(), free.order_id, free.email), free.order_id), codeUnknown);
  await codeIn(mails + 1);
});

for (const [what, next] of [
  ['session', ({ order, guest }) => ({ guest, order: order(), email: 'guess@example.com' })],
  ['order', ({ same, guess }) => ({ guest: newGuest(), order: same, email: `guess${guess}@example.com` })],
  ['address', ({ order }) => ({ guest: newGuest(), order: order(), email: 'one@example.com' })],
] as [string, (of: { same: Order; guest: Guest; guess: number; order: () => Order }) => { guest: Guest; order: Order; email: string }][]) {
  test(`five failures of one ${what} lock it for an hour, and nothing else`, async () => {
    const same = orderOf();
    const guest = newGuest();
    const others = orders.slice(0, 5);
    for (let guess = 0; guess < 5; guess += 1) {
      const made = next({ same, guest, guess, order: () => others[guess] ?? same });
      const address = what === 'session' ? `${guess}${made.email}` : made.email;
      assert.equal((await confirm(made.guest, made.order.order_id, address)).body.code, 'proof_failed');
    }
    if (what === 'address') {
      await harness.database.query('UPDATE customers SET email = $2 WHERE customer_id = $1', [same.customer_id, 'one@example.com']);
      same.email = 'one@example.com';
    }
    const who = what === 'session' ? guest : newGuest();
    assert.equal((await confirm(who, same.order_id, same.email)).body.code, 'proof_failed');
    const free = orderOf(({ customer_id: id }) => id !== same.customer_id);
    assert.equal((await confirm(newGuest(), free.order_id, free.email)).status, 200);
    clockMs += 61 * minuteMs;
    assert.equal((await confirm(who, same.order_id, same.email)).status, 200);
  });
}

test('of fifty guesses at once no more are looked at than of fifty in a row', async () => {
  const order = orderOf();
  const right = newGuest();
  const guesses = Array.from({ length: 50 }, async (_, at) => await confirm(newGuest(), order.order_id, `guess${at}@example.com`));
  assert.ok((await Promise.all(guesses)).every(({ body }) => body.code === 'proof_failed'));
  const { rows } = await harness.database.query<{ most: number }>(
    'SELECT max(number)::int AS most FROM (SELECT count(*) AS number FROM guest_attempts WHERE at > $1 GROUP BY counted_for) AS counted',
    [new Date(clockMs - 1000)],
  );
  assert.ok((rows[0]?.most ?? 0) <= 5, String(rows[0]?.most));
  await confirm(right, order.order_id, order.email);
});

test('a mailed code opens its order to this session alone, once; the mail goes to the order’s own address', async () => {
  const guest = newGuest();
  const order = orderOf(({ status }) => status === 'pending');
  const mails = mail.mails.length;
  const { body } = await askCode(guest, order.order_id, order.email.toUpperCase());
  assert.equal(body.output?.next, 'enter_order_code');
  const code = await codeIn(mails + 1);
  assert.deepEqual(mail.mails.at(-1)?.to, [order.email]);
  assert.equal((await enter(newGuest(), order.order_id, code)).body.code, 'code_wrong');
  assert.equal((await enter({ ...guest, sid: newSid() }, order.order_id, code)).body.code, 'code_wrong');
  assert.equal((await enter(guest, order.order_id, code)).status, 200);
  const { rows } = await harness.database.query('SELECT count(*)::int AS left FROM order_codes WHERE order_id = $1', [order.order_id]);
  assert.deepEqual(rows, [{ left: 0 }]);

  const seen = await statusOf(guest, order.order_id, { details: true });
  assert.ok(Array.isArray(seen.body.output?.items) && typeof seen.body.output.total === 'number');
  const sibling = orders.find(({ customer_id: id }) => id === order.customer_id);
  const others = [sibling, orders[0]].filter((one) => one !== undefined);
  for (const other of others) assert.equal((await statusOf(guest, other.order_id)).body.code, 'proof_required');
  assert.deepEqual((await call(guest, 'get_profile', {})).body.output?.preferences, {});
});

test('with the code a guest cancels and reinstates exactly this order, by preview, key and record like a customer', async () => {
  const guest = newGuest();
  const order = orderOf(({ status }) => status === 'pending');
  await prove(guest, order);
  const args = { order_id: order.order_id, reason: 'no_longer_needed' };
  assert.equal((await preview(guest, 'cancel_order', args)).body.preview?.summary, `Cancel order ${order.order_id}`);
  const key = 'a-key-of-a-guest';
  const first = await sendFor(harness, guest, { on: service, tool: 'cancel_order', args, key });
  const second = await sendFor(harness, guest, { on: service, tool: 'cancel_order', args, key });
  assert.deepEqual([first.status, second.text, second.headers['idempotency-replayed']], [200, first.text, 'true']);
  assert.equal((await recordOf(harness, order.order_id)).status, 'cancelled');
  assert.equal((await call(guest, 'reinstate_order', { order_id: order.order_id })).status, 200);
  clockMs += 31 * minuteMs;
  assert.deepEqual(step(await call(guest, 'cancel_order', args)), [403, 'proof_required', 'send_order_code']);
  const late = await sendFor(harness, guest, { on: service, tool: 'cancel_order', args, key });
  assert.deepEqual([late.text, late.headers['idempotency-replayed']], [first.text, 'true']);
  assert.equal((await recordOf(harness, order.order_id)).status, 'pending');
});

test('a code has five tries and ten minutes, and a newer one takes its place', async () => {
  const guest = newGuest();
  const order = orderOf();
  const mails = mail.mails.length;
  await askCode(guest, order.order_id, order.email);
  const code = await codeIn(mails + 1);
  for (const left of [true, true, true, true, false]) {
    const { body } = await enter(guest, order.order_id, wrongCode(code));
    assert.deepEqual([body.code, body.details?.[0]?.rule], ['code_wrong', left ? 'enter_order_code' : undefined]);
  }
  // Not by the lock alone, which five failures are too.
  await harness.database.query('DELETE FROM guest_attempts');
  assert.deepEqual(step(await enter(guest, order.order_id, code)), [403, 'code_wrong', undefined]);

  clockMs += 61 * minuteMs;
  await askCode(guest, order.order_id, order.email);
  const late = await codeIn(mails + 2);
  clockMs += 11 * minuteMs;
  assert.equal((await enter(guest, order.order_id, late)).body.code, 'code_wrong');
  await askCode(guest, order.order_id, order.email);
  const newer = await codeIn(mails + 3);
  if (newer !== late) assert.equal((await enter(guest, order.order_id, late)).body.code, 'code_wrong');
  assert.equal((await enter(guest, order.order_id, newer)).status, 200);
});

test('a code is not found by guessing in many sessions: five wrong ones an hour and order, and the right one no longer counts', async () => {
  const order = orderOf();
  const mails = mail.mails.length;
  const owner = newGuest();
  await askCode(owner, order.order_id, order.email);
  const code = await codeIn(mails + 1);
  for (let guess = 0; guess < 5; guess += 1)
    assert.equal((await enter(newGuest(), order.order_id, String(guess).padStart(6, '1'))).body.code, 'code_wrong');
  assert.equal((await enter(owner, order.order_id, code)).body.code, 'code_wrong');
});

test('three mails an hour for an order; strangers who ask don’t use them up, and the third code stays good', async () => {
  const order = orderOf();
  const mails = mail.mails.length;
  const guest = newGuest();
  for (let stranger = 0; stranger < 3; stranger += 1) await askCode(newGuest(), order.order_id, `stranger${stranger}@example.com`);
  for (let asked = 1; asked <= 3; asked += 1) {
    await askCode(guest, order.order_id, order.email);
    await codeIn(mails + asked);
  }
  const code = await codeIn(mails + 3);
  assert.equal((await askCode(guest, order.order_id, order.email)).status, 200);
  await askCode(newGuest(), order.order_id, order.email);
  assert.equal((await enter(guest, order.order_id, code)).status, 200);
  clockMs += 40 * minuteMs;
  await askCode(newGuest(), order.order_id, order.email);
  clockMs += 21 * minuteMs;
  assert.equal(mail.mails.length, mails + 3);
  await askCode(newGuest(), order.order_id, order.email);
  await codeIn(mails + 4);
});

test('codes that were never asked for lock a session after five tries, not before', async () => {
  const guest = newGuest();
  for (let guess = 0; guess < 4; guess += 1) await enter(guest, `W900000${guess}`, '123456');
  const order = orderOf();
  assert.equal((await confirm(guest, order.order_id, order.email)).status, 200);
});

test('neither a code nor an address that was typed stands in any table', async () => {
  const guest = newGuest();
  const order = orderOf();
  const mails = mail.mails.length;
  await askCode(guest, order.order_id, order.email);
  const code = await codeIn(mails + 1);
  await confirm(guest, order.order_id, 'typed-by-a-guest@example.com');
  const { rows } = await harness.database.query(
    `SELECT (SELECT json_agg(t) FROM order_codes t)::text AS codes, (SELECT json_agg(t) FROM order_proofs t)::text AS proofs,
            (SELECT json_agg(t) FROM guest_attempts t)::text AS attempts, (SELECT json_agg(t) FROM audit t)::text AS audit,
            (SELECT json_agg(t) FROM idempotency_keys t)::text AS keys, (SELECT json_agg(t) FROM tasks t)::text AS tasks,
            (SELECT json_agg(t) FROM task_jobs.job t)::text AS jobs`,
  );
  const kept = JSON.stringify(rows);
  for (const secret of [code, order.email, 'typed-by-a-guest', guest.sid]) assert.ok(!new RegExp(`[^0-9]${secret}[^0-9]`).test(kept), secret);
});

test('nothing in the work behind an answer tells a right address from a wrong one, an unknown order or a locked one', async (t) => {
  const [free, locked] = [orderOf(), orderOf()];
  for (let guess = 0; guess < 5; guess += 1) await confirm(newGuest(), locked.order_id, `guess${guess}@example.com`);
  // On a queue of its own that nobody works on: what is done there comes behind the answer.
  const put: string[][] = [];
  const hash = await openGuestHash(harness.database, guestKey);
  const parts = { database: harness.database, hash, nowMs: () => clockMs };
  const post = { put: async (waiting: object) => void put.push(Object.keys(waiting)), wake: () => undefined };
  const events = createGuestEvents();
  const guests = createGuests({ ...parts, billing: createDemoBilling(harness.database), codes: createCodes(parts), events, post });
  t.after(() => guests.close());
  const on = await harness.build({
    handlers: { send_order_code: createSendOrderCode({ guests }), confirm_order_email: createConfirmOrderEmail({ guests }) },
  });
  const askHere = async (tool: string, order_id: string, email: string) =>
    await sendFor(harness, newGuest(), { on, tool, args: { order_id, email } });
  const spy = t.mock.method(harness.database, 'query');
  const statementsOf = async (tool: string, orderId: string, email: string) => {
    spy.mock.resetCalls();
    put.length = 0;
    assert.equal((await askHere(tool, orderId, email)).status, tool === 'send_order_code' ? 200 : 403);
    return [...spy.mock.calls.map(({ arguments: [text] }) => String(text)), ...put.map((keys) => `put ${keys}`)];
  };
  const code = await statementsOf('send_order_code', free.order_id, free.email);
  assert.ok(code.some((text) => text.includes('order_codes')) && code.some((text) => text.includes('JOIN customers')));
  assert.equal(code.at(-1), 'put order_id,session,salt,expires_at');
  assert.deepEqual(await statementsOf('send_order_code', free.order_id, 'else@example.com'), code);
  assert.deepEqual(await statementsOf('send_order_code', 'W0000000', free.email), code);
  assert.deepEqual(await statementsOf('send_order_code', locked.order_id, locked.email), code);
  const email = await statementsOf('confirm_order_email', 'W0000000', free.email);
  assert.deepEqual(await statementsOf('confirm_order_email', free.order_id, 'third@example.com'), email);
  assert.deepEqual(await statementsOf('confirm_order_email', locked.order_id, locked.email), email);
});

test('who says who he is needs no proof and has no use for one: customers and direct callers', async () => {
  const order = orderOf();
  const customer = { sub: `wp:1:${order.wp_user_id}` };
  assert.ok(Array.isArray((await statusOf(customer, order.order_id)).body.output?.items));
  const direct = await send(harness, {
    on: service,
    tool: 'get_order_status',
    args: { order_id: order.order_id },
    sub: `customer:${order.customer_id}`,
  });
  assert.ok(Array.isArray(direct.body.output?.items));
  const typed = { order_id: order.order_id, email: order.email };
  assert.equal((await call(customer, 'confirm_order_email', typed)).body.code, 'not_found');
  assert.equal((await send(harness, { on: service, tool: 'confirm_order_email', args: typed })).body.code, 'not_found');
  assert.equal(
    (await send(harness, { on: service, tool: 'get_order_status', args: { order_id: order.order_id }, sub: `anon:${newSid()}` })).body.code,
    'sign_in_required',
  );
});
