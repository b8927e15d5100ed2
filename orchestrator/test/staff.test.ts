// What the people of a site may ask of the orchestrator, and how everybody else is refused.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { signToken } from '@aiguy/manifests/tokens';
import { type Harness, makeOwnKey, modelThat, saysText, siteIssuer, startHarness } from './harness.ts';

let harness: Harness;

before(async () => {
  harness = await startHarness({ model: modelThat(() => saysText('Hello.')), config: { AGENT_MODELS: ['claude-opus-5-5'] } });
});
after(async () => await harness.close());

async function ask(token: string | undefined) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await harness.orchestrator.app.inject({ url: '/staff/site', headers });
  return { status: response.statusCode, body: response.json() as Record<string, unknown> };
}

test('the people of a site learn version, clock, model and tools', async () => {
  const { status, body } = await ask(await harness.staffAssertionFor({ scopes: ['site:read'] }));
  assert.equal(status, 200);
  assert.deepEqual([body.issuer, body.scopes, (body.model as { provider: string }).provider], [siteIssuer, ['site:read'], 'offline']);
  assert.deepEqual((body.model as { allowed: string[] }).allowed, ['claude-opus-5-5'], 'those that a site may set for an agent');
  const tools = (body.tools as { name: string }[]).map(({ name }) => name);
  assert.ok(tools.includes('retrieve_docs') && !tools.includes('send_order_code'));
  assert.ok(Math.abs(Date.parse(String(body.time)) - Date.now()) < 60_000);
});

test('who is not of the staff, or not for this, learns nothing', async () => {
  const stranger = await makeOwnKey();
  const claims = { sub: 'wp:1:1', scopes: ['site:read'], jti: randomUUID() };
  const refused: [string, string | undefined, number, string][] = [
    ['nobody', undefined, 401, 'session_required'],
    ['a visitor', await harness.assertionFor({ scopes: ['docs:read'] }), 401, 'invalid_token'],
    ['another scope', await harness.staffAssertionFor({ scopes: ['report:read'] }), 403, 'insufficient_scope'],
    ['a forged one', await signToken('staff-assertion', { ...stranger, issuer: siteIssuer, kid: 'site-1' }, claims), 401, 'invalid_token'],
  ];
  for (const [who, token, status, code] of refused) {
    const answer = await ask(token);
    assert.deepEqual([who, answer.status, answer.body.code], [who, status, code]);
  }
});

test('a member of staff is no visitor', async () => {
  const response = await harness.orchestrator.app.inject({
    method: 'POST',
    url: '/ask',
    headers: { authorization: `Bearer ${await harness.staffAssertionFor()}` },
    payload: { message: 'Hi' },
  });
  assert.deepEqual([response.statusCode, response.json().code], [401, 'invalid_token']);
});
