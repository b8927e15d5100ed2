import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from '@aiguy/manifests/environment';
import { readWooSettings } from './settings.ts';

const whole = { WOOCOMMERCE_URL: 'https://shop.example/store/', WOOCOMMERCE_KEY: 'ck_0123456789', WOOCOMMERCE_SECRET: 'cs_9876543210' };

test('without any of the variables the shop is the demo shop; all three make it a WooCommerce', () => {
  assert.equal(readWooSettings({ WOOCOMMERCE_URL: undefined, WOOCOMMERCE_KEY: undefined, WOOCOMMERCE_SECRET: undefined }), undefined);
  assert.deepEqual(readWooSettings(whole), { url: 'https://shop.example/store', key: 'ck_0123456789', secret: 'cs_9876543210' });
  assert.equal(readWooSettings({ ...whole, WOOCOMMERCE_URL: 'http://127.0.0.1:9000' })?.url, 'http://127.0.0.1:9000');
});

for (const [what, change, variable] of [
  ['no secret', { WOOCOMMERCE_SECRET: undefined }, 'WOOCOMMERCE_SECRET'],
  ['no address', { WOOCOMMERCE_URL: undefined }, 'WOOCOMMERCE_URL'],
  ['an address without TLS', { WOOCOMMERCE_URL: 'http://shop.example' }, 'WOOCOMMERCE_URL'],
  ['a key in the address', { WOOCOMMERCE_URL: 'https://ck_1:cs_2@shop.example' }, 'WOOCOMMERCE_URL'],
  ['a query', { WOOCOMMERCE_URL: 'https://shop.example/?rest_route=/' }, 'WOOCOMMERCE_URL'],
] as const) {
  test(`${what} refuses to start, names ${variable} and shows no key`, () => {
    assert.throws(
      () => readWooSettings({ ...whole, ...change }),
      (error) => error instanceof ConfigError && error.message.startsWith(variable) && !/ck_|cs_/.test(error.message),
    );
  });
}
