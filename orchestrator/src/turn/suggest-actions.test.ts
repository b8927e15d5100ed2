import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadManifests } from '@aiguy/manifests/load';
import { wordsIn } from '@aiguy/manifests/words';
import { modelThat } from '../../test/harness.ts';
import type { ModelPort } from '../model/port.ts';
import { toolsFor } from '../tools/catalogue.ts';
import { suggestActions } from './suggest-actions.ts';

const catalogue = loadManifests();
const order = (id: string, name: string) => ({ order_id: id, items: [{ name }] });
const orders = { orders: [order('W1111111', 'Tea Kettle'), order('W2222222', 'x'.repeat(200)), order('W3333333', 'Lamp')] };

type Called = { tool: string; output: Record<string, unknown> };
const all = ['docs:read', 'order:read', 'order:write', 'invoice:read', 'handoff:write'];
let model: ModelPort = modelThat(() => []);
let language = 'en';
function after(text: string, calls: Called[], scopes = all) {
  const results = calls.map(({ tool, output }) => ({
    role: 'tool' as const,
    call: { id: tool, name: tool, argumentsText: '{}' },
    outcome: { ok: true as const, output },
  }));
  const said = [{ parts: [{ text }] }] as never;
  const [event] = suggestActions({
    said,
    messages: [{ role: 'user', text: 'And?' }, ...results],
    tools: toolsFor(catalogue, scopes),
    ports: { catalogue, model },
    words: wordsIn(language),
  });
  return event?.type === 'CUSTOM' ? (event.value as { actions: { label: string; message?: string; url?: string }[] }).actions : [];
}

test('the orders that an answer asks about are one click away, labelled by what is in them, in one line', () => {
  const actions = after('Which one do you mean: order W1111111 (Tea Kettle) or order W2222222?', [{ tool: 'list_orders', output: orders }]);
  assert.deepEqual(actions[0], { label: 'W1111111 · Tea Kettle', message: 'W1111111' });
  assert.deepEqual([actions.length, actions[1]?.message, actions[1]?.label.length], [2, 'W2222222', 80]);
});

test('an answer that asks nothing, or names one order, suggests no order', () => {
  const called = [{ tool: 'list_orders', output: orders }];
  assert.deepEqual(after('Order W1111111 and order W2222222 are on their way.', called), []);
  assert.deepEqual(after('Do you mean order W1111111?', called), []);
});

test('what follows on a result depends on what it says, and on what this visitor may do', () => {
  const status = (state: string) => [{ tool: 'get_order_status', output: { order_id: 'W1', status: state } }];
  const messages = (calls: Called[], scopes?: string[]) => after('It is so.', calls, scopes).map(({ message }) => message);
  const invoice = 'Send me the invoice for order W1';
  assert.deepEqual(messages(status('pending')), ['Cancel order W1', 'Change the delivery address of order W1', invoice]);
  assert.deepEqual(messages(status('delivered')), ['Return order W1', invoice]);
  assert.deepEqual(messages(status('cancelled')), [invoice]);
  assert.deepEqual(messages(status('pending'), ['order:read']), []);
  assert.deepEqual(after('I don’t find that.', [{ tool: 'retrieve_docs', output: { answerable: false } }]).length, 1);
  assert.deepEqual(after('Here it stands.', [{ tool: 'retrieve_docs', output: { answerable: true } }]), []);
});

test('a step of a guide can be answered by a click, and its guide opened, if it has an address', () => {
  const step = (guide: object) => after('Did that help?', [{ tool: 'run_troubleshooting', output: { outcome: 'step', guide } }]);
  assert.deepEqual(step({ url: 'https://shop.example/help/lamp/' }).at(-1), {
    label: 'Open the whole guide',
    url: 'https://shop.example/help/lamp/',
  });
  assert.deepEqual(
    step({ url: 'javascript:alert(1)' }).map(({ label }) => label),
    ['Yes, that helped', 'No, not yet'],
  );
});

test('labels are in the visitor’s language, and so is what is sent, unless nobody there understands it', () => {
  const calls = [{ tool: 'get_order_status', output: { order_id: 'W1', status: 'cancelled' } }];
  language = 'de-AT';
  assert.deepEqual(after('So ist es.', calls), [{ label: 'Rechnung holen', message: 'Schicken Sie mir die Rechnung zur Bestellung W1' }]);
  model = { ...model, isExtractive: true };
  assert.deepEqual(after('So ist es.', calls), [{ label: 'Rechnung holen', message: 'Send me the invoice for order W1' }]);
  language = 'en';
});

test('the newest result that something follows on decides', () => {
  const calls = [
    { tool: 'get_order_status', output: { order_id: 'W1', status: 'cancelled' } },
    { tool: 'retrieve_docs', output: { answerable: true } },
  ];
  assert.deepEqual(after('It is so.', calls).length, 1);
});
