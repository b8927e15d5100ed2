// A process that dies in a write, before and after its commit, as the database sees it: the connection is cut at that byte.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { openDatabase } from '@aiguy/manifests/database';
import { type Harness, startHarness } from './harness.ts';
import { bent, pendingOrders, recordOf, send } from './write-harness.ts';

/** The same guarantees on a server with many connections: see cut-connection.postgres.test.ts. */
const nativePostgres = process.env.AIGUY_TEST_POSTGRES === 'native' ? await import('../../scripts/native-postgres.ts') : undefined;

let harness: Harness;
before(async () => {
  harness = await startHarness({ start: nativePostgres?.startNativePostgres, shopOnly: true });
});
after(async () => await harness.close());

type Cut = { when: 'before' | 'after'; statement: string };

/** Stands between a pool and the database; cuts the connection once, at the first sight of a statement or of the answer to it. */
async function startProxy(cut: Cut) {
  const target = new URL(harness.databaseUrl);
  const sockets: Socket[] = [];
  let isDone = false;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    const ends = [client, upstream];
    sockets.push(...ends);
    let wasSent = false;
    const hangUp = () => {
      isDone = true;
      for (const socket of ends) socket.destroy();
    };
    client.on('data', (bytes) => {
      const isSeen = !isDone && bytes.includes(`${cut.statement}\0`);
      if (isSeen && cut.when === 'before') return hangUp();
      wasSent = isSeen;
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (wasSent && !isDone) return hangUp();
      client.write(bytes);
    });
    for (const [one, other] of [ends, ends.toReversed()] as [Socket, Socket][]) {
      one.on('error', () => undefined);
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = new URL(harness.databaseUrl);
  own.port = String((server.address() as AddressInfo).port);
  return {
    url: own.href,
    wasCut: () => isDone,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const points: [string, Cut, boolean][] = [
  ['before its transaction', { when: 'before', statement: 'BEGIN' }, false],
  ['before the tool runs', { when: 'after', statement: 'SAVEPOINT handler' }, false],
  ['before its commit', { when: 'before', statement: 'COMMIT' }, false],
  ['after its commit, before the answer', { when: 'after', statement: 'COMMIT' }, true],
];

for (const [what, cut, isDone] of points) {
  test(`a write that is cut off ${what} is ${isDone ? 'done' : 'not done'}; sent again it is done once`, async () => {
    const proxy = await startProxy(cut);
    const database = openDatabase({ url: proxy.url, connectionsMax: 1, connectTimeoutMs: 2000, statementTimeoutMs: 3000 });
    try {
      const on = await harness.build({ catalogue: bent(), database });
      const [order] = await pendingOrders(harness);
      const id = order?.order_id ?? '';
      const write = { on, args: { order_id: id, reason: 'no_longer_needed' }, sub: `customer:${order?.customer_id}`, key: randomUUID() };
      const answer = await send(harness, write);
      assert.deepEqual([answer.status, answer.body.code, proxy.wasCut()], [503, 'database_unavailable', true]);
      assert.equal((await recordOf(harness, id)).status, isDone ? 'cancelled' : 'pending');
      const again = await send(harness, write);
      assert.deepEqual([again.status, again.headers['idempotency-replayed']], [200, isDone ? 'true' : undefined]);
      const record = await recordOf(harness, id);
      assert.deepEqual([record.status, record.payments.length], ['cancelled', 2]);
    } finally {
      await database.end();
      proxy.stop();
    }
  });
}
