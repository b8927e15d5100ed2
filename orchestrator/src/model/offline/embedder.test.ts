// With the real embedding model and the real manifests: what the policy's numbers were chosen for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadManifests } from '@aiguy/manifests/load';
import shipped from '../../../generated/intents.json' with { type: 'json' };
import { toolsFor } from '../../tools/catalogue.ts';
import { collect, makeRequest, user } from '../requests.fixture.ts';
import { createLocalEmbed, similarity } from './embedder.ts';
import { createOfflineModel } from './offline.ts';

const embed = createLocalEmbed();
const model = createOfflineModel({ embed, shipped });
const { needingSignIn: tools } = toolsFor(loadManifests(), []);

test('vectors have unit length, stand in the order of their texts over several batches, and are the same again', async () => {
  const texts = Array.from({ length: 20 }, (_, index) => `sentence number ${index} about parcels`);
  const vectors = await embed(texts);
  assert.ok(vectors.every((vector) => vector.length === 512 && Math.abs(Math.hypot(...vector) - 1) < 1e-3));
  for (const index of [0, 8, 19]) assert.deepEqual((await embed([texts[index] ?? '']))[0], vectors[index]);
});

test('a blank text is near nothing and takes no other text’s place', async () => {
  const [blank = [], filled = []] = await embed([' ', 'parcel']);
  assert.equal(similarity(blank, filled), 0);
  assert.ok(Math.abs(Math.hypot(...filled) - 1) < 1e-3);
  assert.deepEqual(await embed([]), []);
});

for (const { text, tool } of [
  { text: 'has my parcel W2530531 been sent?', tool: 'get_order_status' },
  { text: 'W2530531', tool: 'get_order_status' },
  { text: 'what about the refund of #w3196599', tool: 'get_order_status' },
  { text: 'is there a 2-year warranty', tool: 'retrieve_docs' },
  { text: 'do you have a 30-day return policy?', tool: 'retrieve_docs' },
  { text: 'which cards can I use', tool: 'retrieve_docs' },
  { text: 'I forgot my login', tool: 'retrieve_docs' },
]) {
  test(`«${text}» goes to ${tool}`, async () => {
    const [first] = await collect(model, makeRequest([user(text)], { tools }));
    assert.ok(first?.type === 'tool_call', JSON.stringify(first));
    assert.equal(first.call.name, tool);
  });
}

for (const [text, details] of [
  ['which items are in my order W6584521?', true],
  ['where is my order W6584521?', undefined],
  ['when does W6584521 get here', undefined],
] as const) {
  test(`«${text}» asks for ${details ? 'the details' : 'the state alone'}`, async () => {
    const [first] = await collect(model, makeRequest([user(text)], { tools }));
    assert.ok(first?.type === 'tool_call', JSON.stringify(first));
    assert.deepEqual([first.call.name, JSON.parse(first.call.argumentsText).details], ['get_order_status', details]);
  });
}

for (const text of ['has my order shipped', 'why is my order taking so long', 'my package has not arrived']) {
  test(`«${text}» is looked up among one’s own orders, or asks for the number`, async () => {
    const [first] = await collect(model, makeRequest([user(text)], { tools }));
    assert.equal(first?.type === 'tool_call' && first.call.name, 'list_orders');
    const [withheld, allowed] = [true, false].map((isList) => tools.filter(({ name }) => (name === 'list_orders') === isList));
    const context = { ...makeRequest([]).context, toolsNeedingSignIn: withheld ?? [] };
    const events = await collect(model, makeRequest([user(text)], { tools: allowed ?? [], context }));
    assert.deepEqual(events[0], { type: 'text', delta: 'Which' });
  });
}

const notes = { subject: 'order' as const, orders: ['W2530531', 'W2403075'], currentOrders: ['W2530531'] };
for (const { text, tool, order } of [
  { text: 'where is it now?', tool: 'get_order_status', order: 'W2530531' },
  { text: 'has it shipped?', tool: 'get_order_status', order: 'W2530531' },
  { text: 'and the other one?', tool: 'get_order_status', order: 'W2403075' },
  { text: 'cancel it', tool: 'cancel_order', order: 'W2530531' },
  { text: 'please cancel that order', tool: 'cancel_order', order: 'W2530531' },
  { text: 'Cancel W2403075 please', tool: 'cancel_order', order: 'W2403075' },
  { text: 'how do I return it?', tool: 'retrieve_docs', order: undefined },
  { text: 'can I get an invoice for it', tool: 'get_invoice_pdf', order: 'W2530531' },
  { text: 'how do I cancel my order', tool: 'retrieve_docs', order: undefined },
]) {
  test(`after an order was spoken of, «${text}» goes to ${tool}`, async () => {
    const [first] = await collect(model, makeRequest([{ role: 'user', text, notes }], { tools }));
    assert.ok(first?.type === 'tool_call', JSON.stringify(first));
    assert.deepEqual([first.call.name, JSON.parse(first.call.argumentsText).order_id], [tool, order]);
  });
}
