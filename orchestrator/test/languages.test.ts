// A visitor whose page is German or French reads cards, forms, outcomes, receipts and what comes later in that language, while what is kept, confirmed and
// signed is the same English as ever.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { AGUIEvent } from '@ag-ui/core';
import type { Interrupt } from '@aiguy/manifests/generated/http';
import { decodeJwt } from 'jose';
import { fakeEmbed } from '../src/model/offline/fake-embed.fixture.ts';
import { createOfflineModel } from '../src/model/offline/offline.ts';
import type { ModelRequest, ToolOutcome } from '../src/model/port.ts';
import { callsTool, type Harness, letLearn, newVisitor, parseFrames, startHarness, toolsThat } from './harness.ts';

type Visitor = ReturnType<typeof newVisitor> & { language?: string };

const scopes = ['docs:read', 'order:read', 'order:write', 'handoff:write'];
const cancelled = {
  order_id: 'W2530531',
  status: 'cancelled',
  cancelled_at: '2026-11-21T09:30:00Z',
  refund_amount: 1188.67,
  currency: 'EUR',
  refund_to: 'your Visa card ending in 4249',
  refund_timing: 'within 5 to 7 business days',
};
const offline = createOfflineModel({ embed: fakeEmbed });
const isElsewhere = ({ messages }: ModelRequest) =>
  messages.some((message) => message.role === 'user' && /somewhere else/.test(message.text)) && messages.at(-1)?.role === 'user';
async function* somewhereElse() {
  yield* callsTool('change_address', { order_id: 'W2530531' });
}
let harness: Harness;
let refusal: Extract<ToolOutcome, { ok: false }> | undefined;
let previewed: { name: string; args: Record<string, unknown> }[];

before(async () => {
  await letLearn(offline, scopes);
  const outputs: Record<string, Record<string, unknown>> = {
    cancel_order: cancelled,
    reinstate_order: {
      order_id: 'W2530531',
      status: 'pending',
      reinstated_at: '2026-11-21T09:31:00Z',
      refund_called_off: 1188.67,
      currency: 'EUR',
      refund_to: 'your Visa card ending in 4249',
    },
    change_address: { order_id: 'W2530531', status: 'pending', changed_at: '2026-11-21T09:30:00Z', ship_to: '14 Birch Lane, Portland' },
  };
  harness = await startHarness({
    model: { ...offline, stream: (request, signal) => (isElsewhere(request) ? somewhereElse() : offline.stream(request, signal)) },
    scopes,
    askHours: async () => ({ state: 'closed', text: 'Monday 23 November at 09:00 Pacific Time' }),
    tools: {
      ...toolsThat(async (name) => refusal ?? { ok: true, output: outputs[name] ?? {} }),
      preview: async ({ manifest: { name } }, args) => {
        previewed.push({ name, args });
        const facts = [
          { label: 'Items', value: 'Cancel order W1, Mug' },
          { label: 'Refund', value: '€1,188.67 to your Visa card ending in 4249' },
          { label: 'Until now', value: 'Road to Nowhere 1' },
        ];
        return name === 'change_address'
          ? { ok: true, preview: { summary: `Send order ${args.order_id} to another address`, facts: facts.slice(2) } }
          : {
              ok: true,
              preview: { summary: `Cancel order ${args.order_id}`, facts: facts.slice(0, 2), amount: { value: 1188.67, currency: 'EUR' } },
            };
      },
    },
  });
});
beforeEach(() => {
  refusal = undefined;
  previewed = [];
});
after(async () => await harness.close());

const german = (): Visitor => ({ ...newVisitor(), sub: 'wp:1:7', scopes, language: 'de-AT' });
const french = (): Visitor => ({ ...newVisitor(), sub: 'wp:1:7', scopes, language: 'fr-FR' });

async function post(visitor: Visitor, path: string, payload: object) {
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}`, accept: 'application/json' };
  const response = await harness.orchestrator.app.inject({ method: 'POST', url: path, headers, payload });
  return response.json() as { text: string; outcome: string; interrupts?: Interrupt[]; hours?: string };
}

async function ask(visitor: Visitor, message: string): Promise<Interrupt> {
  const { interrupts, ...answer } = await post(visitor, '/chat', { message });
  return interrupts?.[0] ?? assert.fail(JSON.stringify(answer));
}

const confirm = async (visitor: Visitor, { id }: Interrupt) =>
  await post(visitor, `/sessions/${visitor.sid}/confirmations/${id}`, { decision: 'approve' });

async function eventsOf(visitor: Visitor): Promise<AGUIEvent[]> {
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}`, accept: 'text/event-stream' };
  return parseFrames((await harness.orchestrator.app.inject({ url: `/sessions/${visitor.sid}/events`, headers })).body).map(({ event }) => event);
}

function custom(events: AGUIEvent[], name: string): Record<string, unknown>[] {
  return events.flatMap((event) => (event.type === 'CUSTOM' && event.name === name ? [event.value] : []));
}

test('a write in German: the card, its outcome, its receipt and its undo; what is kept and signed stays English', async () => {
  const visitor = german();
  const card = await ask(visitor, 'Please cancel order W2530531, I do not need it any more');
  const { heading, action, facts } = card.metadata.aiguy;
  assert.deepEqual(
    [card.message, heading, action, facts.map(({ label, value }) => `${label}: ${value}`)],
    [
      'Bestellung W2530531 stornieren',
      'Diese Bestellung stornieren?',
      'Bestellung stornieren',
      ['Artikel: Cancel order W1, Mug', 'Erstattung: €\u00a01.188,67 auf Ihre Visa-Karte mit den Endziffern 4249'],
    ],
  );
  const { rows } = await harness.database.query<{ card: Interrupt; args: object }>('SELECT card, args FROM interrupts WHERE id = $1', [card.id]);
  assert.deepEqual([rows[0]?.card.message, rows[0]?.card.metadata.aiguy.heading], ['Cancel order W2530531', 'Cancel this order?']);
  assert.deepEqual(rows[0]?.args, previewed[0]?.args);

  const reopened = await post(visitor, '/chat', { message: 'ja' });
  assert.match(reopened.text, /^Bitte benutzen Sie die Schaltflächen auf der Karte/);
  assert.equal(reopened.interrupts?.[0]?.metadata.aiguy.heading, 'Diese Bestellung stornieren?');

  const { text } = await confirm(visitor, card);
  assert.equal(
    text,
    'Die Bestellung W2530531 ist storniert. €\u00a01.188,67 werden erstattet: auf Ihre Visa-Karte mit den Endziffern 4249, innerhalb von 5 bis 7 Werktagen.',
  );
  const events = await eventsOf(visitor);
  assert.ok(custom(events, 'aiguy.tool_title').some(({ title }) => title === 'Bestellung wird storniert'));
  const [receipt] = custom(events, 'aiguy.receipt');
  assert.equal(receipt?.summary, 'Bestellung W2530531 stornieren');
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}`, accept: 'application/json' };
  const { receipts } = (await harness.orchestrator.app.inject({ url: `/sessions/${visitor.sid}/receipts`, headers })).json();
  assert.equal(decodeJwt(receipts[0].receipt).summary, 'Cancel order W2530531');

  const undone = await post(visitor, `/sessions/${visitor.sid}/effects/${receipt?.effectId}/undo`, {});
  assert.equal(undone.text, 'Zurückgenommen: Bestellung W2530531 stornieren');
});

test('a form in French, and the card behind it; a refusal of the shop is said in French, too', async () => {
  const visitor = french();
  const form = await ask(visitor, 'Send W2530531 somewhere else');
  const { heading, action, facts } = form.metadata.aiguy;
  const fields = (form.responseSchema as { properties: Record<string, { title: string }> }).properties;
  assert.deepEqual(
    [
      heading,
      action,
      Object.values(fields)
        .map(({ title }) => title)
        .slice(0, 3),
      facts,
    ],
    [
      'Où faut-il livrer\u00a0?',
      'Continuer',
      ['Numéro et rue', 'Appartement, étage ou complément', 'Code postal'],
      [{ label: 'Jusqu’ici', value: 'Road to Nowhere 1' }],
    ],
  );
  const values = { address1: '14 Birch Lane', city: 'Portland' };
  const { interrupts } = await post(visitor, `/sessions/${visitor.sid}/inputs/${form.id}`, { values });
  const card = interrupts?.[0] ?? assert.fail();
  assert.deepEqual([card.metadata.aiguy.heading, card.message], ['Livrer à cette adresse\u00a0?', 'Livrer la commande W2530531 à une autre adresse']);
  refusal = {
    ok: false,
    code: 'not_allowed_now',
    message: 'x',
    details: [{ pointer: '/order_id', rule: 'the order was already processed, so it can no longer be sent elsewhere' }],
  };
  assert.equal(
    (await confirm(visitor, card)).text,
    'Ce n’est pas possible\u00a0: la commande a déjà été traitée et ne peut donc plus être livrée ailleurs.',
  );
});

test('the agent’s language speaks where the page names none; English where neither is known', async () => {
  const agent = { id: 'shop', language: 'de' };
  assert.equal((await post({ ...newVisitor(), agent } as Visitor, '/chat', { message: 'hello' })).text.split('!')[0], 'Guten Tag');
  assert.equal((await post({ ...newVisitor(), language: 'nl-NL', agent } as Visitor, '/chat', { message: 'hello' })).text.split('!')[0], 'Hello');
});

test('opening hours are told in the visitor’s language', async () => {
  const visitor = german();
  const { hours } = await post(visitor, `/sessions/${visitor.sid}/handoff`, {});
  assert.equal(hours, 'Montag, 23. November, 09:00 Uhr (Nordamerikanische Westküstenzeit)');
});
