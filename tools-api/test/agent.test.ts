// What a site's owner has switched off for an agent stays off, also for an orchestrator that asks all the same.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Service } from '@aiguy/manifests/service';
import type { AgentSettings } from '@aiguy/manifests/tokens';
import { type Harness, startHarness, visitorHeaders } from './harness.ts';

let harness: Harness;
let service: Service;

before(async () => {
  harness = await startHarness({ shopOnly: true });
  service = await harness.build({});
});
after(async () => await harness.close());

async function listOrders(agent: AgentSettings | undefined, sub = 'wp:1:1008'): Promise<unknown[]> {
  const call = { tool: 'list_orders', scope: 'order:read', args: {}, sub, ...(agent ? { agent } : {}) };
  const response = await service.app.inject({ method: 'POST', url: '/tools/list_orders', headers: await visitorHeaders(harness, call), payload: {} });
  return [response.statusCode, response.json().code];
}

test('a tool that is switched off is refused, whatever the tool token says', async () => {
  assert.deepEqual(await listOrders(undefined), [200, undefined]);
  assert.deepEqual(await listOrders({ id: 'main', tools_off: ['cancel_order'] }), [200, undefined]);
  assert.deepEqual(await listOrders({ id: 'main', tools_off: ['list_orders'] }), [403, 'insufficient_scope']);
});

test('a tool that needs sign-in is refused to guests and done for who is signed in', async () => {
  const agent = { id: 'main', tools_sign_in: ['list_orders'] };
  assert.deepEqual(await listOrders(agent), [200, undefined]);
  assert.deepEqual(await listOrders(agent, 'anon:aaaaaaaaaaaaaaaaaaaaaa'), [403, 'sign_in_required']);
});
