import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadManifests } from '@aiguy/manifests/load';
import { toolsFor } from '../../tools/catalogue.ts';
import { docsTool, orderTool } from '../requests.fixture.ts';
import { fillArguments, hasIdentifier, withoutIdentifiers } from './arguments.ts';

const wish = (text: string, earlier: string[] = []) => ({ text, question: text, earlier, context: [] });

for (const { text, orderId } of [
  { text: 'Where is W2530531?', orderId: 'W2530531' },
  { text: 'tracking for #w8587412, pls', orderId: 'W8587412' },
  { text: '(INV-2026-010145).', orderId: 'INV-2026-010145' },
  { text: 'number 1000234', orderId: '1000234' },
  { text: 'it says #ABC-12', orderId: 'ABC-12' },
  { text: 'has order 1042 left?', orderId: '1042' },
  { text: 'order no. 873 pls', orderId: '873' },
  { text: 'where is #87', orderId: '87' },
]) {
  test(`the order number in «${text}» is ${orderId}`, () => {
    assert.deepEqual(fillArguments(orderTool, wish(text)), { args: { order_id: orderId }, missing: [] });
    assert.ok(hasIdentifier(orderTool, text));
  });
}

for (const text of [
  'where is my parcel',
  'a 30-day return',
  'the 2-year warranty',
  '24-hour delivery',
  'my iphone15',
  'W12',
  'within 30 days',
  'kettles under 100 dollars',
  'I bought it in 2024',
  'order #',
  'the #hashtag',
]) {
  test(`«${text}» holds no order number`, () => {
    assert.deepEqual(fillArguments(orderTool, wish(text)), { args: {}, missing: ['order_id'] });
    assert.ok(!hasIdentifier(orderTool, text));
  });
}

test('a number that the message lacks is taken from what the visitor wrote last with one', () => {
  const earlier = ['Where is W1111111?', 'and W2222222?', 'thanks'];
  assert.deepEqual(fillArguments(orderTool, wish('when will it arrive', earlier)).args, { order_id: 'W2222222' });
  assert.deepEqual(fillArguments(orderTool, wish('and W3333333', earlier)).args, { order_id: 'W3333333' });
});

test('a query is the question that stands alone, or the message when that is too long for the schema', () => {
  const text = 'and to Canada?';
  assert.deepEqual(fillArguments(docsTool, { text, question: `Do you deliver? ${text}`, earlier: [], context: [] }).args, {
    query: `Do you deliver? ${text}`,
  });
  assert.deepEqual(fillArguments(docsTool, { text, question: `${'x'.repeat(400)} ${text}`, earlier: [], context: [] }).args, { query: text });
  assert.deepEqual(fillArguments(docsTool, wish('y'.repeat(500))).args, { query: 'y'.repeat(400) });
});

test('numbers are taken out of a message, and nothing else is', () => {
  assert.equal(withoutIdentifiers([orderTool, docsTool], 'has #W2579604 left the 24-hour warehouse?'), 'has left the 24-hour warehouse?');
  assert.equal(withoutIdentifiers([orderTool], 'W2530531'), '');
});

test('a reference that begins as its pattern says needs no digits', () => {
  const tool = {
    ...orderTool,
    input: { required: ['reference'], properties: { reference: { type: 'string', pattern: '^T-[2-9A-HJKMNP-TV-Z]{6}$' } } },
  };
  assert.deepEqual(fillArguments(tool, wish('any news on t-4hx8rb?')).args, { reference: 'T-4HX8RB' });
  assert.deepEqual(fillArguments(tool, wish('Is T-KHXMRB done')).args, { reference: 'T-KHXMRB' });
  assert.deepEqual(fillArguments(tool, wish('any news on my t-shirt?')).missing, ['reference']);
});

const invoiceTool = {
  ...orderTool,
  name: 'get_invoice_pdf',
  input: {
    type: 'object',
    additionalProperties: false,
    minProperties: 1,
    properties: {
      order_id: { type: 'string', pattern: '^(?!INV-)[A-Z0-9-]{6,20}$' },
      invoice_id: { type: 'string', pattern: '^INV-[0-9]{4}-[0-9]{6}$' },
    },
  },
};

test('of two ids that a tool takes, the one that the newest message names is given, and not the other', () => {
  assert.deepEqual(fillArguments(invoiceTool, wish('bill for w2530531')), { args: { order_id: 'W2530531' }, missing: [] });
  assert.deepEqual(fillArguments(invoiceTool, wish('inv-2026-010145 please')), { args: { invoice_id: 'INV-2026-010145' }, missing: [] });
  const earlier = ['invoice of W1111111', 'no, INV-2026-010003'];
  assert.deepEqual(fillArguments(invoiceTool, wish('as a pdf', earlier)), { args: { invoice_id: 'INV-2026-010003' }, missing: [] });
  assert.deepEqual(fillArguments(invoiceTool, wish('my invoice')), { args: {}, missing: ['order_id'] });
  assert.ok(hasIdentifier(invoiceTool, 'bill for W2530531') && hasIdentifier(invoiceTool, 'INV-2026-010145') && !hasIdentifier(invoiceTool, 'bill'));
  assert.equal(withoutIdentifiers([invoiceTool], 'print INV-2026-010145 now'), 'print now');
});

test('a yes or no that need not be given is given where the nearest example gives it', () => {
  const details = { ...orderTool.input, properties: { ...(orderTool.input.properties as object), details: { type: 'boolean' } } };
  const tool = { ...orderTool, input: details };
  assert.deepEqual(fillArguments(tool, wish('what is in W2530531'), { details: true }).args, { order_id: 'W2530531', details: true });
  assert.deepEqual(fillArguments(tool, wish('where is W2530531'), {}).args, { order_id: 'W2530531' });
});

test('an address is taken whole; what a rule can’t read is left to the form, or missing where there is none', () => {
  const tool = toolsFor(loadManifests(), ['order:write']).allowed.find(({ name }) => name === 'change_address');
  assert.ok(tool);
  assert.deepEqual(fillArguments(tool, wish('send #W6731310 to 14 Birch Lane apt 3, Portland, OR 97201')), {
    args: { order_id: 'W6731310', address1: '14 Birch Lane', address2: 'Apt 3', city: 'Portland', state: 'OR', zip: '97201' },
    missing: [],
  });
  const elsewhere = wish('send W6731310 to Lindenweg 5, 10115 Berlin');
  assert.deepEqual(fillArguments(tool, elsewhere), { args: { order_id: 'W6731310' }, missing: [] });
  const { asks: _, ...withoutForm } = tool;
  assert.deepEqual(fillArguments(withoutForm, elsewhere).missing, ['city']);
});

test('what is to be remembered is read, and nothing is made up where nothing is said', () => {
  const tool = toolsFor(loadManifests(), ['profile:write']).allowed.find(({ name }) => name === 'update_preferences');
  assert.ok(tool);
  assert.deepEqual(fillArguments(tool, wish('remember that my shoe size is 42')), { args: { shoe_size: '42' }, missing: [] });
  assert.deepEqual(fillArguments(tool, wish('remember me')), { args: {}, missing: [] });
});
