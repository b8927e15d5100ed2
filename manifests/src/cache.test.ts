import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type Cache, createCache } from './cache.ts';

function open(t: TestContext, options: Partial<Parameters<typeof createCache>[0]> = {}): Cache {
  const cache = createCache({ prefix: 'test', entriesMax: 2, ...options });
  t.after(() => cache.close());
  return cache;
}

test('a value lives as long as it was given, then it is gone', async (t) => {
  let nowMs = 1;
  const cache = open(t, { clock: () => nowMs });
  await cache.set('a', 'one', 10);
  nowMs += 9_999;
  assert.equal(await cache.get('a'), 'one');
  nowMs += 2;
  assert.equal(await cache.get('a'), undefined);
});

test('the least recently used entry makes room, and a value that is too long is not kept', async (t) => {
  const cache = open(t, { valueLengthMax: 10 });
  await cache.set('a', 'one', 10);
  await cache.set('b', 'two', 10);
  await cache.get('a');
  await cache.set('c', 'three', 10);
  await cache.set('a', 'far too long', 10);
  assert.deepEqual(await Promise.all(['a', 'b', 'c'].map(async (key) => await cache.get(key))), ['one', undefined, 'three']);
});

test('a Redis that hangs, or is not there, costs a moment and nothing else', async (t) => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sockets = new Set<{ destroy: () => void }>();
  server.on('connection', (socket) => sockets.add(socket));
  const cache = open(t, { redisUrl: `redis://127.0.0.1:${port}` });
  await once(server, 'connection');
  const startedMs = performance.now();
  await cache.set('a', 'one', 10);
  assert.equal(await cache.get('a'), 'one');
  assert.ok(performance.now() - startedMs < 1500);
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, 'close');
  await cache.set('b', 'two', 10);
  assert.equal(await cache.get('b'), 'two');
});

test('two processes share what Redis holds, each under its prefix', { skip: hasRedis() ? false : 'needs redis-server' }, async (t) => {
  const url = await startRedis(t);
  const [first, second, other] = [open(t, { redisUrl: url }), open(t, { redisUrl: url }), open(t, { redisUrl: url, prefix: 'other' })];
  // What is kept before the connection stands is kept here alone; the first that is shared ends the wait.
  for (let tries = 0; (await second.get('a')) === undefined && tries < 1000; tries += 1) {
    await first.set('a', 'one', 10);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(await second.get('a'), 'one');
  assert.equal(await other.get('a'), undefined);
});

function hasRedis(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

async function startRedis(t: TestContext): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  const server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']);
  t.after(async () => {
    server.kill();
    if (server.exitCode === null) await once(server, 'exit');
  });
  for await (const chunk of server.stdout) if (String(chunk).includes('Ready to accept')) break;
  return `redis://127.0.0.1:${port}`;
}
