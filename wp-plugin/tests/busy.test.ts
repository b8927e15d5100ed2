// Chats hold no more PHP workers than they may, so that ordinary pages stay fast however many visitors chat: nginx and php-fpm with eight workers.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { open, send } from '../../scripts/wordpress/http.ts';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { type PlayedOrchestrator, type PlayedSession, playOrchestrator } from '../../test/doubles/orchestrator.ts';
import { startChat } from './chat-client.ts';
import { Browser, chatPageOf } from './host-scenario.ts';
import { startSite, startUpstream } from './site.ts';

const workers = 8;
const places = 4;
const visitors = 50;

let played: PlayedOrchestrator;
let site: NativeWordPress;
let html: string;

before(async () => {
  played = await playOrchestrator();
  site = await startSite(played.url, [], { host: 'nginx', workers });
  addPlugin('worker', "header( 'X-Worker: ' . getmypid() );");
  html = (await send(chatPageOf(site.url))).text;
});
after(async () => {
  await site?.stop();
  played?.stop();
});

const addPlugin = (name: string, code: string) => writeFileSync(join(site.tree.content, 'mu-plugins', `${name}.php`), `<?php ${code}`);
const useOrchestrator = (url: string) =>
  site.evaluate(`update_option( 'aiguy_settings', array( 'orchestrator_url' => '${url}' ) + get_option( 'aiguy_settings' ) );`);

async function openBrowser(): Promise<Browser> {
  const browser = new Browser(chatPageOf(site.url), html);
  await browser.openSession();
  return browser;
}

async function ask(browser: Browser): Promise<IncomingMessage> {
  const json = { message: 'Hi', messageId: `message-${crypto.randomUUID()}` };
  return await open(browser.url('chat'), browser.request({ method: 'POST', json, headers: { accept: 'text/event-stream' } }));
}

/** As many as may be held; their answers never end by themselves. */
async function takeAllPlaces(): Promise<IncomingMessage[]> {
  played.onMessage = () => undefined;
  const held: IncomingMessage[] = [];
  for (let count = 0; count < places; count += 1) held.push(await ask(await openBrowser()));
  assert.deepEqual(
    held.map(({ statusCode }) => statusCode),
    held.map(() => 200),
  );
  return held;
}

/** Ends the runs, so that nobody waits for them any more. */
function release(): void {
  for (const session of played.sessions.values()) if (session.runId !== undefined) session.finish();
}

test('while fifty visitors wait for answers, pages are served; then each gets his answer, generated once', async (t) => {
  const asked: PlayedSession[] = [];
  const all = Promise.withResolvers<void>();
  played.onMessage = (session) => {
    session.emit(
      { type: 'TEXT_MESSAGE_START', messageId: 'a', role: 'assistant' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'a', delta: 'Wait …' },
    );
    asked.push(session);
    if (asked.length === visitors) all.resolve();
  };
  const homePage = async () => {
    const startedMs = performance.now();
    assert.equal((await send(`${site.url}/`)).status, 200);
    return performance.now() - startedMs;
  };
  const quiet = await timesOf(5, homePage);
  const chats = Array.from({ length: visitors }, () => startChat(new Browser(chatPageOf(site.url), html)));
  const answers = chats.map(async ({ transport }, at) => await transport.send('Hi', `message-${String(at).padStart(4, '0')}`));
  await all.promise;
  // Nothing is released before these are done.
  const busy = await timesOf(5, homePage);
  for (const session of asked) {
    session.emit({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'a', delta: ' done.' }, { type: 'TEXT_MESSAGE_END', messageId: 'a' });
    session.finish();
  }
  await Promise.all(answers);
  for (const { events } of chats) {
    const said = events.flatMap(({ event }) => (event?.type === 'TEXT_MESSAGE_CONTENT' ? [event.delta] : []));
    assert.deepEqual([said.join(''), events.at(-1)?.event?.type], ['Wait … done.', 'RUN_FINISHED']);
  }
  assert.deepEqual([asked.length, new Set(asked).size], [visitors, visitors]);
  const streamed = chats.filter(({ requests }) => requests.slice(1).every(({ accept }) => accept === 'text/event-stream'));
  assert.ok(streamed.length <= places, `${streamed.length} answers were streamed`);
  t.diagnostic(`home page: ${quiet} without chats, ${busy} while ${visitors} wait, ${streamed.length} of them on a stream`);
});

async function timesOf(count: number, measure: () => Promise<number>): Promise<string> {
  const times: number[] = [];
  for (let at = 0; at < count; at += 1) times.push(await measure());
  return `${times.map((ms) => Math.round(ms)).join(', ')} ms`;
}

test('without a place a message is handed over, a stream is refused kindly, and nothing waits; with one again, all is as before', async () => {
  const held = await takeAllPlaces();
  const browser = await openBrowser();
  const answer = await ask(browser);
  assert.deepEqual([answer.statusCode, answer.headers['retry-after']], [202, '3']);
  assert.deepEqual(JSON.parse(String((await once(answer, 'data'))[0])), { taken: true });
  assert.equal(played.sessions.get(browser.sessionId)?.log.length, 1, 'it runs');
  const stream = await browser.call('chat?after=0', { headers: { accept: 'text/event-stream' } });
  assert.equal(stream.status, 202);
  // Would be answered by the next event, which never comes, or after 25 seconds.
  const page = await browser.call('chat?after=1&wait=25', { headers: { accept: 'application/json' } });
  assert.deepEqual([page.status, page.headers['retry-after'], JSON.parse(page.text).running], [200, '3', true]);
  release();
  for (const one of held) for await (const _chunk of one);
  const again = await ask(browser);
  assert.equal(again.statusCode, 200);
  release();
  for await (const _chunk of again);
});

test('the place of a worker that dies is free again', async () => {
  const held = await takeAllPlaces();
  const browser = await openBrowser();
  assert.equal((await ask(browser)).statusCode, 202);
  const [victim] = held;
  const gone = once(victim as IncomingMessage, 'close').catch(() => undefined);
  victim?.on('error', () => undefined).resume();
  process.kill(Number(victim?.headers['x-worker']), 'SIGKILL');
  await gone;
  release();
  const last = await ask(await openBrowser());
  assert.equal(last.statusCode, 200);
  release();
});

test('a busy site waits no longer than two seconds for the orchestrator to take a message, and says that it does not know', async (t) => {
  const upstream = await startUpstream();
  t.after(upstream.stop);
  useOrchestrator(upstream.url);
  t.after(() => useOrchestrator(played.url));
  addPlugin('no-places', "add_filter( 'aiguy_relay_places', fn() => get_option( 'test_places', 4 ) ); ");
  site.evaluate("update_option( 'test_places', 0 );");
  t.after(() => site.evaluate("delete_option( 'test_places' );"));
  const closed = Promise.withResolvers<void>();
  upstream.answer = (_request, response) => void response.once('close', () => closed.resolve());
  const answer = await (await openBrowser()).call('chat', { method: 'POST', json: { message: 'Hi' } });
  assert.deepEqual([answer.status, answer.text], [202, '{"taken":false}']);
  await closed.promise;
  const refused = '{"code":"rate_limited","message":"Later.","requestId":"r-1"}';
  upstream.answer = (_request, response) => void response.writeHead(429, { 'Content-Type': 'application/json' }).end(refused);
  const refusal = await (await openBrowser()).call('chat', { method: 'POST', json: { message: 'Hi' } });
  assert.deepEqual([refusal.status, refusal.text], [429, refused]);
});

test('deleting the plugin leaves no file of the places', () => {
  const files = "echo count( glob( get_temp_dir() . 'aiguy-*.lock' ) );";
  assert.equal(site.evaluate(files), String(places));
  assert.equal(site.evaluate(`Aiguy\\Chat\\Relay_Places::remove(); ${files}`), '0');
});

test('where no file can be locked nothing is held, and nothing fails', async (t) => {
  const temporary = join(dirname(site.tree.documentRoot), 'tmp');
  chmodSync(temporary, 0o000);
  t.after(() => chmodSync(temporary, 0o755));
  assert.equal((await ask(await openBrowser())).statusCode, 202);
});
