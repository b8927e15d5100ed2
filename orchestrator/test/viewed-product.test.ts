// A question from a product's page: the model hears which product it is, as data beside the question, and an answer is not told again on another product's page.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { namingProduct } from '../src/model/offline/pointing.ts';
import type { ModelRequest } from '../src/model/port.ts';
import { type Harness, modelThat, newVisitor, saysText, startHarness } from './harness.ts';

let harness: Harness;
const model = modelThat(() => saysText('Let me see.'));
const tent = { name: 'Canvas tent', sku: 'TENT-3' };

before(async () => {
  harness = await startHarness({ model });
});
after(async () => await harness.close());

async function ask(payload: object): Promise<{ status: number; request: ModelRequest | undefined }> {
  const headers = { authorization: `Bearer ${await harness.assertionFor(newVisitor())}` };
  const { statusCode } = await harness.orchestrator.app.inject({ method: 'POST', url: '/ask', headers, payload });
  return { status: statusCode, request: model.requests.at(-1) };
}

test('the product goes along with the question, and only with it', async () => {
  const { status, request } = await ask({ message: 'Is this one in stock?', product: tent });
  assert.equal(status, 200);
  assert.deepEqual(request?.messages.at(-1), { role: 'user', text: 'Is this one in stock?', notes: { viewing: tent } });
  const without = await ask({ message: 'Is this one in stock?' });
  assert.deepEqual(without.request?.messages.at(-1), { role: 'user', text: 'Is this one in stock?' });
});

test('what is no product of the contract is refused', async () => {
  for (const product of ['tent', {}, { name: '' }, { name: 'x'.repeat(121) }, { ...tent, price: 1 }])
    assert.equal((await ask({ message: 'Is this one in stock?', product })).status, 400);
});

test('without a model, «this one» is read as the product’s name', () => {
  assert.equal(namingProduct('Is this one in stock?', { viewing: { name: 'Tent $1' } }), 'Is Tent $1 in stock?');
  assert.equal(namingProduct('Is this order late?', { viewing: tent }), 'Is this order late?');
  assert.equal(namingProduct('Is this one in stock?', undefined), 'Is this one in stock?');
});
