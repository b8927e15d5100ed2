// What a read can do to the database: read.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inTransaction } from '@aiguy/manifests/database';
import { type Harness, startHarness } from './harness.ts';
import { send } from './write-harness.ts';

const nativePostgres = process.env.AIGUY_TEST_POSTGRES === 'native' ? await import('../../scripts/native-postgres.ts') : undefined;

let harness: Harness;
before(async () => {
  harness = await startHarness({ start: nativePostgres?.startNativePostgres, shopOnly: true });
});
after(async () => await harness?.close());

const args = { order_id: 'W2530531' };
const cancel = "UPDATE orders SET status = 'cancelled' WHERE order_id = 'W2530531'";

async function statusOf(orderId: string): Promise<string> {
  return (await harness.database.query('SELECT status FROM orders WHERE order_id = $1', [orderId])).rows[0].status;
}

for (const [how, write] of [
  ['in a statement', async () => await harness.reading.query(cancel)],
  ['in a transaction', async () => await inTransaction(harness.reading, async (connection) => await connection.query(cancel))],
  ['through a function', async () => await harness.reading.query("SELECT nextval('indexes_index_id_seq')")],
] as const) {
  test(`the handler of a read that writes ${how} fails, and nothing is written`, async () => {
    const errors: unknown[] = [];
    const handler = async () => {
      await write().catch((error: unknown) => {
        errors.push(error);
        throw error;
      });
      return {};
    };
    const service = await harness.build({ handlers: { get_order_status: handler } });
    const before = await statusOf('W2530531');
    const answer = await send(harness, { on: service, tool: 'get_order_status', args });
    assert.deepEqual([answer.status, answer.body.code], [502, 'tool_failed']);
    assert.match(String(errors[0]), /permission denied|read-only transaction/);
    assert.equal(await statusOf('W2530531'), before);
  });
}

test('a read runs as the reader, who may not even try, and sees neither the record nor the answers that are kept', async () => {
  const { rows } = await harness.reading.query('SELECT current_user AS role');
  assert.equal(rows[0].role, 'aiguy_tools_reader');
  const outside = inTransaction(harness.database, async (connection) => {
    await connection.query('SET LOCAL ROLE aiguy_tools_reader');
    await connection.query(cancel);
  });
  await assert.rejects(outside, /permission denied for table orders/);
  for (const table of ['audit', 'audit_key', 'idempotency_keys'])
    await assert.rejects(harness.reading.query(`SELECT * FROM ${table}`), /permission denied/, table);
});

test('the next one on the same connection is who it was before', async () => {
  await harness.reading.query('SELECT 1');
  const { rows } = await harness.database.query("SELECT current_user AS role, current_setting('transaction_read_only') AS read_only");
  assert.deepEqual(rows[0], { role: 'postgres', read_only: 'off' });
});

test('a table of a later migration can be read', async () => {
  await harness.database.query('CREATE TABLE later (n integer)');
  assert.deepEqual((await harness.reading.query('SELECT * FROM later')).rows, []);
});
