// A report through the whole back end as it runs, without a key: asked for in the chat while the shop is away, made by the queue at a later attempt, told
// and handed out to whoever comes back.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { FileValue, TaskValue } from '@aiguy/manifests/generated/events';
import type { ChatAnswer } from '@aiguy/manifests/generated/http';
import { signToken } from '@aiguy/manifests/tokens';
import { extractText, getDocumentProxy } from 'unpdf';
import { type Backend, startBackend } from '../scripts/backend.ts';
import { freePort } from '../scripts/free-port.ts';
import { allScopes, developmentSigner } from '../scripts/keys.ts';
import { startWooCommerce, type WooDouble, wooOrder } from '../tools-api/src/backends/woocommerce/woocommerce-double.fixture.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'aiguy-report-'));
const sid = randomBytes(24).toString('base64url');
const pollMs = 200;
let backend: Backend;
let woo: WooDouble;

before(async () => {
  woo = await startWooCommerce([
    wooOrder(500101, { date_created_gmt: '2025-03-05T10:00:00' }),
    wooOrder(500102, { date_created_gmt: '2025-07-05T10:00:00', refunds: [{ total: '-9.90' }] }),
    wooOrder(500103, { date_created_gmt: '2024-12-31T10:00:00' }),
    wooOrder(500104, { date_created_gmt: '2025-07-06T10:00:00', customer_id: 8 }),
  ]);
  backend = await startBackend({
    dataDir,
    siteUrl: 'http://shop.example',
    ports: { orchestrator: await freePort(), tools: await freePort() },
    inMemory: true,
    withArticles: false,
    toolsEnv: { WOOCOMMERCE_URL: woo.settings.url, WOOCOMMERCE_KEY: woo.settings.key, WOOCOMMERCE_SECRET: woo.settings.secret },
    log: () => undefined,
  });
});
after(async () => {
  await backend?.stop();
  await woo?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function request(
  path: string,
  { payload, accept = 'application/json', session = sid }: { payload?: object; accept?: string; session?: string } = {},
) {
  const claims = { sub: 'wp:1:7', sid: session, scopes: allScopes, jti: crypto.randomUUID() };
  const assertion = await signToken('visitor-assertion', await developmentSigner(dataDir), claims);
  const headers = { authorization: `Bearer ${assertion}`, 'content-type': 'application/json', accept };
  const init = payload ? { method: 'POST', body: JSON.stringify(payload) } : {};
  return await fetch(`${backend.orchestratorUrl}${path}`, { ...init, headers, signal: AbortSignal.timeout(60_000) });
}

const say = async (message: string) => (await (await request('/chat', { payload: { message } })).json()) as ChatAnswer;

/** What a tab that is opened now would read. */
const log = async () => await (await request(`/sessions/${sid}/events`, { accept: 'text/event-stream' })).text();

function valuesIn<Value>(events: string, name: string): Value[] {
  return [...events.matchAll(/^data: (.*)$/gm)]
    .map(([, json = '']) => JSON.parse(json))
    .flatMap((event) => (event.name === name ? [event.value] : []));
}

test('asked for while the shop is away, the report is tried again; the chat goes on, and whoever comes back finds it with its file', async () => {
  woo.mood = () => 'down';
  assert.equal(
    (await say('I need a yearly statement for my taxes')).text,
    'For which period? You could write «this year», «last year» or «from March to May».',
  );
  const asked = await say('2025');
  assert.match(asked.text, /^I am making the report of your orders in 2025\. It will be here as soon as it is done/);
  assert.deepEqual(asked.tools, [{ name: 'make_order_report', ok: true }]);
  assert.match((await say('Hello')).text, /^Hello!/);
  let events = await log();
  while (!events.includes('Your report is tried again.')) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    events = await log();
  }
  woo.mood = () => 'well';
  while (!events.includes('You can download it here for a day.')) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    events = await log();
  }
  assert.match(events, /Your report of 2 orders .* is ready\. You paid \$119\.80 and got \$9\.90 back, which makes \$109\.90 in all\./);
  const states = valuesIn<TaskValue>(events, 'aiguy.task').map(({ state }) => state);
  assert.deepEqual([states[0], states.at(-1)], ['queued', 'done']);
  const [made, ...others] = valuesIn<FileValue>(events, 'aiguy.file');
  assert.deepEqual(others, []);
  const file = await request(`/sessions/${sid}/files/${made?.file.id}`, { accept: 'application/pdf' });
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(await file.arrayBuffer())), { mergePages: true });
  assert.deepEqual(text.match(/\b5001\d\d\b/g), ['500101', '500102']);
  const session = randomBytes(24).toString('base64url');
  await request('/chat', { payload: { message: 'Hello' }, session });
  assert.equal((await request(`/sessions/${session}/files/${made?.file.id}`, { session })).status, 404);
});
