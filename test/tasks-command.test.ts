// npm run tasks as it is called: a process of its own on the database of the tools.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Database, inTransaction, migrate, openDatabase } from '@aiguy/manifests/database';
import { projectRoot } from '../scripts/data-directory.ts';
import { type EmbeddedPostgres, embeddedConnectionsMax, startEmbeddedPostgres } from '../scripts/embedded-postgres.ts';
import { migrationsFolder } from '../tools-api/src/demo/load-demo.ts';
import { openTaskQueue, type TaskQueue } from '../tools-api/src/tasks/queue.ts';
import { insertTask, orderKeyOf, readTask } from '../tools-api/src/tasks/tasks.ts';

let postgres: EmbeddedPostgres;
let database: Database;
let queue: TaskQueue;
const ids = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
const pollMs = 20;

before(async () => {
  postgres = await startEmbeddedPostgres();
  await migrate({ url: postgres.url, folder: migrationsFolder });
  database = openDatabase({ url: postgres.url, connectionsMax: embeddedConnectionsMax, connectTimeoutMs: 2000, statementTimeoutMs: 5000 });
  queue = await openTaskQueue({ databaseUrl: postgres.url, supervises: false, onProblem: () => undefined });
  const visit = { tool: 'navigate_page', input: { site: 'https://shop.example', path: '/sizes/', question: 'What sizes are there?' } };
  const report = { tool: 'make_order_report', input: { issuer: 'urn:test', subject: 'customer:3', from: '2026-01-01', to: '2026-12-31' } };
  for (const [index, id] of ids.entries()) {
    const task = {
      id,
      tool: 'create_support_ticket',
      subject: { issuer: 'urn:test', subject: `customer:${index}` },
      orderKey: `customer:${index}`,
      input: { reference: `T-22222${index + 2}` },
      title: 'Handing your ticket to our team',
      message: 'On its way.',
      ...(index === 2 ? visit : {}),
      ...(index === 3 ? report : {}),
    };
    await inTransaction(database, async (connection) => {
      await insertTask(connection, task);
      await queue.send(connection, { id, orderKey: orderKeyOf(task) });
    });
  }
  await queue.work(async () => ({ kind: 'bury', reason: 'Zendesk answered HTTP 422' }));
  while ((await queue.deadLetters()).length < ids.length) await new Promise((resolve) => setTimeout(resolve, pollMs));
  await queue.stop();
});
after(async () => {
  await database?.end();
  await postgres?.stop();
});

async function tasks(...args: string[]): Promise<{ code: number | null; output: string; errors: string }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(projectRoot, 'scripts', 'tasks.ts'), ...args], {
    cwd: projectRoot,
    env: { PATH: process.env.PATH, TOOLS_DATABASE_URL: postgres.url },
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output, errors };
}

const lastLine = (output: string) => JSON.parse(output.trim().split('\n').at(-1) ?? '');

test('dead letters are listed with what, since when and why', async () => {
  const { code, output } = await tasks('list', '--json');
  assert.equal(code, 0);
  const { deadLetters } = lastLine(output) as { deadLetters: { id: string; reason: string; input: object }[] };
  assert.deepEqual(deadLetters.map(({ id }) => id).toSorted(), ids.toSorted());
  assert.ok(deadLetters.every(({ reason }) => reason === 'Zendesk answered HTTP 422'));
});

test('one is shown, with the ticket, the page or the report that it is about', async () => {
  const { code, output } = await tasks('show', ids[0] ?? '');
  assert.equal(code, 0);
  assert.match(output, /tool: create_support_ticket\n[\s\S]*T-222222/);
  assert.match((await tasks('show', ids[2] ?? '')).output, /tool: navigate_page\n[\s\S]*\/sizes\//);
  assert.match((await tasks('show', ids[3] ?? '')).output, /tool: make_order_report\n[\s\S]*2026-12-31/);
});

test('one is sent again, then all that are left, each once', async () => {
  assert.deepEqual(lastLine((await tasks('redrive', ids[0] ?? '', '--json')).output), { redriven: 1 });
  assert.deepEqual(lastLine((await tasks('redrive', '--all', '--json')).output), { redriven: 3 });
  assert.deepEqual(lastLine((await tasks('list', '--json')).output), { deadLetters: [] });
  const { rows } = await database.query("SELECT data ->> 'taskId' AS id FROM task_jobs.job WHERE name = 'tasks' AND state = 'created'");
  assert.deepEqual(rows.map(({ id }) => id).toSorted(), ids.toSorted());
  assert.equal((await readTask(database, ids[0] ?? ''))?.state, 'queued');
});

test('what is wrong is named with what to do', async () => {
  for (const [args, message] of [
    [['redrive', ids[0] ?? ''], /There is no dead letter .*list names them/],
    [['show'], /show takes one id/],
    [['redrive', '--all', 'x'], /redrive takes ids, or --all/],
    [['purge'], /Say list, show or redrive/],
  ] as const) {
    const { code, errors } = await tasks(...args);
    assert.equal(code, 2);
    assert.match(errors, message);
  }
});
