// Nothing is done without a click, and a click does one thing, once: cards, forms, their outcomes, and what a typed «yes» is worth.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { HttpAgent } from '@ag-ui/client';
import type { AGUIEvent } from '@ag-ui/core';
import type { ChatAnswer, Interrupt } from '@aiguy/manifests/generated/http';
import { until } from '../../scripts/until.ts';
import type { ModelRequest, ToolOutcome } from '../src/model/port.ts';
import { callsTool, gate, type Harness, modelThat, newVisitor, parseFrames, saysText, startHarness, toolsThat } from './harness.ts';

type Visitor = ReturnType<typeof newVisitor>;

const scopes = ['docs:read', 'order:read', 'order:write', 'ticket:write'];
const cancellation = { order_id: 'W2530531', reason: 'no_longer_needed' };
const ticket = { category: 'other', priority: 'normal', summary: 'Box torn', details: 'It arrived torn.' };
/** What the shop's own record says was done. */
let effects: { name: string; args: Record<string, unknown> }[] = [];
let refusal: Extract<ToolOutcome, { ok: false }> | undefined;
let hold: Promise<void> | undefined;
let harness: Harness;

const model = modelThat((_call, request) => {
  const last = request.messages.at(-1);
  if (last?.role === 'tool') return saysText(last.outcome.ok ? 'That is done.' : 'Then not.');
  const text = last?.role === 'user' ? last.text : '';
  if (/ticket/.test(text)) return callsTool('create_support_ticket', ticket, `call-${text.length}`);
  if (/twice/.test(text))
    return [...callsTool('cancel_order', cancellation, 'call-1').slice(0, 1), ...callsTool('reinstate_order', { order_id: 'W2530531' }, 'call-2')];
  return /cancel/.test(text) ? callsTool('cancel_order', cancellation) : saysText('Hello.');
});
const tools = {
  ...toolsThat(async (name, args) => {
    await hold;
    effects.push({ name, args });
    return { ok: true, output: {} };
  }),
  preview: async () =>
    refusal ?? {
      ok: true as const,
      preview: { summary: 'Cancel order W2530531', facts: [{ label: 'Order', value: 'W2530531' }], amount: { value: 9, currency: 'USD' } },
    },
};

before(async () => {
  harness = await startHarness({ model, tools, scopes });
});
after(async () => await harness.close());

async function post(
  visitor: Visitor,
  path: string,
  payload: object,
): Promise<{ status: number; body: ChatAnswer & { code?: string; details?: { pointer: string }[] } }> {
  const headers = { authorization: `Bearer ${await harness.assertionFor({ ...visitor, scopes })}`, accept: 'application/json' };
  const response = await harness.orchestrator.app.inject({ method: 'POST', url: path, headers, payload });
  return { status: response.statusCode, body: response.json() };
}

async function ask(visitor: Visitor, message: string): Promise<Interrupt> {
  const { body } = await post(visitor, '/chat', { message });
  assert.equal(body.outcome, 'interrupt');
  const [card] = body.interrupts ?? [];
  assert.ok(card);
  return card;
}

const confirm = async (visitor: Visitor, card: Interrupt, decision: 'approve' | 'reject') =>
  await post(visitor, `/sessions/${visitor.sid}/confirmations/${card.id}`, { decision });

async function eventsOf(visitor: Visitor): Promise<AGUIEvent[]> {
  const headers = { authorization: `Bearer ${await harness.assertionFor({ ...visitor, scopes })}` };
  return parseFrames((await harness.orchestrator.app.inject({ url: `/sessions/${visitor.sid}/events`, headers })).body).map(({ event }) => event);
}

async function outcomesOf(visitor: Visitor): Promise<string[]> {
  return (await eventsOf(visitor)).flatMap((event) =>
    event.type === 'CUSTOM' && event.name === 'aiguy.interrupt_settled' ? [event.value.outcome] : [],
  );
}

test('a write waits for its visitor: the card says what the shop says, and nothing was done', async () => {
  effects = [];
  const card = await ask(newVisitor(), 'cancel W2530531');
  assert.deepEqual(effects, []);
  assert.equal(card.reason, 'confirmation');
  assert.equal(card.message, 'Cancel order W2530531');
  assert.deepEqual(card.metadata.aiguy.facts, [{ label: 'Order', value: 'W2530531' }]);
  assert.deepEqual(card.metadata.aiguy.amount, { value: 9, currency: 'USD' });
  const minutes = (Date.parse(card.expiresAt) - Date.now()) / 60_000;
  assert.ok(minutes > 9.9 && minutes <= 10, String(minutes));
});

test('a click runs the stored arguments once, however often it is clicked, and the answer goes on', async () => {
  effects = [];
  const visitor = newVisitor();
  const card = await ask(visitor, 'cancel W2530531');
  const clicks = await Promise.all([1, 2, 3, 4, 5].map(async () => await confirm(visitor, card, 'approve')));
  for (const { status, body } of clicks) assert.deepEqual([status, body.outcome, body.text], [200, 'success', 'That is done.']);
  assert.deepEqual(effects, [{ name: 'cancel_order', args: cancellation }]);
  assert.deepEqual(await outcomesOf(visitor), ['approved']);
  const calls = model.requests.at(-1)?.messages.filter(({ role }) => role !== 'user');
  assert.deepEqual(
    calls?.map((message) => (message.role === 'tool' ? message.call.id : message.role === 'assistant' && message.toolCalls[0]?.id)),
    ['call-1', 'call-1'],
  );
});

test('a no does nothing and the model hears of it', async () => {
  effects = [];
  const visitor = newVisitor();
  const card = await ask(visitor, 'cancel W2530531');
  const { body } = await confirm(visitor, card, 'reject');
  assert.deepEqual([body.text, body.tools], ['Then not.', [{ name: '', ok: false, code: 'rejected_by_visitor' }]]);
  assert.deepEqual(effects, []);
});

test('yes and no at once from two tabs have one outcome, which both hear', async () => {
  for (let round = 0; round < 10; round += 1) {
    effects = [];
    const visitor = newVisitor();
    const card = await ask(visitor, 'cancel W2530531');
    const [yes, no] = await Promise.all([confirm(visitor, card, 'approve'), confirm(visitor, card, 'reject')]);
    const outcomes = await outcomesOf(visitor);
    assert.equal(outcomes.length, 1);
    assert.equal(effects.length, outcomes[0] === 'approved' ? 1 : 0);
    const [won, lost] = outcomes[0] === 'approved' ? [yes, no] : [no, yes];
    assert.deepEqual([won.status, lost.status, lost.body.code], [200, 409, 'interrupt_decided']);
  }
});

test('a card is over after its time: the click is refused, every tab is told, nothing runs', async () => {
  effects = [];
  const visitor = newVisitor();
  const card = await ask(visitor, 'cancel W2530531');
  await harness.database.query(`UPDATE interrupts SET expires_at = now() - interval '1 second' WHERE id = $1`, [card.id]);
  assert.deepEqual((await confirm(visitor, card, 'approve')).body.code, 'interrupt_expired');
  await harness.orchestrator.liveRuns.sweep();
  await harness.orchestrator.liveRuns.sweep();
  assert.deepEqual(await outcomesOf(visitor), ['expired']);
  assert.deepEqual((await confirm(visitor, card, 'approve')).body.code, 'interrupt_expired');
  assert.deepEqual(effects, []);
});

test('a card belongs to its session and visitor: for anybody else it does not exist', async () => {
  const visitor = newVisitor();
  const card = await ask(visitor, 'cancel W2530531');
  const stranger = newVisitor();
  assert.equal((await post(stranger, `/sessions/${stranger.sid}/confirmations/${card.id}`, { decision: 'approve' })).status, 404);
  assert.equal((await post(stranger, `/sessions/${visitor.sid}/confirmations/${card.id}`, { decision: 'approve' })).status, 404);
  assert.equal((await post({ ...visitor, sub: 'wp:1:8' }, `/sessions/${visitor.sid}/confirmations/${card.id}`, { decision: 'approve' })).status, 404);
  assert.equal((await post(visitor, `/sessions/${visitor.sid}/inputs/${card.id}`, { values: {} })).status, 404);
  assert.equal((await post(visitor, `/sessions/${visitor.sid}/confirmations/${card.id}`, { decision: 'yes' })).status, 400);
  assert.equal((await post(visitor, `/sessions/${visitor.sid}/confirmations/%00`, { decision: 'approve' })).status, 404);
});

test('a typed yes is no consent: it shows the card again, without asking the model', async () => {
  effects = [];
  const visitor = newVisitor();
  const card = await ask(visitor, 'cancel W2530531');
  for (const message of ['yes', 'Yes, please!', 'ok do it', 'ja', 'oui']) {
    const asked = model.requests.length;
    const again = await ask(visitor, message);
    assert.equal(again.id, card.id);
    assert.equal(model.requests.length, asked, message);
  }
  assert.deepEqual(effects, []);
  assert.equal((await confirm(visitor, card, 'approve')).body.text, 'That is done.');
});

test('another question leaves the card open; it is told of in words, and can still be answered', async () => {
  effects = [];
  const visitor = newVisitor();
  const card = await ask(visitor, 'cancel W2530531');
  const { body } = await post(visitor, '/chat', { message: 'How are you?' });
  assert.equal(body.text, 'Hello.');
  const history = (model.requests.at(-1) as ModelRequest).messages.map((message) => (message.role === 'tool' ? '' : message.text));
  assert.deepEqual(history, ['cancel W2530531', '(Asked the visitor: Cancel order W2530531.)', 'How are you?']);
  await confirm(visitor, card, 'approve');
  assert.equal(effects.length, 1);
});

test('what the shop would refuse is never asked', async () => {
  effects = [];
  refusal = { ok: false, code: 'not_allowed_now', message: 'no', details: [{ pointer: '/order_id', rule: 'the order was already shipped' }] };
  const { body } = await post(newVisitor(), '/chat', { message: 'cancel W2530531' });
  refusal = undefined;
  assert.deepEqual([body.outcome, body.text, effects], ['success', 'Then not.', []]);
});

test('two changes in one step: one is asked for, the other refused for now', async () => {
  effects = [];
  const visitor = newVisitor();
  const { body } = await post(visitor, '/chat', { message: 'twice' });
  assert.deepEqual([body.interrupts?.length, body.tools], [1, [{ name: 'reinstate_order', ok: false, code: 'one_change_at_a_time' }]]);
});

test('a click during a running turn waits for its end; the outcome is known at once', async () => {
  effects = [];
  const visitor = newVisitor();
  const card = await ask(visitor, 'cancel W2530531');
  const first = gate();
  hold = first.opened;
  const clicked = confirm(visitor, card, 'approve');
  await until(() => harness.orchestrator.liveRuns.count > 0);
  const other = post(visitor, '/chat', { message: 'cancel W2530531 too' });
  first.open();
  hold = undefined;
  assert.equal((await clicked).body.text, 'That is done.');
  assert.equal((await other).body.outcome, 'interrupt');
  assert.equal(effects.length, 1);
});

test('a guest’s form is checked on this side too; its values reach the tool and neither model, log nor table', async () => {
  effects = [];
  const visitor = { ...newVisitor(), sub: 'anon:guest-000000000001' };
  const card = await ask(visitor, 'open a ticket');
  assert.equal(card.reason, 'input_required');
  assert.deepEqual(Object.keys((card.responseSchema as { properties: object }).properties), ['email']);
  const path = `/sessions/${visitor.sid}/inputs/${card.id}`;
  const wrong = await post(visitor, path, { values: { email: 'nonsense' } });
  assert.deepEqual([wrong.status, wrong.body.code, wrong.body.details?.[0]?.pointer], [400, 'form_invalid', '/email']);
  assert.equal((await post(visitor, path, { values: { email: 'jo@secret.example', more: 1 } })).status, 400);
  const right = await post(visitor, path, { values: { email: 'jo@secret.example' } });
  assert.equal(right.body.text, 'That is done.');
  assert.deepEqual(effects, [{ name: 'create_support_ticket', args: { ...ticket, email: 'jo@secret.example' } }]);
  const tables = ['events', 'runs', 'interrupts', 'effects'];
  const dumps = await Promise.all(tables.map(async (table) => JSON.stringify((await harness.database.query(`SELECT * FROM ${table}`)).rows)));
  for (const [index, dump] of dumps.entries()) assert.ok(!dump.includes('jo@secret'), tables[index]);
  assert.ok(!JSON.stringify(model.requests).includes('jo@secret'));
});

test('a form can be cancelled, and then nothing runs', async () => {
  effects = [];
  const visitor = { ...newVisitor(), sub: 'anon:guest-000000000002' };
  const card = await ask(visitor, 'open a ticket');
  const { body } = await post(visitor, `/sessions/${visitor.sid}/inputs/${card.id}`, { cancel: true });
  assert.deepEqual([body.text, effects, await outcomesOf(visitor)], ['Then not.', [], ['cancelled']]);
});

test('the official AG-UI client is interrupted, and resumes with its answer', async () => {
  effects = [];
  const url = await harness.orchestrator.app.listen({ port: 0, host: '127.0.0.1' });
  const visitor = newVisitor();
  const headers = { Authorization: `Bearer ${await harness.assertionFor({ ...visitor, scopes })}` };
  const agent = new HttpAgent({ url: `${url}/chat`, headers, threadId: visitor.sid });
  agent.messages = [{ id: 'message-01', role: 'user', content: 'cancel W2530531' }];
  let interrupts: { id: string }[] = [];
  agent.subscribe({
    onRunFinishedEvent: ({ event }) => {
      interrupts = event.outcome?.type === 'interrupt' ? event.outcome.interrupts : [];
    },
  });
  await agent.runAgent({ runId: 'run-00000001' });
  const [card] = interrupts;
  assert.ok(card);
  await agent.runAgent({ runId: 'run-00000002', resume: [{ interruptId: card.id, status: 'resolved', payload: { approved: true } }] });
  assert.equal(agent.messages.at(-1)?.content, 'That is done.');
  assert.equal(effects.length, 1);
});
