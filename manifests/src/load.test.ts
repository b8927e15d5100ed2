import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { askedSchema, loadManifests, ManifestError } from './load.ts';

const good = JSON.parse(readFileSync(new URL('../tools/get_order_status.json', import.meta.url), 'utf8')) as Record<string, unknown>;

function folderWith(t: TestContext, name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'aiguy-manifests-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, name), text);
  return folder;
}

test('the shipped manifests load, sorted by name, and suggest nothing of tools that are not there', () => {
  const catalogue = loadManifests();
  const names = [...catalogue.keys()];
  const suggested = [...catalogue.values()].flatMap(({ manifest }) => (manifest.next ?? []).flatMap(({ tool = [] }) => tool));
  assert.ok(suggested.length > 0 && suggested.every((name) => catalogue.has(name)));
  assert.ok(names.includes('get_order_status'));
  assert.deepEqual(names, names.toSorted());
});

const broken: [string, Record<string, unknown>, RegExp][] = [
  ['an unknown field', { colour: 'red' }, /^get_order_status\.json \/: .*colour/],
  ['a missing scope', { scope: undefined }, /^get_order_status\.json \/: .*scope/],
  ['a name unlike the file’s', { name: 'get_order' }, /\/name: must equal the file name/],
  ['a scope of another shape', { scope: 'everything' }, /\/scope: /],
  ['a write without confirmation', { effect: 'write', retries: 0 }, /\/confirm: /],
  ['a write that would be retried', { effect: 'write', confirm: true, retries: 1 }, /\/retries: /],
  ['an open input', { input: { type: 'object', properties: {} } }, /\/input: .*additionalProperties/],
  ['an input that is no JSON Schema', { input: { type: 'object', additionalProperties: false, properties: { a: { type: 'text' } } } }, /\/input: /],
  ['an unknown keyword in a schema', { input: { type: 'object', additionalProperties: false, properties: {}, requird: [] } }, /\/input: /],
  [
    'a remote reference',
    { input: { type: 'object', additionalProperties: false, properties: { a: { $ref: 'https://evil.example/x.json' } } } },
    /\/input: /,
  ],
  [
    'an example that breaks the input schema',
    { examples: [{ message: 'Hi', input: { order_id: 'w1' } }, ...(good.examples as object[])] },
    /\/examples\/0\/input\/order_id: /,
  ],
];

const asWrite = { effect: 'write', confirm: true, retries: 0, confirmation: { title: 'Do it?', action: 'Do it' } };
const noArguments = { type: 'object', additionalProperties: false, properties: {} };
const noInputs = ['a b', 'c d', 'e f'].map((message) => ({ message, input: {} }));
const emailField = { email: { type: 'string', title: 'E-mail', format: 'email', maxLength: 254 } };
const formOf = (properties: object, required: string[] = []) => ({
  form: { for: 'everyone', title: 'Who is asking?', schema: { type: 'object', additionalProperties: false, required, properties } },
});

broken.push(
  ['a write without words for its card', { ...asWrite, confirmation: undefined }, /\/: .*confirmation/],
  ['a read with words for a card', { confirmation: asWrite.confirmation }, /\/confirmation: /],
  ['a read that could be undone', { undo: { tool: 'get_order_status', within_s: 60 } }, /\/undo: /],
  ['a suggestion with what the result has not', { next: [{ label: 'Again', message: 'Again {number}' }] }, /\/next\/0: .*number/],
  ['a suggestion when a field that is none', { next: [{ label: 'Again', message: 'Again', when: { state: ['x'] } }] }, /\/next\/0: .*state/],
  ['a suggestion that neither says nor opens anything', { next: [{ label: 'Again' }] }, /\/next\/0: /],
  ['an undo that does not exist', { ...asWrite, undo: { tool: 'undo_order', within_s: 60 } }, /\/undo\/tool: must name a tool that writes/],
  ['a form field with the name of an argument', formOf({ order_id: emailField.email }), /\/form\/schema\/properties\/order_id: is an argument/],
  ['a form that needs a field that it has not', formOf(emailField, ['phone']), /\/form\/schema\/required: names no field \(phone\)/],
  ['a form field without a label', formOf({ email: { type: 'string', maxLength: 254 } }), /\/form\/schema\/properties\/email: .*title/],
  [
    'a text of any length in a form',
    formOf({ email: { ...emailField.email, maxLength: undefined } }),
    /\/form\/schema\/properties\/email: .*maxLength/,
  ],
  ['a proof of an order by a tool that names none', { guests: 'order_code', input: noArguments, examples: noInputs }, /\/guests: needs an argument/],
  ['a step without a form', { is_step: true }, /\/is_step: needs a form for everyone/],
  ['an object in a form', formOf({ email: { type: 'object', title: 'E-mail' } }), /\/form\/schema\/properties\/email\/type: /],
);

for (const [what, change, expected] of broken) {
  test(`${what} stops the boot with file, pointer and reason`, (t) => {
    const folder = folderWith(t, 'get_order_status.json', JSON.stringify({ ...good, ...change }));
    assert.throws(
      () => loadManifests(folder),
      (error) => (error instanceof ManifestError && expected.test(error.message)) || assert.fail(String(error)),
    );
  });
}

test('a file that is no JSON stops the boot by name', (t) => {
  assert.throws(() => loadManifests(folderWith(t, 'broken_tool.json', '{"name":')), /^ManifestError: broken_tool\.json \/: not JSON/);
});

test('an undo whose arguments can’t be filled from arguments or result stops the boot', (t) => {
  const folder = folderWith(t, 'get_order_status.json', JSON.stringify({ ...good, ...asWrite, undo: { tool: 'take_back', within_s: 60 } }));
  const undo = (name: string) => {
    const input = { type: 'object', additionalProperties: false, properties: { [name]: { type: 'string' } } };
    const examples = ['a', 'b', 'c'].map((text) => ({ message: `undo ${text}`, input: { [name]: text } }));
    writeFileSync(join(folder, 'take_back.json'), JSON.stringify({ ...good, ...asWrite, guests: undefined, name: 'take_back', input, examples }));
  };
  undo('batch');
  assert.throws(() => loadManifests(folder), /get_order_status\.json \/undo\/tool: needs what neither input nor output has: batch/);
  for (const name of ['order_id', 'status']) {
    undo(name);
    assert.equal(loadManifests(folder).get('get_order_status')?.manifest.undo?.tool, 'take_back');
  }
});

test('what a visitor can be asked for is a required text of a write, typed under the rules of the argument', (t) => {
  const text = { type: 'string', minLength: 2, maxLength: 80 };
  const shipped = good as { input: { properties: object }; examples: { input: object }[] };
  const properties = {
    ...shipped.input.properties,
    city: { ...text, pattern: '^[^0-9]+$', description: 'x' },
    note: text,
    count: { type: 'integer' },
  };
  const load = (fields: object, change: object = {}) => {
    const input = { ...shipped.input, properties, required: ['order_id', 'city'] };
    const examples = shipped.examples.map((example) => ({ ...example, input: { ...example.input, city: 'Lyon' } }));
    const manifest = { ...good, ...asWrite, input, examples, ask: { title: 'Where to?', fields }, ...change };
    return loadManifests(folderWith(t, 'get_order_status.json', JSON.stringify(manifest))).get('get_order_status');
  };
  const tool = load({ city: 'City', note: 'Note' });
  assert.deepEqual(tool && askedSchema(tool.manifest), {
    type: 'object',
    additionalProperties: false,
    required: ['city'],
    properties: { city: { type: 'string', title: 'City', pattern: '^[^0-9]+$', minLength: 2, maxLength: 80 }, note: { ...text, title: 'Note' } },
  });
  const order = { order_id: 'W2530531' };
  assert.deepEqual([tool?.validateUnasked?.(order), tool?.validateInput(order), tool?.validateCall(order)], [true, false, false]);
  assert.deepEqual([tool?.validateForm?.({ city: 'Lyon' }), tool?.validateForm?.({ city: '69001' }), tool?.validateForm?.({})], [true, false, false]);
  assert.throws(() => load({ note: 'Note' }), /\/ask: asks for no required argument/);
  assert.throws(() => load({ city: 'City', count: 'How many' }), /\/ask: needs an argument count that is a text/);
  assert.throws(() => load({ city: 'City' }, { effect: 'read', confirm: false, confirmation: undefined }), /\/ask: is for a write without a form/);
});

test('a call is the arguments and the form in one closed object; guests’ fields are not asked of everyone', (t) => {
  const checks = (who: string) => {
    const form = { ...formOf(emailField, ['email']).form, for: who };
    return loadManifests(folderWith(t, 'get_order_status.json', JSON.stringify({ ...good, form }))).get('get_order_status');
  };
  const [everyone, guests] = [checks('everyone'), checks('guests')];
  const args = { order_id: 'W2530531' };
  const both = { ...args, email: 'mia@example.com' };
  assert.deepEqual([everyone?.validateCall(both), everyone?.validateCall(args), guests?.validateCall(args)], [true, false, true]);
  assert.deepEqual([everyone?.validateCall({ ...both, phone: '1' }), everyone?.validateCall({ ...both, email: 'mia' })], [false, false]);
  assert.deepEqual([everyone?.validateInput(both), everyone?.validateForm?.({ email: 'mia@example.com' })], [false, true]);
});
