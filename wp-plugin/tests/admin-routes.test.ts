// Bad input on every admin route that this WordPress has, whoever added it: the list is WordPress' own index, so a new route is in it by itself.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { send } from '../../scripts/wordpress/http.ts';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { callRoute, enter, startSite, startUpstream, type Upstream } from './site.ts';

/** What stands for a variable part of a path, by its name; every other one is a word. */
const examples: Record<string, string> = { id: '1'.repeat(24), number: '1', reference: 'T-222222' };
const takesBody = new Set(['POST', 'PUT', 'PATCH']);
const oversized = JSON.stringify({ name: 'x'.repeat(5 * 1024 * 1024) });

let site: NativeWordPress;
let upstream: Upstream;
let owner: Awaited<ReturnType<typeof enter>>;
let subscriber: typeof owner;
let routes: { method: string; path: string }[];

before(async () => {
  upstream = await startUpstream();
  site = await startSite(upstream.url);
  owner = await enter(site, 'owner', 'owner-demo');
  subscriber = await enter(site, 'aarav', 'aarav-demo');
  const index = JSON.parse((await send(`${site.url}/wp-json/aiguy/v1`)).text) as { routes: Record<string, { methods: string[] }> };
  routes = Object.entries(index.routes).flatMap(([path, { methods }]) =>
    path.startsWith('/aiguy/v1/admin/') ? methods.map((method) => ({ method, path: filledIn(path.replace('/aiguy/v1/', '')) })) : [],
  );
  assert.ok(routes.length >= 6, 'the index lists them');
});
after(async () => {
  await site.stop();
  upstream.stop();
});

function filledIn(path: string): string {
  return path.replaceAll(/\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)/g, (_whole, name: string) => examples[name] ?? 'word');
}

type As = { cookie?: string; headers?: Record<string, string> };

/** @returns what did not answer as expected */
async function others(expected: number, as: As, sent: { body?: string } = {}): Promise<string[]> {
  const wrong: string[] = [];
  for (const { method, path } of routes.filter((route) => sent.body === undefined || takesBody.has(route.method))) {
    const headers = { ...as.headers, ...(sent.body === undefined ? {} : { 'content-type': 'application/json' }) };
    const { status, text } = await callRoute(site, path, { method, ...as, headers, ...sent });
    const body = JSON.parse(text || '{}') as Record<string, unknown>;
    const isOurs = ['code', 'message', 'requestId'].every((field) => typeof body[field] === 'string');
    if (status !== expected || !isOurs) wrong.push(`${method} ${path}: ${status} ${text.slice(0, 200)}`);
  }
  return wrong;
}

test('WordPress’ index says what each route takes; what is not in it is refused, as below', async () => {
  type Index = { routes: Record<string, { endpoints: { methods: string[]; args: Record<string, object> }[] }> };
  const index = JSON.parse((await send(`${site.url}/wp-json/aiguy/v1`)).text) as Index;
  const taken = Object.entries(index.routes).flatMap(([path, { endpoints }]) =>
    endpoints.map(({ methods, args }) => [`${methods.join()} ${path.replace('/aiguy/v1', '')}`, Object.keys(args).join()] as const),
  );
  const named = new Map(taken);
  assert.equal(named.get('GET /admin/conversations'), 'q,filter,before');
  assert.equal(named.get('POST /chat'), 'message,messageId');
  assert.equal(named.get('POST /session'), 'start,open,link');
  const without = taken.filter(([route, args]) => args === '' && /^(POST|PUT|PATCH)/.test(route)).map(([route]) => route);
  assert.deepEqual(without.map((route) => route.replace(/\(\?P<id>.*\)/, ':id')).sort(), [
    'POST /admin/alerts/test',
    'POST /admin/connection',
    'POST /admin/conversations/:id/close',
    'POST /admin/conversations/:id/hand-back',
    'POST /admin/conversations/:id/take-over',
    'POST /admin/key',
    'POST /admin/knowledge/cancel',
    'POST /admin/knowledge/learn',
    'POST /admin/knowledge/work',
    'POST /chat/link',
  ]);
});

test('who is not signed in reaches no admin route', async () => assert.deepEqual(await others(401, {}), []));

test('the login cookie without the nonce reaches no admin route', async () => assert.deepEqual(await others(401, { cookie: owner.cookie }), []));

test('a customer reaches no admin route', async () => assert.deepEqual(await others(403, subscriber), []));

test('a field that a route does not know is refused by each that takes a body', async () => {
  const sent = { body: JSON.stringify({ aiguyUnknownField: 'x' }) };
  assert.deepEqual(await others(400, owner, sent), []);
});

test('what is no JSON object is refused by each that takes a body', async () => {
  for (const body of ['[1]', '"x"', '{', 'null']) {
    // WordPress itself refuses what does not parse.
    assert.deepEqual(await others(400, owner, { body }), [], body);
  }
});

test('five megabytes are refused by each that takes a body', async () => {
  assert.deepEqual(await others(413, owner, { body: oversized }), []);
});
