import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { test } from 'node:test';
import { isPrivateAddress, lookupOf } from './web-client.ts';

const look = (lookup: ReturnType<typeof lookupOf>) =>
  new Promise<string>((resolve) => lookup('shop.example', {}, (error, address) => resolve(error ? error.message : String(address))));

test('a host that began at a public address can’t move to a private one; one that began there may stay, and goes nowhere else', async () => {
  let addresses: LookupAddress[] = [{ address: '93.184.216.34', family: 4 }];
  const move = (address: string) => {
    addresses = [{ address, family: address.includes(':') ? 6 : 4 }];
  };
  const lookup = lookupOf((_host, answer) => answer(null, addresses));
  assert.equal(await look(lookup), '93.184.216.34');
  move('127.0.0.1');
  assert.equal(await look(lookup), 'shop.example has moved to a private address');
  const inside = lookupOf((_host, answer) => answer(null, addresses));
  assert.equal(await look(inside), '127.0.0.1');
  move('169.254.169.254');
  assert.match(await look(inside), /has moved/);
});

test('private addresses are known in each of their spellings', () => {
  for (const address of [
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
  ]) {
    assert.ok(isPrivateAddress(address), address);
  }
  for (const address of ['93.184.216.34', '172.32.0.1', '2606:2800:220:1::1', '::ffff:93.184.216.34']) assert.ok(!isPrivateAddress(address), address);
});
