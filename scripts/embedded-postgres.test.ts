import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';

let embedded: EmbeddedPostgres;
before(async () => {
  embedded = await startEmbeddedPostgres();
});
after(async () => await embedded.stop());

test('clients that ask at once each get the answer to their own statement', async () => {
  const pools = Array.from({ length: 4 }, () => new pg.Pool({ connectionString: embedded.url, max: 2 }));
  const ask = async (pool: pg.Pool, client: number, nth: number) => {
    // Long enough to arrive in several pieces.
    const text = `${client}-${nth}-${'x'.repeat(nth % 20 === 0 ? 100_000 : 10)}`;
    const { rows } = await pool.query(`SELECT $1::text AS c${client}_${nth}`, [text]);
    assert.deepEqual(rows, [{ [`c${client}_${nth}`]: text }]);
  };
  try {
    await Promise.all(pools.flatMap((pool, client) => Array.from({ length: 40 }, (_, nth) => ask(pool, client, nth))));
  } finally {
    await Promise.all(pools.map((pool) => pool.end()));
  }
});

test('a client that goes away in the middle of a request or a transaction holds up nobody', async () => {
  const address = new URL(embedded.url);
  const parse = Buffer.concat([Buffer.from('P'), Buffer.alloc(4), Buffer.from('\0SELEC nonsense\0'), Buffer.alloc(2)]);
  parse.writeInt32BE(parse.length - 1, 1);
  const other = new pg.Client({ connectionString: embedded.url });
  await other.connect();
  await other.query('BEGIN');
  await other.query('CREATE TABLE left_behind (one integer)');
  other.on('error', () => undefined);
  (other as unknown as { connection: { stream: { destroy: () => void } } }).connection.stream.destroy();
  await new Promise<void>((resolve) => {
    const socket = connect(Number(address.port), address.hostname, () => socket.write(parse));
    socket.once('data', () => socket.destroy());
    socket.once('close', () => resolve());
  });
  const idle = new pg.Client({ connectionString: embedded.url });
  await idle.connect();
  const next = new pg.Client({ connectionString: embedded.url, query_timeout: 5000 });
  await next.connect();
  const { rows } = await next.query(`SELECT to_regclass('left_behind') AS found, $1::int AS one`, [1]);
  assert.deepEqual(rows, [{ found: null, one: 1 }]);
  await Promise.all([next.end(), idle.end()]);
});
