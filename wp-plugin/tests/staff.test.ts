// What the site's people reach of the orchestrator through WordPress: by capability, with their nonce, signed by the site.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TokenVerifier } from '@aiguy/manifests/tokens';
import { staffScopes } from '../../scripts/keys.ts';
import { send } from '../../scripts/wordpress/http.ts';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { callRoute, enter, type Received, startSite, startUpstream, type Upstream } from './site.ts';

let site: NativeWordPress;
let upstream: Upstream;
let owner: { cookie: string; headers: Record<string, string> };
const info = {
  issuer: 'x',
  version: '1',
  time: '2026-01-01T00:00:00Z',
  model: { provider: 'offline', plan: 'a', answer: 'b', allowed: [] },
  tools: [],
  scopes: [],
};

before(async () => {
  upstream = await startUpstream();
  upstream.answer = (_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(info));
  site = await startSite(upstream.url);
  owner = await enter(site, 'owner', 'owner-demo');
});
after(async () => {
  await site.stop();
  upstream.stop();
});

async function claimsOf(request: Received | undefined) {
  const jwks = JSON.parse((await send(`${site.url}/wp-json/aiguy/v1/jwks`)).text);
  const verifier = new TokenVerifier([{ issuer: site.url, kinds: ['staff-assertion'], jwks, scopes: staffScopes }]);
  return await verifier.verify('staff-assertion', request?.headers.authorization?.replace('Bearer ', ''));
}

test('a member of staff asks the orchestrator with an assertion of a minute, for what this route needs and no more', async () => {
  const answer = await callRoute(site, 'admin/site', owner);
  assert.deepEqual([answer.status, JSON.parse(answer.text)], [200, info]);
  assert.match(String(answer.headers['cache-control']), /no-store/);
  const claims = await claimsOf(upstream.received.at(-1));
  assert.deepEqual([claims.sub, claims.name, claims.scopes, claims.exp - claims.iat], ['wp:1:9001', 'Shop Owner', ['site:read'], 60]);
});

test('customers, guests and who has no nonce reach nothing', async () => {
  const before = upstream.received.length;
  const customer = await enter(site, 'aarav', 'aarav-demo');
  const status = async (as: { cookie?: string; headers?: Record<string, string> }) => (await callRoute(site, 'admin/site', as)).status;
  assert.deepEqual([await status(customer), await status({}), await status({ cookie: owner.cookie })], [403, 401, 401]);
  assert.equal(upstream.received.length, before);
});

test('an error of the orchestrator arrives with its own code and words, and what is none of ours as one sentence', async () => {
  const error = { code: 'insufficient_scope', message: 'Not for you.', requestId: 'r-1' };
  upstream.answer = (_request, response) => void response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify(error));
  const answer = await callRoute(site, 'admin/site', owner);
  assert.deepEqual([answer.status, JSON.parse(answer.text)], [403, error]);
  upstream.answer = (_request, response) => void response.writeHead(200).end('<html>');
  assert.equal(JSON.parse((await callRoute(site, 'admin/site', owner)).text).code, 'orchestrator_unavailable');
});

test('the menu is there for the staff and not for customers', async () => {
  const page = `${site.url}/wp-admin/admin.php?page=aiguy-overview`;
  const seen = await send(page, { headers: { cookie: owner.cookie } });
  assert.match(seen.text, /id="aiguy-admin" data-screen="overview"/);
  assert.match(seen.text, /build\/admin\/overview\.js/);
  assert.equal((await send(page, { headers: { cookie: (await enter(site, 'aarav', 'aarav-demo')).cookie } })).status, 403);
});
