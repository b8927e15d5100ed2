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

const stock = { tool: 'check_inventory', scope: 'product:read', args: { product: 'yoga mat' } };
const guest = 'anon:aaaaaaaaaaaaaaaaaaaaaa';

/** Asks for the stock, which guests may too. */
async function ask(agent: AgentSettings | undefined, sub = guest): Promise<unknown[]> {
  const headers = await visitorHeaders(harness, { ...stock, sub, ...(agent ? { agent } : {}) });
  const response = await service.app.inject({ method: 'POST', url: '/tools/check_inventory', headers, payload: stock.args });
  return [response.statusCode, response.json().code];
}

test('a tool that is switched off is refused, whatever the tool token says', async () => {
  assert.deepEqual(await ask(undefined), [200, undefined]);
  assert.deepEqual(await ask({ id: 'main', tools_off: ['cancel_order'] }), [200, undefined]);
  assert.deepEqual(await ask({ id: 'main', tools_off: ['check_inventory'] }), [403, 'insufficient_scope']);
});

test('a tool that needs sign-in is refused to guests and done for who is signed in', async () => {
  const agent = { id: 'main', tools_sign_in: ['check_inventory'] };
  assert.deepEqual(await ask(agent, 'wp:1:1008'), [200, undefined]);
  assert.deepEqual(await ask(agent), [403, 'sign_in_required']);
});
