import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AiguyError } from '@aiguy/manifests/errors';
import type { PageSnapshot } from '@aiguy/manifests/generated/http';
import { loadManifests } from '@aiguy/manifests/load';
import { createNavigatePage } from './handler.ts';

const page: PageSnapshot = {
  url: 'https://shop.example/checkout/',
  title: 'Checkout',
  landmarks: [{ role: 'main', name: '' }],
  headings: [{ level: 1, text: 'Checkout' }],
  controls: [...Array.from({ length: 60 }, (_, at) => ({ kind: 'link' as const, name: `Link ${at}` })), { kind: 'field', name: 'Coupon code' }],
  messages: ['Enter a valid postcode.'],
};
const asked: string[] = [];
const handle = createNavigatePage({
  pages: {
    read: async (site, path) => {
      asked.push(`${site.origin} ${path}`);
      return { ...page, title: 'Cart', url: `${site.origin}${path}` };
    },
  },
});
const call = async (args: object, issuer = 'https://shop.example') =>
  await handle(args as never, { subject: { issuer, subject: 'anon:x' }, signal: AbortSignal.timeout(1000) });
const tool = loadManifests().get('navigate_page') ?? assert.fail();

test('the visitor’s own page is what his browser told, what fits the question first, within the output’s limits', async () => {
  const output = await call({ page, question: 'where is the coupon field' });
  assert.ok(tool.validateOutput(output), JSON.stringify(tool.validateOutput.errors));
  assert.deepEqual((output.controls as object[])[0], { kind: 'field', name: 'Coupon code' });
  assert.deepEqual([output.source, output.title, output.shortened, output.messages], ['visitor', 'Checkout', true, page.messages]);
  assert.equal(output.summary, 'This is the page «Checkout». It says: «Enter a valid postcode.». Look for the field «Coupon code».');
  assert.match(String((await call({ page })).summary), /Fields: «Coupon code»\. Links: «Link 0», .* and more\.$/);
  assert.deepEqual(asked, []);
  assert.equal((await call({ page, url: '/checkout/' })).source, 'visitor');
});

test('another page is read from the site that has signed for the visitor', async () => {
  const output = await call({ page, url: '/cart/' });
  assert.deepEqual([output.source, output.title, asked], ['site', 'Cart', ['https://shop.example /cart/']]);
  assert.ok(tool.validateOutput(output));
});

test('without a page, or without a site, the caller is told what is missing', async () => {
  for (const [args, issuer] of [
    [{}, undefined],
    [{ question: 'x' }, undefined],
    [{ url: '/cart/' }, 'urn:test:direct'],
  ] as const)
    await assert.rejects(call(args, issuer), (error: unknown) => error instanceof AiguyError && error.code === 'invalid_input');
});

test('the page travels beside the arguments, closed and limited, and is none of the model’s', () => {
  assert.ok(tool.validateCall({ question: 'x', page }));
  assert.ok(!tool.validateInput({ question: 'x', page }));
  assert.ok(!tool.validateCall({ page: { ...page, values: ['x'] } }));
  assert.ok(!tool.validateCall({ page: { ...page, controls: Array.from({ length: 401 }, () => ({ kind: 'link', name: 'x' })) } }));
});
