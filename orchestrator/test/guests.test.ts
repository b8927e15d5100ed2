// A guest and his order: which form comes when, what it leads to, and that nothing typed into one comes before the model.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { ChatAnswer, Interrupt } from '@aiguy/manifests/generated/http';
import type { ToolOutcome } from '../src/model/port.ts';
import { callsTool, type Harness, modelThat, newVisitor, parseFrames, saysText, startHarness, toolsThat } from './harness.ts';

type Visitor = ReturnType<typeof newVisitor>;

const scopes = ['docs:read', 'order:read', 'order:write'];
const order = { order_id: 'W2530531' };
const address = 'jo@secret.example';
const code = '483920';
const stepOf = (name: string): ToolOutcome => ({
  ok: false,
  code: 'proof_required',
  message: 'Show it first.',
  details: [{ pointer: '/order_id', rule: name }],
});

/** As the tools API has it: what this session has shown, and what was called. */
let proven: 'nothing' | 'status' | 'owner';
let mailsCodes: boolean;
let called: string[];
let harness: Harness;

const model = modelThat((_call, request) => {
  const last = request.messages.at(-1);
  if (last?.role === 'tool') return saysText(last.outcome.ok ? 'Here it is.' : `It came to ${last.outcome.code}.`);
  const text = last?.role === 'user' ? last.text : '';
  if (text.includes('both'))
    return [...callsTool('get_order_status', order, 'call-1').slice(0, 1), ...callsTool('get_order_status', { order_id: 'W7430166' }, 'call-2')];
  if (text.includes('code')) return callsTool('enter_order_code', order);
  if (text.includes('cancel')) return callsTool('cancel_order', { ...order, reason: 'no_longer_needed' });
  return callsTool('get_order_status', { order_id: '#w2530531 ' });
});

function answer(name: string, args: Record<string, unknown>): ToolOutcome {
  called.push(name);
  if (name === 'confirm_order_email') {
    if (args.email !== address) return { ok: false, code: 'proof_failed', message: '' };
    proven = 'status';
  }
  if (name === 'send_order_code') return { ok: true, output: { ...order, next: 'enter_order_code' } };
  if (name === 'enter_order_code') {
    if (args.code !== code) return { ok: false, code: 'code_wrong', message: '', details: [{ pointer: '/code', rule: 'enter_order_code' }] };
    proven = 'owner';
  }
  if (name === 'get_order_status' && proven === 'nothing') return stepOf('confirm_order_email');
  return { ok: true, output: order };
}

const tools = {
  ...toolsThat(async (name, args) => answer(name, args)),
  preview: async () => {
    if (proven === 'owner') return { ok: true as const, preview: { summary: 'Cancel order W2530531', facts: [] } };
    return (mailsCodes ? stepOf('send_order_code') : { ok: false, code: 'sign_in_required', message: '' }) as Extract<ToolOutcome, { ok: false }>;
  },
};

before(async () => {
  harness = await startHarness({ model, tools, scopes });
});
after(async () => await harness.close());
beforeEach(() => {
  proven = 'nothing';
  mailsCodes = true;
  called = [];
  model.requests.length = 0;
});

const newGuest = (): Visitor => ({ ...newVisitor(), sub: `anon:${newVisitor().sid}`, scopes });

async function post(visitor: Visitor, path: string, payload: object): Promise<ChatAnswer> {
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}`, accept: 'application/json' };
  return (await harness.orchestrator.app.inject({ method: 'POST', url: path, headers, payload })).json();
}

const ask = async (visitor: Visitor, message: string) => await post(visitor, '/chat', { message });
const fillIn = async (visitor: Visitor, card: Interrupt, values: object) =>
  await post(visitor, `/sessions/${visitor.sid}/inputs/${card.id}`, { values });

function cardIn(body: ChatAnswer): Interrupt {
  const [card] = body.interrupts ?? [];
  assert.ok(card && body.interrupts?.length === 1, JSON.stringify(body));
  return card;
}

const fieldsOf = (card: Interrupt) => Object.keys((card.responseSchema as { properties: object }).properties);

test('a guest’s order leads to a form for the address, and its answer to the call that was refused', async () => {
  const guest = newGuest();
  const card = cardIn(await ask(guest, 'where is W2530531'));
  assert.deepEqual([card.reason, fieldsOf(card), card.metadata.aiguy.facts], ['input_required', ['email'], [{ label: 'Order', value: 'W2530531' }]]);
  const told = await fillIn(guest, card, { email: address });
  assert.equal(told.text, 'Here it is.');
  assert.deepEqual(called, ['get_order_status', 'confirm_order_email', 'get_order_status']);
  assert.equal((await ask(guest, 'and where is it now')).text, 'Here it is.');
});

test('what does not fit ends the call with the same outcome for the model, whatever was wrong', async () => {
  const guest = newGuest();
  const told = await fillIn(guest, cardIn(await ask(guest, 'where is W2530531')), { email: 'else@example.com' });
  assert.equal(told.text, 'It came to proof_failed.');
  assert.deepEqual(called, ['get_order_status', 'confirm_order_email']);
});

test('a change goes over address, code and click; a wrong code is asked for again and says so', async () => {
  const guest = newGuest();
  const first = cardIn(await ask(guest, 'cancel W2530531'));
  assert.deepEqual([first.metadata.aiguy.tool, fieldsOf(first)], ['send_order_code', ['email']]);
  const second = cardIn(await fillIn(guest, first, { email: address }));
  assert.deepEqual([second.metadata.aiguy.tool, fieldsOf(second)], ['enter_order_code', ['code']]);
  const third = cardIn(await fillIn(guest, second, { code: '111111' }));
  assert.deepEqual([third.metadata.aiguy.tool, third.message], ['enter_order_code', "That code isn't right, or not valid any more."]);
  const click = cardIn(await fillIn(guest, third, { code }));
  assert.deepEqual([click.reason, click.message], ['confirmation', 'Cancel order W2530531']);
  assert.ok(!called.includes('cancel_order'));
  const told = await post(guest, `/sessions/${guest.sid}/confirmations/${click.id}`, { decision: 'approve' });
  assert.deepEqual([told.text, told.outcome], ['Here it is.', 'success']);
  assert.deepEqual(called, ['send_order_code', 'enter_order_code', 'enter_order_code', 'cancel_order']);
  assert.equal(model.requests.length, 2);
  const headers = { authorization: `Bearer ${await harness.assertionFor(guest)}` };
  const { receipts } = (await harness.orchestrator.app.inject({ url: `/sessions/${guest.sid}/receipts`, headers })).json();
  assert.deepEqual(receipts.length, 1);
});

test('what was typed is in no request of the model, no event and no table', async () => {
  const guest = newGuest();
  const first = cardIn(await ask(guest, 'cancel W2530531'));
  const second = cardIn(await fillIn(guest, first, { email: address }));
  await fillIn(guest, second, { code });
  const headers = { authorization: `Bearer ${await harness.assertionFor(guest)}` };
  const events = parseFrames((await harness.orchestrator.app.inject({ url: `/sessions/${guest.sid}/events`, headers })).body);
  const tables = ['events', 'runs', 'interrupts', 'effects', 'session_memory'];
  const dumps = await Promise.all(
    tables.map(async (table) => (await harness.database.query(`SELECT * FROM ${table} WHERE session_id = $1`, [guest.sid])).rows),
  );
  for (const [what, said] of Object.entries({ model: model.requests, events, ...dumps }))
    for (const secret of [address, code])
      assert.doesNotMatch(JSON.stringify(said), new RegExp(`(?<![0-9a-f])${secret}(?![0-9a-f])`), `${what} ${secret}`);
});

test('a form that is cancelled ends the call, and nothing was tried', async () => {
  const guest = newGuest();
  const card = cardIn(await ask(guest, 'cancel W2530531'));
  const told = await post(guest, `/sessions/${guest.sid}/inputs/${card.id}`, { cancel: true });
  assert.deepEqual([told.text, called], ['It came to rejected_by_visitor.', []]);
});

test('where no codes are mailed there is no form that leads nowhere', async () => {
  mailsCodes = false;
  const told = await ask(newGuest(), 'cancel W2530531');
  assert.deepEqual([told.outcome, told.text], ['success', 'It came to sign_in_required.']);
});

test('two orders at once are one form; the steps themselves are nobody’s tools', async () => {
  const guest = newGuest();
  const card = cardIn(await ask(guest, 'both of them'));
  assert.equal(card.metadata.aiguy.facts[0]?.value, 'W2530531');
  const told = await ask(newGuest(), 'I have the code');
  assert.equal(told.text, 'It came to unknown_tool.');
  assert.ok(!called.includes('enter_order_code'));
  assert.ok(model.requests.every(({ tools: offered }) => offered.every(({ name }) => !/_code$|_email$/.test(name))));
});

test('a refusal that names what is no step leads to no form', async () => {
  const named = toolsThat(async () => stepOf('cancel_order'));
  const other = await startHarness({ model, tools: named, scopes, databaseUrl: harness.config.DATABASE_URL });
  const guest = newGuest();
  const headers = { authorization: `Bearer ${await other.assertionFor(guest)}`, accept: 'application/json' };
  const { body } = await other.orchestrator.app.inject({ method: 'POST', url: '/chat', headers, payload: { message: 'where is W2530531' } });
  assert.equal(JSON.parse(body).text, 'It came to proof_required.');
  await other.orchestrator.liveRuns.stop(0);
  await other.orchestrator.app.close();
  await other.database.end();
});
