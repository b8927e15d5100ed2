// Arguments that a call leaves out and its visitor types: a form, then the same card as for any change, and nothing done before the click on it.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { ChatAnswer, Interrupt } from '@aiguy/manifests/generated/http';
import { callsTool, type Harness, modelThat, newVisitor, saysText, startHarness, toolsThat } from './harness.ts';

type Visitor = ReturnType<typeof newVisitor>;
type Args = Record<string, unknown>;

const scopes = ['docs:read', 'order:read', 'order:write'];
const order = { order_id: 'W2530531' };
const typed = { address1: '77 Quiet Mews', city: 'Portland', state: 'OR', zip: '97201' };
let previewed: Args[];
let written: Args[];
let given: Args;
let isRefused: boolean;
let harness: Harness;

const model = modelThat((_call, request) => {
  const last = request.messages.at(-1);
  if (last?.role === 'tool') return saysText(last.outcome.ok ? 'It is changed.' : `It came to ${last.outcome.code}.`);
  return callsTool('change_address', given);
});
const plain = toolsThat(async (_name, args) => {
  written.push(args);
  return { ok: true, output: order };
});
const tools = {
  ...plain,
  preview: async (_tool: unknown, args: Args) => {
    previewed.push(args);
    if (isRefused) return { ok: false as const, code: 'not_allowed_now', message: 'Not now.' };
    return { ok: true as const, preview: { summary: 'Send it elsewhere', facts: [{ label: 'Until now', value: '1 Old Road' }] } };
  },
};

before(async () => {
  harness = await startHarness({ model, tools, scopes });
});
after(async () => await harness.close());
beforeEach(() => {
  [previewed, written, given, isRefused] = [[], [], order, false];
  model.requests.length = 0;
});

async function post(visitor: Visitor, path: string, payload: object): Promise<ChatAnswer & { code?: string; details?: { pointer: string }[] }> {
  const headers = { authorization: `Bearer ${await harness.assertionFor({ ...visitor, scopes })}`, accept: 'application/json' };
  return (await harness.orchestrator.app.inject({ method: 'POST', url: path, headers, payload })).json();
}
const ask = async (visitor: Visitor) => await post(visitor, '/chat', { message: 'send it to my sister' });
const fillIn = async (visitor: Visitor, card: Interrupt, answer: object) => await post(visitor, `/sessions/${visitor.sid}/inputs/${card.id}`, answer);
const click = async (visitor: Visitor, card: Interrupt, decision: string) =>
  await post(visitor, `/sessions/${visitor.sid}/confirmations/${card.id}`, { decision });

function cardIn(body: ChatAnswer): Interrupt {
  const [card] = body.interrupts ?? [];
  assert.ok(card && body.interrupts?.length === 1, JSON.stringify(body));
  return card;
}

test('the form asks for what is missing, its card for the click, and only the click does it, once, with what was typed', async () => {
  const visitor = newVisitor();
  const form = cardIn(await ask(visitor));
  const { kind, effect, heading, action, facts } = form.metadata.aiguy;
  assert.deepEqual([form.reason, kind, effect, heading, action], ['input_required', 'input', 'read', 'Where should it go?', 'Continue']);
  assert.deepEqual([form.message, facts, previewed], ['Send it elsewhere', [{ label: 'Until now', value: '1 Old Road' }], [order]]);
  const card = cardIn(await fillIn(visitor, form, { values: typed }));
  assert.deepEqual([card.reason, card.message, card.metadata.aiguy.effect], ['confirmation', 'Send it elsewhere', 'write']);
  assert.deepEqual([previewed, written], [[order, { ...order, ...typed }], []]);
  assert.equal((await click(visitor, card, 'approve')).text, 'It is changed.');
  await click(visitor, card, 'approve');
  assert.deepEqual(written, [{ ...order, ...typed }]);
  assert.ok(model.requests.length > 1 && !JSON.stringify(model.requests).includes(typed.address1));
  const headers = { authorization: `Bearer ${await harness.assertionFor({ ...visitor, scopes })}`, accept: 'text/event-stream' };
  const { body } = await harness.orchestrator.app.inject({ url: `/sessions/${visitor.sid}/events`, headers });
  assert.ok(body.includes('change_address') && !body.includes(typed.address1));
});

test('values that the tool would not take keep the form open and name the fields', async () => {
  const visitor = newVisitor();
  const form = cardIn(await ask(visitor));
  const wrong = await fillIn(visitor, form, { values: { ...typed, city: '97201' } });
  assert.deepEqual([wrong.code, wrong.details?.[0]?.pointer], ['form_invalid', '/city']);
  for (const values of [{ city: 'Portland' }, { ...typed, order_id: 'W7430166' }])
    assert.equal((await fillIn(visitor, form, { values })).code, 'form_invalid');
  assert.deepEqual([previewed, written], [[order], []]);
  cardIn(await fillIn(visitor, form, { values: typed }));
});

test('what the shop refuses whatever is typed is refused before anything is asked', async () => {
  isRefused = true;
  const refused = await ask(newVisitor());
  assert.deepEqual([refused.text, refused.interrupts ?? [], previewed], ['It came to not_allowed_now.', [], [order]]);
});

test('a form that is put away, and a card that is declined, change nothing', async () => {
  const visitor = newVisitor();
  assert.equal((await fillIn(visitor, cardIn(await ask(visitor)), { cancel: true })).text, 'It came to rejected_by_visitor.');
  const card = cardIn(await fillIn(visitor, cardIn(await ask(visitor)), { values: typed }));
  assert.equal((await click(visitor, card, 'reject')).text, 'It came to rejected_by_visitor.');
  assert.deepEqual(written, []);
});

test('a call with everything asks for the click alone, and one that is wrong besides is refused', async () => {
  given = { ...order, ...typed };
  assert.equal(cardIn(await ask(newVisitor())).reason, 'confirmation');
  given = { order_id: 'no number', city: 'Portland' };
  const refused = await ask(newVisitor());
  assert.deepEqual([refused.interrupts ?? [], written], [[], []]);
});
