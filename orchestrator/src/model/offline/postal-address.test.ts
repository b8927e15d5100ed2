import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadManifests } from '@aiguy/manifests/load';
import { readAddress } from './postal-address.ts';

const examples = loadManifests().get('change_address')?.manifest.examples ?? [];

for (const { message, input } of examples) {
  test(`reads the address in: ${message}`, () => {
    const { order_id: _order, ...address } = input as Record<string, unknown>;
    assert.deepEqual(readAddress(message), address);
  });
}

for (const [what, message] of [
  ['no ZIP code', 'send it to 14 Birch Lane, Portland, OR'],
  ['no city', 'send it to 14 Birch Lane, OR 97201'],
  ['no street', 'send it to Portland, OR 97201'],
  ['no state of the USA', 'send it to 14 Birch Lane, Portland, ZZ 97201'],
  ['another country', 'send it to 8 Mill Street, Leeds LS1 4AP'],
  ['a number of an order', 'W2403075 is late, order 14 of 97201 boxes'],
] as const) {
  test(`${what} is no address for a rule to read`, () => assert.equal(readAddress(message), undefined));
}

test('a message of 4,000 characters that is nearly an address is none', () => {
  assert.equal(readAddress(`14 ${'birch '.repeat(660)}`), undefined);
  assert.equal(readAddress('1 a st '.repeat(570)), undefined);
});
