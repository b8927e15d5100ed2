// What a visitor's site can look up becomes tools: named, checked and called as the manifest that stands for them says.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { SiteAbility } from '@aiguy/manifests/generated/http';
import { loadManifests } from '@aiguy/manifests/load';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';
import { makeOwnKey, newVisitor } from '../../test/harness.ts';
import { toolsFor } from './catalogue.ts';
import { abilityCall, abilityResult, createSiteTools, type SiteTools } from './site-tools.ts';

const catalogue = loadManifests();
const closed = { type: 'object', additionalProperties: false };
const ability = (name: string, given: Partial<SiteAbility> = {}): SiteAbility => ({
  name,
  pin: 'a'.repeat(64),
  label: 'Hours',
  description: 'When a store is open.',
  questions: ['When are you open?'],
  takes: 'nothing',
  input: { ...closed, properties: {} },
  ...given,
});
let server: Server;
let siteTools: SiteTools;
let answer: { status: number; body: unknown };
let asked = 0;

const visitor = (given: Partial<VisitorAssertion> = {}): VisitorAssertion => ({
  ...newVisitor(),
  iss: 'https://shop.example',
  aud: 'orchestrator',
  iat: 0,
  exp: 1,
  scopes: ['ability:read'],
  agent: { id: 'main', abilities: 'https://shop.example/wp-json/aiguy/v1/abilities' },
  ...given,
});
const listed = async (given?: Partial<VisitorAssertion>) =>
  await siteTools({ visitor: visitor(given), assertion: 'x', signal: AbortSignal.timeout(5000) });

before(async () => {
  server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  siteTools = createSiteTools({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: await makeOwnKey(), catalogue });
});
after(() => server.close());

test('each ability is a tool of its own, by a name that a model can call', async () => {
  const long = `shop/${'very-'.repeat(30)}long`;
  answer = { status: 200, body: { abilities: [ability('shop/hours'), ability('shop/hours-x'), ability('shop-hours/x'), ability(long)] } };
  const tools = await listed();
  assert.deepEqual([...tools.keys()].slice(0, 2), ['site_shop_hours', 'site_shop_hours_x']);
  assert.equal(tools.size, 4);
  assert.ok([...tools.keys()].every((name) => /^[a-z0-9_]{1,64}$/.test(name)));
  const { allowed } = toolsFor(new Map([...catalogue, ...tools]), ['ability:read']);
  const [hours] = allowed;
  assert.deepEqual(
    [allowed.length, hours?.name, hours?.description, hours?.phrases, hours?.effect],
    [4, 'site_shop_hours', 'Hours. When a store is open.', ['When are you open?'], 'read'],
  );
});

test('what the owner has switched off, or keeps for customers, is not offered, whatever the site lists', async () => {
  answer = { status: 200, body: { abilities: [ability('shop/hours')] } };
  const all = new Map([...catalogue, ...(await listed())]);
  const offered = (agent: object) => toolsFor(all, ['ability:read'], { isSignedIn: false, agent: { id: 'main', ...agent } });
  assert.deepEqual(offered({ tools_off: ['run_site_ability'] }).allowed, []);
  const { allowed, needingSignIn } = offered({ tools_sign_in: ['run_site_ability'] });
  assert.deepEqual([allowed, needingSignIn.some(({ name }) => name === 'site_shop_hours')], [[], true]);
});

test('a site without abilities is not asked for any, and one that can’t be asked has none', async () => {
  const before = asked;
  assert.equal((await listed({ agent: { id: 'main' } })).size, 0);
  assert.equal((await listed({ scopes: ['docs:read'] })).size, 0);
  assert.equal(asked, before);
  for (const body of [{ abilities: [{ ...ability('shop/hours'), input: 'none' }] }, { code: 'tool_unavailable' }, 'x'.repeat(300_000)]) {
    answer = { status: 200, body };
    assert.equal((await listed()).size, 0);
  }
  answer = { status: 503, body: { abilities: [ability('shop/hours')] } };
  assert.equal((await listed()).size, 0);
});

test('a call carries what the ability takes, and a result is an object whatever it returned', () => {
  const of = (takes: SiteAbility['takes']) => ({ name: 'shop/hours', pin: 'p', takes });
  assert.deepEqual(abilityCall(of('nothing'), {}), { ability: 'shop/hours', pin: 'p' });
  assert.deepEqual(abilityCall(of('object'), { day: 'Monday' }), { ability: 'shop/hours', pin: 'p', input: { day: 'Monday' } });
  assert.deepEqual(abilityCall(of('value'), { input: 'Monday' }), { ability: 'shop/hours', pin: 'p', input: 'Monday' });
  assert.deepEqual(
    [{ a: 1 }, 'text', [1], null].map((result) => abilityResult({ result })),
    [{ a: 1 }, { result: 'text' }, { result: [1] }, { result: null }],
  );
});
