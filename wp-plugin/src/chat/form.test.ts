import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkForm, readFieldErrors, readForm } from './form.ts';

const schema = {
  type: 'object',
  required: ['order', 'email', 'code'],
  properties: {
    order: { type: 'string', title: 'Order number', description: 'As in the mail', pattern: '^W[0-9]{7}$' },
    email: { type: 'string', format: 'email' },
    code: { type: 'string', title: 'Code', 'x-secret': true, pattern: '^[0-9]{6}$', default: '123456' },
    day: { type: 'string', format: 'date' },
    count: { type: 'integer', minimum: 1, maximum: 5, default: 1 },
    weight: { type: 'number' },
    gift: { type: 'boolean' },
    reason: { type: 'string', enum: ['late', 'broken'] },
    size: {
      oneOf: [
        { const: 1, title: 'Small' },
        { const: 2, title: 'Large' },
      ],
    },
    note: { type: 'string', minLength: 2, maxLength: 5 },
  },
};
const form = readForm(schema);
const right = { order: 'W1234567', email: 'a@b.example', code: '012345' };

test('each kind of field is told by its schema, in the schema’s order', () => {
  assert.deepEqual(
    form.map(({ name, kind, label, isRequired, initial }) => [name, kind, label, isRequired, initial]),
    [
      ['order', 'text', 'Order number', true, ''],
      ['email', 'email', 'email', true, ''],
      ['code', 'code', 'Code', true, ''],
      ['day', 'date', 'day', false, ''],
      ['count', 'integer', 'count', false, '1'],
      ['weight', 'number', 'weight', false, ''],
      ['gift', 'boolean', 'gift', false, ''],
      ['reason', 'choice', 'reason', false, ''],
      ['size', 'choice', 'size', false, ''],
      ['note', 'text', 'note', false, ''],
    ],
  );
});

test('what is sent has the types of the schema, and nothing that was left empty', () => {
  const entered = { ...right, order: ' W1234567 ', count: '3', weight: '1,5', gift: false, reason: 'late', size: '2', day: '', note: '' };
  assert.deepEqual(checkForm(form, entered), {
    values: { ...right, count: 3, weight: 1.5, gift: false, reason: 'late', size: 2 },
    errors: {},
  });
});

for (const [name, value, rule] of [
  ['order', '', 'required'],
  ['order', 'W12', 'pattern'],
  ['email', 'nobody', 'format'],
  ['email', 'a@b@c.example', 'format'],
  ['day', '2026-13-01', 'format'],
  ['day', 'tomorrow', 'format'],
  ['count', '0', 'minimum'],
  ['count', '6', 'maximum'],
  ['count', '1.5', 'type'],
  ['weight', 'heavy', 'type'],
  ['reason', 'bored', 'enum'],
  ['note', 'a', 'minLength'],
  ['note', '🙂🙂🙂🙂🙂🙂', 'maxLength'],
] as const) {
  test(`«${value}» in ${name} breaks ${rule} and is not sent`, () => {
    const { values, errors } = checkForm(form, { ...right, [name]: value });
    assert.deepEqual([errors, name in values], [{ [name]: rule }, false]);
  });
}

test('characters are counted as the server counts them', () => {
  assert.deepEqual(checkForm(form, { ...right, note: '🙂🙂🙂🙂🙂' }).errors, {});
});

test('the server’s details lead to their fields; others are left out', () => {
  const tilde = readForm({ properties: { 'a/b~c': { type: 'string' } } });
  assert.deepEqual(readFieldErrors(form, [{ pointer: '/email', rule: 'format' }, { pointer: '/nothing', rule: 'x' }, null, 'x']), {
    email: 'format',
  });
  assert.deepEqual(readFieldErrors(tilde, [{ pointer: '/a~1b~0c', rule: 'pattern' }]), { 'a/b~c': 'pattern' });
  assert.deepEqual(readFieldErrors(form, undefined), {});
});

test('a schema that is none makes a form without fields; a pattern that can’t be read is left to the server', () => {
  for (const none of [undefined, null, 'x', { properties: [] }]) assert.deepEqual(readForm(none), []);
  const odd = readForm({ properties: { a: { type: 'string', pattern: '(' } } });
  assert.deepEqual(checkForm(odd, { a: 'x' }), { values: { a: 'x' }, errors: {} });
});
