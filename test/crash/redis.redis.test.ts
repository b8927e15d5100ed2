// Redis holds nothing that matters: emptied, killed or hanging while visitors change things, it costs a moment and nothing else.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { Redis } from 'ioredis';
import { freePort } from '../../scripts/free-port.ts';
import { findProgram } from '../../scripts/system-packages.ts';
import { converse, type Finished, ticket } from './conversation.ts';
import { startWorld, type World } from './world.ts';

const atOnce = 4;
const rounds = 2;
const flushEveryMs = 20;
const takenWithinMs = 2000;
/** Clients that lost it look for it in growing pauses. */
const usedAgainWithinMs = 15_000;

let world: World;
let redis: RedisServer;
let proxy: Proxy;

before(async () => {
  redis = await startRedis(await freePort());
  proxy = await startProxy(redis.port);
  world = await startWorld({ env: { REDIS_URL: `redis://127.0.0.1:${proxy.port}` } });
});
after(async () => {
  await world?.stop();
  await proxy?.stop();
  await redis?.stop();
});

/** Several visitors at once, some rounds; each must have been served as if nothing were wrong. */
async function serve(): Promise<Finished[]> {
  const finished: Finished[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const all = await Promise.all(Array.from({ length: atOnce }, async () => await converse(world, ticket())));
    finished.push(...all);
    assert.deepEqual(
      all.flatMap(({ problems, visitor }: Finished) => [...problems, ...visitor.refusals.map(({ status, code }) => `${status} ${code}`)]),
      [],
    );
  }
  return finished;
}

test('with Redis at hand the limits are counted in it', async () => {
  await serve();
  assert.ok((await redis.keys()) > 0);
});

test('Redis emptied again and again: nothing is lost, refused or done twice', async () => {
  const client = new Redis({ port: redis.port, host: '127.0.0.1' });
  const flushing = setInterval(() => void client.flushall(), flushEveryMs);
  try {
    await serve();
  } finally {
    clearInterval(flushing);
    client.disconnect();
  }
});

test('Redis killed in the middle, and gone afterwards: nothing is lost, refused or done twice', async () => {
  const serving = serve();
  world.orchestrator.planned.arm({ match: '^after COMMIT .*plan effect', signal: 'SIGKILL', victim: redis.pid });
  await serving;
  assert.ok(redis.isGone(), 'Redis was killed in the middle');
  await serve();
});

test('Redis that accepts and never answers: nothing is lost, refused or done twice, and each message is taken within 2 s', async () => {
  redis = await startRedis(redis.port);
  await serve();
  proxy.hang();
  const finished = await serve();
  assert.ok(Math.max(...finished.map(({ visitor }) => visitor.slowestTakenMs)) < takenWithinMs);
});

test('Redis back again is used again', async () => {
  proxy.passOn();
  const deadlineMs = Date.now() + usedAgainWithinMs;
  do await serve();
  while ((await redis.keys()) === 0 && Date.now() < deadlineMs);
  assert.ok((await redis.keys()) > 0);
});

type RedisServer = { port: number; pid: number; isGone: () => boolean; keys: () => Promise<number>; stop: () => Promise<void> };

async function startRedis(port: number): Promise<RedisServer> {
  const program = findProgram('redis-server') ?? 'redis-server';
  const child: ChildProcess = spawn(program, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore',
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const client = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 50, lazyConnect: false });
  client.on('error', () => undefined);
  await client.ping();
  client.disconnect();
  return {
    port,
    pid: child.pid ?? 0,
    isGone: () => child.exitCode !== null || child.signalCode !== null,
    keys: async () => {
      const asking = new Redis({ port, host: '127.0.0.1' });
      const count = await asking.dbsize();
      asking.disconnect();
      return count;
    },
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

type Proxy = { port: number; hang: () => void; passOn: () => void; stop: () => Promise<void> };

/** Between the services and Redis. Hanging, it still accepts, and what is said to it is heard by nobody. */
async function startProxy(target: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let isHanging = false;
  const server = createServer((socket) => {
    const keep = (one: Socket) => {
      sockets.add(one);
      one.on('error', () => one.destroy());
      one.on('close', () => sockets.delete(one));
    };
    keep(socket);
    if (isHanging) {
      socket.resume();
      return;
    }
    const upstream = connect(target, '127.0.0.1');
    keep(upstream);
    socket.on('close', () => upstream.destroy());
    upstream.on('close', () => socket.destroy());
    socket.on('data', (chunk) => {
      if (!isHanging) upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (!isHanging) socket.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    // Connections that are open stay so: a Redis that hangs does not close them.
    hang: () => {
      isHanging = true;
    },
    passOn: () => {
      isHanging = false;
      cut();
    },
    stop: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
