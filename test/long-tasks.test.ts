// A long task through the whole back end as it runs: asked for in the chat, confirmed by a click, brought to Zendesk by the queue, told in the log.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TaskValue } from '@aiguy/manifests/generated/events';
import type { ChatAnswer } from '@aiguy/manifests/generated/http';
import { signToken } from '@aiguy/manifests/tokens';
import { type Backend, startBackend } from '../scripts/backend.ts';
import { freePort } from '../scripts/free-port.ts';
import { allScopes, developmentSigner } from '../scripts/keys.ts';
import { startZendesk, type ZendeskDouble } from '../tools-api/src/backends/ticket-desk/zendesk-double.fixture.ts';
import { startMessagesApi } from './doubles/messages-api.ts';
import { messageEvents, streamed, text, toolUse } from './doubles/messages-api-replies.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'aiguy-tasks-'));
const sid = randomBytes(24).toString('base64url');
const pollMs = 200;
let backend: Backend;
let zendesk: ZendeskDouble;
let model: Awaited<ReturnType<typeof startMessagesApi>>;

before(async () => {
  zendesk = await startZendesk();
  const args = { category: 'product', priority: 'normal', summary: 'The kettle leaks' };
  model = await startMessagesApi([
    streamed(messageEvents([toolUse('toolu_01', 'create_support_ticket', JSON.stringify(args))], 'tool_use')),
    streamed(messageEvents([text('Your ticket is open.')])),
    streamed(messageEvents([text('You are welcome.')])),
  ]);
  backend = await startBackend({
    dataDir,
    siteUrl: 'http://shop.example',
    ports: { orchestrator: await freePort(), tools: await freePort() },
    inMemory: true,
    withArticles: false,
    toolsEnv: {
      TICKETS_CONNECTOR: 'zendesk',
      ZENDESK_URL: zendesk.settings.url,
      ZENDESK_EMAIL: zendesk.settings.email,
      ZENDESK_API_TOKEN: zendesk.settings.apiToken,
    },
    orchestratorEnv: { ANTHROPIC_API_KEY: 'test-key-of-no-value', ANTHROPIC_BASE_URL: model.url },
    log: () => undefined,
  });
});
after(async () => {
  await backend?.stop();
  await model?.stop();
  await zendesk?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function request(path: string, payload?: object, accept = 'application/json'): Promise<Response> {
  const claims = { sub: 'wp:1:1008', sid, scopes: allScopes, jti: crypto.randomUUID() };
  const assertion = await signToken('visitor-assertion', await developmentSigner(dataDir), claims);
  const headers = { authorization: `Bearer ${assertion}`, 'content-type': 'application/json', accept };
  const init = payload ? { method: 'POST', body: JSON.stringify(payload) } : {};
  return await fetch(`${backend.orchestratorUrl}${path}`, { ...init, headers, signal: AbortSignal.timeout(60_000) });
}

const post = async (path: string, payload: object) => (await (await request(path, payload)).json()) as ChatAnswer;

/** What a tab that is opened now would read. */
const log = async () => await (await request(`/sessions/${sid}/events`, undefined, 'text/event-stream')).text();

const statesIn = (events: string) =>
  [...events.matchAll(/^data: (.*"aiguy\.task".*)$/gm)].map(([, json = '']) => (JSON.parse(json).value as TaskValue).state);

test('the ticket’s reference is there at once; the chat goes on; the result stands in the conversation for whoever comes back', async () => {
  zendesk.mood = () => 'down';
  const asked = await post('/chat', { message: 'Open a ticket: the kettle leaks.' });
  assert.equal(asked.outcome, 'interrupt', JSON.stringify(asked));
  const opened = await post(`/sessions/${sid}/confirmations/${asked.interrupts?.[0]?.id}`, { decision: 'approve' });
  assert.deepEqual([opened.outcome, opened.text], ['success', 'Your ticket is open.']);
  assert.equal((await post('/chat', { message: 'Thanks!' })).text, 'You are welcome.');
  assert.equal(zendesk.tickets.length, 0);
  zendesk.mood = () => 'well';
  let events = await log();
  while (!events.includes('has reached our team.')) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    events = await log();
  }
  const [made] = zendesk.tickets;
  assert.equal(zendesk.tickets.length, 1);
  assert.match(events, new RegExp(`Your ticket ${made?.external_id} has reached our team\\.`));
  const states = statesIn(events);
  assert.deepEqual([states[0], states.at(-1)], ['queued', 'done']);
  const metrics = await (await fetch(`${backend.toolsUrl}/metrics`)).text();
  assert.match(metrics, /aiguy_task_attempts_total\{tool="create_support_ticket",result="done"\} 1/);
});
