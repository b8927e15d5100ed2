import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { migrate } from '@aiguy/manifests/database';
import pg from 'pg';
import { childrenOf, startNativePostgres } from './native-postgres.ts';

const migrations = new URL('../tools-api/migrations', import.meta.url).pathname;

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000, query_timeout: 10_000 });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

// A temporary folder of this test's own, so that what is left in it was left by this test.
const folder = mkdtempSync(join(tmpdir(), 'aiguy-native-'));
process.env.TMPDIR = folder;
after(() => rmSync(folder, { recursive: true, force: true }));
const temporary = () => readdirSync(folder).filter((name) => name.startsWith('aiguy-postgres-'));

test('a real Postgres has pgvector, takes the migrations, serves only loopback, and leaves no process, file or mount behind', async () => {
  const postgres = await startNativePostgres();
  const processes = [postgres.pid, ...childrenOf(postgres.pid)];
  try {
    assert.ok(processes.length > 3, 'the server has its background processes');
    await query(postgres.url, 'CREATE EXTENSION vector');
    await migrate({ url: postgres.url, folder: migrations });
    assert.deepEqual(await query(postgres.url, "SELECT ('[1,0]'::vector <=> '[0,1]'::vector) AS distance"), [{ distance: 1 }]);
    assert.deepEqual(await query(postgres.url, 'SELECT count(*)::int AS count FROM chunks'), [{ count: 0 }]);
    const [settings] = await query(
      postgres.url,
      "SELECT current_setting('fsync') AS fsync, current_setting('listen_addresses') AS addresses, current_setting('unix_socket_directories') AS sockets",
    );
    assert.deepEqual(settings, { fsync: 'on', addresses: '127.0.0.1', sockets: '' });
    assert.equal(temporary().length, 1);
  } finally {
    await postgres.stop();
  }
  assert.deepEqual(
    processes.filter((pid) => existsSync(`/proc/${pid}`)),
    [],
  );
  assert.deepEqual(temporary(), []);
  assert.doesNotMatch(readFileSync('/proc/self/mounts', 'utf8'), /postgres-17/);
});

test('with a folder of its own a real Postgres keeps its data from one start to the next, and stops while clients are connected', async () => {
  const dataDir = join(folder, 'kept');
  const first = await startNativePostgres({ dataDir });
  const idle = new pg.Client(first.url);
  idle.on('error', () => undefined);
  await idle.connect();
  await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS value');
  await first.stop();
  await idle.end().catch(() => undefined);

  const second = await startNativePostgres({ dataDir });
  try {
    assert.deepEqual(await query(second.url, 'SELECT value FROM kept'), [{ value: 7 }]);
  } finally {
    await second.stop();
  }
});

test('a start that is aborted rejects and leaves nothing', async () => {
  await assert.rejects(startNativePostgres({ signal: AbortSignal.abort(new Error('no longer wanted')) }), /no longer wanted/);
  assert.deepEqual(temporary(), []);
});

test('an abort after the start stops the server', async () => {
  const controller = new AbortController();
  const postgres = await startNativePostgres({ signal: controller.signal });
  controller.abort();
  await postgres.stop();
  assert.equal(existsSync(`/proc/${postgres.pid}`), false);
});
