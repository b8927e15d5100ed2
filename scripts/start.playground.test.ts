// npm start as a whole: its own data directory, its own ports, and the WordPress that it runs in WebAssembly.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { dataDirectory, projectRoot } from './data-directory.ts';
import { freePort } from './free-port.ts';
import { cookiesOf, send } from './wordpress/http.ts';

/** More than npm start's own limits together. */
const startTimeoutMs = 420_000;
const stopTimeoutMs = 60_000;

let dataDir: string;
let started: ChildProcess;
let exited: Promise<number | null>;
let printed = '';
let addresses: string[];

before(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'aiguy-start-'));
  // What was once fetched is not fetched again.
  const cacheDir = join(dataDirectory(), 'cache');
  mkdirSync(cacheDir, { recursive: true });
  symlinkSync(cacheDir, join(dataDir, 'cache'));
  const ports = [await freePort(), await freePort(), await freePort()];
  addresses = ports.map((port) => `http://127.0.0.1:${port}`);
  const [wordpress = 0, orchestrator = 0, tools = 0] = ports;
  // Nothing else of the caller's: a key or a database of his would make it another system.
  const { PATH, HOME } = process.env;
  const own = { AIGUY_DATA_DIR: dataDir, AIGUY_WP_PORT: `${wordpress}`, ORCHESTRATOR_PORT: `${orchestrator}`, TOOLS_API_PORT: `${tools}` };
  started = spawn(process.execPath, ['scripts/run.mjs', 'start'], {
    cwd: projectRoot,
    env: { PATH, HOME, ...own },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  exited = new Promise((resolve) => started.once('exit', resolve));
  await saysRunning();
});
after(async () => {
  await stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** @throws Error with all that was printed when npm start ends, or does not say in time that it runs */
async function saysRunning(): Promise<void> {
  const running = Promise.withResolvers<void>();
  const give = (why: string) => running.reject(new Error(`npm start ${why}:\n${printed}`));
  for (const stream of [started.stdout, started.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      printed += chunk.toString('utf8');
      if (printed.includes('AIGuy is running.')) running.resolve();
    });
  }
  void exited.then((code) => give(`ended with ${code}`));
  const timer = setTimeout(() => give(`did not start within ${startTimeoutMs} ms`), startTimeoutMs);
  await running.promise.finally(() => clearTimeout(timer));
}

/** @returns the exit code; null when it had to be killed */
async function stop(): Promise<number | null> {
  started.kill('SIGTERM');
  const timer = setTimeout(() => started.kill('SIGKILL'), stopTimeoutMs);
  return await exited.finally(() => clearTimeout(timer));
}

test('a guest’s first message on the chat page is answered from the demo’s help centre, as a stream, through the relay', async () => {
  const [site = ''] = addresses;
  const page = /Chat\s+(\S+)/.exec(printed)?.[1] ?? '';
  assert.ok(page.startsWith(`${site}/`), printed);
  assert.match((await send(page)).text, /data-aiguy=/);

  const headers = { origin: site, 'content-type': 'application/json' };
  const session = await send(`${site}/wp-json/aiguy/v1/session`, { method: 'POST', headers, body: '{}' });
  assert.equal(session.status, 200, session.text);
  assert.equal(JSON.parse(session.text).visitor, 'guest');

  const answer = await send(`${site}/wp-json/aiguy/v1/chat`, {
    method: 'POST',
    headers: { ...headers, accept: 'text/event-stream', cookie: cookiesOf(session) },
    body: JSON.stringify({ message: 'How long do I have to send something back?' }),
  });
  assert.equal(answer.status, 200, answer.text);
  assert.match(String(answer.headers['content-type']), /^text\/event-stream/);
  const events = [...answer.text.matchAll(/^data: (.+)$/gm)].map(([, json = '']) => JSON.parse(json) as { type: string; delta?: string });
  const said = events.flatMap((event) => (event.type === 'TEXT_MESSAGE_CONTENT' ? [event.delta] : [])).join('');
  assert.match(said, /within 30 days/);
  assert.equal(events.at(-1)?.type, 'RUN_FINISHED');
});

test('told to stop, it stops all that it started', async () => {
  assert.equal(await stop(), 0, printed);
  for (const address of addresses) await assert.rejects(send(address), { code: 'ECONNREFUSED' });
});
