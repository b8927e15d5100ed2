// A visit to a slow page through the real processes on a real Postgres: asked for in the chat, killed with the tools API, read after its restart, and told
// once to whoever comes back.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TaskValue } from '@aiguy/manifests/generated/events';
import type { ChatAnswer } from '@aiguy/manifests/generated/http';
import { signToken } from '@aiguy/manifests/tokens';
import pg from 'pg';
import { prepareBackend, startOrchestrator, startToolsApi } from '../scripts/backend.ts';
import { freePort } from '../scripts/free-port.ts';
import { allScopes, developmentKey, developmentSigner, publicKeys } from '../scripts/keys.ts';
import type { ServiceProcess } from '../scripts/service-process.ts';
import { until } from '../scripts/until.ts';
import { startRealDatabases } from './crash/real-postgres.ts';
import { startMessagesApi } from './doubles/messages-api.ts';
import { messageEvents, streamed, text, toolUse } from './doubles/messages-api-replies.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'aiguy-visit-'));
const sid = randomBytes(24).toString('base64url');
const stops: (() => Promise<void> | void)[] = [];
const held: ServerResponse[] = [];
let site: Server;
let home: string;
let isSlow = true;
let shopUrl: string;
let tools: ServiceProcess;
let startTools: () => Promise<ServiceProcess>;
let orchestrator: ServiceProcess;

before(async () => {
  site = createServer((_request, response) => {
    if (isSlow) held.push(response);
    else response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html><head><title>Sizes</title></head><body><h1>Sizes</h1></body></html>');
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  home = `http://localhost:${(site.address() as AddressInfo).port}`;
  const databases = await startRealDatabases();
  stops.push(databases.stop);
  shopUrl = databases.shop;
  const model = await startMessagesApi([
    streamed(messageEvents([toolUse('toolu_01', 'navigate_page', JSON.stringify({ question: 'sizes', url: '/sizes/' }))], 'tool_use')),
    streamed(messageEvents([text('The page does not answer yet.')])),
    streamed(messageEvents([text('You are welcome.')])),
  ]);
  stops.push(model.stop);
  const ports = { orchestrator: await freePort(), tools: await freePort() };
  const { toolsEnv, orchestratorEnv } = await prepareBackend(
    {
      dataDir,
      siteUrl: home,
      siteKeys: await publicKeys(await developmentKey(dataDir, 'development')),
      ports,
      databases,
      withArticles: false,
      orchestratorEnv: { ANTHROPIC_API_KEY: 'test-key-of-no-value', ANTHROPIC_BASE_URL: model.url },
      log: () => undefined,
    },
    [],
  );
  startTools = async () => await startToolsApi({ dataDir, port: ports.tools, env: toolsEnv });
  tools = await startTools();
  orchestrator = await startOrchestrator({ dataDir, port: ports.orchestrator, env: orchestratorEnv });
});
after(async () => {
  await orchestrator?.stop();
  await tools?.stop();
  for (const stop of stops.reverse()) await stop();
  site?.closeAllConnections();
  site?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function request(path: string, payload?: object, accept = 'application/json'): Promise<Response> {
  const key = { ...(await developmentSigner(dataDir)), issuer: home };
  const assertion = await signToken('visitor-assertion', key, {
    sub: 'anon:aaaaaaaaaaaaaaaaaaaaaa',
    sid,
    scopes: allScopes,
    jti: crypto.randomUUID(),
  });
  const headers = { authorization: `Bearer ${assertion}`, 'content-type': 'application/json', accept };
  const init = payload ? { method: 'POST', body: JSON.stringify(payload) } : {};
  return await fetch(`${orchestrator.url}${path}`, { ...init, headers, signal: AbortSignal.timeout(60_000) });
}

const say = async (message: string) => (await (await request('/chat', { message })).json()) as ChatAnswer;

/** What a tab that is opened now would read. */
const log = async () => await (await request(`/sessions/${sid}/events`, undefined, 'text/event-stream')).text();

async function inShop<Row extends object>(sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: shopUrl });
  await client.connect();
  const { rows } = await client.query<Row>(sql);
  await client.end();
  return rows;
}

test('the tools API is killed with the visit under way; restarted it reads the page, and with every tab closed the result stands in the conversation, once', async () => {
  const answer = await say('What does the page of sizes say?');
  assert.deepEqual([answer.outcome, answer.text], ['success', 'The page does not answer yet.']);
  assert.equal((await say('Thanks!')).text, 'You are welcome.');
  await until(() => held.length === 2);
  process.kill(tools.pid, 'SIGKILL');
  await tools.exited;
  assert.deepEqual(await inShop('SELECT state, attempts FROM tasks'), [{ state: 'running', attempts: 1 }]);
  isSlow = false;
  tools = await startTools();
  // Nobody has a stream open. The time after which a dead process is given up passes at once.
  await inShop("UPDATE task_jobs.job SET heartbeat_on = now() - interval '1 hour' WHERE name = 'tasks' AND state = 'active'");
  await until(async () => (await inShop<{ state: string }>('SELECT state FROM tasks'))[0]?.state === 'done');
  const said = `I have read ${home}/sizes/ now. This is the page «Sizes».`;
  let events = await log();
  await until(async () => {
    events = await log();
    return events.includes(said);
  });
  assert.equal(events.split(said).length, 2);
  const tasks = [...events.matchAll(/^data: (.*"aiguy\.task".*)$/gm)].map(([, json = '']) => JSON.parse(json).value as TaskValue);
  assert.deepEqual([tasks[0]?.state, tasks.at(-1)?.state, tasks.filter(({ state }) => state === 'done').length], ['queued', 'done', 1]);
  assert.deepEqual(await inShop('SELECT state, attempts FROM tasks'), [{ state: 'done', attempts: 2 }]);
  const metrics = await (await fetch(`${tools.url}/metrics`)).text();
  assert.match(metrics, /aiguy_task_attempts_total\{tool="navigate_page",result="done"\} 1/);
});
