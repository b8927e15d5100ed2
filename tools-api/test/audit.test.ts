// The record of tool calls: complete, append-only, and chained so that a change behind the application's back shows.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Service } from '@aiguy/manifests/service';
import { projectRoot } from '../../scripts/data-directory.ts';
import { openAudit } from '../src/audit/audit.ts';
import { verifyAudit } from '../src/audit/verify-audit.ts';
import { type Harness, newSid, startHarness, visitorHeaders } from './harness.ts';
import { bent, send } from './write-harness.ts';

const nativePostgres = process.env.AIGUY_TEST_POSTGRES === 'native' ? await import('../../scripts/native-postgres.ts') : undefined;

let harness: Harness;
let service: Service;
before(async () => {
  harness = await startHarness({ start: nativePostgres?.startNativePostgres, shopOnly: true });
  service = await harness.build({ catalogue: bent() });
});
after(async () => await harness?.close());

const args = { order_id: 'W2530531' };
const read = { tool: 'get_order_status', args };

async function recorded(requestId: string | undefined) {
  const { rows } = await harness.database.query('SELECT tool, decision, code FROM audit WHERE request_id = $1', [requestId]);
  return rows.map(({ tool, decision, code }) => [tool, decision, code]);
}

/** As somebody who owns the tables would do it. */
async function tamper(sql: string): Promise<void> {
  await harness.database.query('ALTER TABLE audit DISABLE TRIGGER USER');
  try {
    await harness.database.query(sql);
  } finally {
    for (const trigger of ['audit_append_only', 'audit_no_truncate', 'audit_chained'])
      await harness.database.query(`ALTER TABLE audit ENABLE ALWAYS TRIGGER ${trigger}`);
  }
}

test('what is refused before the recipe is on record too, as soon as a signature says for whom', async () => {
  const sid = newSid();
  const headers = await visitorHeaders(harness, { ...read, scope: 'order:read', sid });
  const without = await send(harness, { on: service, ...read, headers: { ...headers, 'x-visitor-assertion': '' } });
  const forged = await send(harness, {
    on: service,
    ...read,
    headers: { ...headers, 'x-visitor-assertion': `${headers['x-visitor-assertion'].slice(0, -6)}AAAAAA` },
  });
  const illFormed = await send(harness, { on: service, tool: read.tool, args: { order_id: '\ud800' } });
  const unknown = await send(harness, { on: service, tool: 'drop_tables', args: {} });
  assert.deepEqual(await recorded(without.body.requestId), [['get_order_status', 'denied', without.body.code]]);
  assert.deepEqual(await recorded(forged.body.requestId), [['get_order_status', 'denied', 'invalid_token']]);
  assert.deepEqual(await recorded(illFormed.body.requestId), [['get_order_status', 'denied', 'invalid_request']]);
  assert.deepEqual(await recorded(unknown.body.requestId), [['unknown', 'denied', 'unknown_tool']]);
});

test('rows of reads and writes at once make one chain without a gap, and nobody waits for ever', async () => {
  const calls = Array.from({ length: 60 }, async (_, index) => {
    if (index % 3 === 0)
      return await send(harness, { on: service, tool: 'cancel_order', args: { order_id: `W00000${index}`, reason: 'no_longer_needed' } });
    return await send(harness, { on: service, ...read });
  });
  await Promise.all(calls);
  const verdict = await verifyAudit(harness.database);
  assert.ok(verdict.isIntact, JSON.stringify(verdict));
  const { rows } = await harness.database.query('SELECT count(*)::int AS count, max(audit_id)::int AS last FROM audit');
  assert.deepEqual([rows[0].count, rows[0].last], [verdict.rows, verdict.rows]);
});

test('no text breaks the chain: quotes, control characters, other scripts, nothing', async () => {
  const audit = await openAudit(harness.database);
  const entry = { requestId: 'r', issuer: 'i', subject: 's', tool: 't', argsDigest: 'd', decision: 'allowed', code: 'ok', latencyMs: 1.6 } as const;
  const texts = ['', '"\\/', '\b\f\n\r\t\u0001\u001f\u007f', 'Grüße 日本 👟\u2028', "'; DROP TABLE audit; --"];
  for (const text of texts) await audit.record({ ...entry, sessionId: undefined, requestId: text, issuer: text, tool: text, code: text });
  assert.equal((await verifyAudit(harness.database)).isIntact, true);
});

test('rows can be neither changed nor deleted, not by the owner of the table and not by a session that calls itself a replica', async () => {
  for (const sql of ["UPDATE audit SET code = 'ok'", 'DELETE FROM audit', 'TRUNCATE audit'])
    await assert.rejects(harness.database.query(sql), /append-only/, sql);
  const connection = await harness.database.connect();
  try {
    await connection.query('BEGIN');
    await connection.query('SET LOCAL session_replication_role = replica');
    await assert.rejects(connection.query('DELETE FROM audit'), /append-only/);
  } finally {
    await connection.query('ROLLBACK');
    connection.release();
  }
});

test('a row that is inserted with a number and a hash of its own gets those of the chain', async () => {
  await harness.database.query(
    `INSERT INTO audit (audit_id, request_id, issuer, subject_hash, tool, args_digest, decision, code, latency_ms, hash)
     VALUES (1, $1, '', '', '', '', 'allowed', 'ok', 0, 'mine')`,
    [randomUUID()],
  );
  assert.equal((await verifyAudit(harness.database)).isIntact, true);
});

async function audit(...options: string[]): Promise<{ code: number | null; output: string; errors: string }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(projectRoot, 'scripts', 'audit.ts'), ...options], {
    cwd: projectRoot,
    env: { PATH: process.env.PATH, TOOLS_DATABASE_URL: harness.databaseUrl },
  });
  const text = { output: '', errors: '' };
  child.stdout.on('data', (chunk) => {
    text.output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text.errors += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...text };
}

test('npm run audit -- verify names the first row that was changed, added, or is missing, and a cut end by the head that was noted', async () => {
  const intact = await audit('verify', '--json');
  assert.deepEqual([intact.code, intact.errors], [0, '']);
  const head = /^Head: (\d+:[0-9a-f]{64})$/m.exec(intact.output)?.[1] ?? '';
  assert.equal((await audit('verify', '--head', head)).code, 0);
  const { auditId } = (JSON.parse(intact.output.trim().split('\n').at(-1) ?? '') as { head: { auditId: number } }).head;

  await tamper(`DELETE FROM audit WHERE audit_id = ${auditId}`);
  assert.equal((await audit('verify')).code, 0);
  const cut = await audit('verify', '--head', head);
  assert.deepEqual([cut.code, cut.output], [1, `Broken at row ${auditId}: it is missing, and so are all up to ${auditId}.\n`]);

  await tamper("UPDATE audit SET code = 'never' WHERE audit_id = 7");
  assert.deepEqual(await audit('verify'), { code: 1, output: 'Broken at row 7: its hash does not fit it and the row before it.\n', errors: '' });
  await tamper('DELETE FROM audit WHERE audit_id = 3');
  assert.match((await audit('verify')).output, /^Broken at row 4:/);
});

test('npm run audit -- --help explains itself; a wrong call is exit code 2', async () => {
  const help = await audit('--help');
  assert.equal(help.code, 0);
  assert.match(help.output, /^Usage: npm run audit/);
  for (const wrong of [[], ['check'], ['verify', '--head', '7']]) assert.equal((await audit(...wrong)).code, 2, wrong.join(' '));
});
