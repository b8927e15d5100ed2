// One attempt at a task, on real rows.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type Database, inTransaction, migrate, openDatabase } from '@aiguy/manifests/database';
import { AiguyError } from '@aiguy/manifests/errors';
import { type EmbeddedPostgres, embeddedConnectionsMax, startEmbeddedPostgres } from '../../../scripts/embedded-postgres.ts';
import { DeskError } from '../backends/ticket-desk/desk.ts';
import { migrationsFolder } from '../demo/load-demo.ts';
import { type AttemptResult, giveUpTask, runTask, type TaskRunner } from './run-task.ts';
import { insertTask, readTask, startAgain } from './tasks.ts';

let postgres: EmbeddedPostgres;
let database: Database;

before(async () => {
  postgres = await startEmbeddedPostgres();
  await migrate({ url: postgres.url, folder: migrationsFolder });
  database = openDatabase({ url: postgres.url, connectionsMax: embeddedConnectionsMax, connectTimeoutMs: 2000, statementTimeoutMs: 5000 });
});
after(async () => {
  await database?.end();
  await postgres?.stop();
});

async function newTask(): Promise<string> {
  const id = randomUUID();
  const subject = { issuer: 'urn:test', subject: 'customer:one' };
  const task = { id, tool: 'visit_page', subject, orderKey: 'one', input: { page: '/help' }, title: 'Reading the page', message: 'Soon.' };
  await inTransaction(database, async (connection) => await insertTask(connection, task));
  return id;
}

function portsOf(run: TaskRunner['run'], rest: Partial<TaskRunner> = {}) {
  const results: AttemptResult[] = [];
  const runner: TaskRunner = { run, waiting: () => 'Not yet.', givenUp: ({ page }) => `Gave up on ${page}.`, ...rest };
  return { results, database, runners: { visit_page: runner }, attempted: (_tool: string, result: AttemptResult) => results.push(result) };
}

const never = new AbortController().signal;
const attempt = async (ports: ReturnType<typeof portsOf>, id: string, retries = 0) =>
  await runTask(ports, id, { stopping: never, ending: never, retries });

test('progress is there to read while it goes on, the result afterwards, and nothing is done twice', async () => {
  const id = await newTask();
  let seen: unknown;
  const ports = portsOf(async ({ page }, { progress, isRepeated }) => {
    await progress(0.5, 'Half of it.');
    const row = await readTask(database, id);
    seen = [page, isRepeated, row?.state, row?.progress, row?.message];
    return { message: 'All of it.' };
  });
  assert.deepEqual(await attempt(ports, id), { kind: 'done' });
  assert.deepEqual(seen, ['/help', false, 'running', 0.5, 'Half of it.']);
  const row = await readTask(database, id);
  assert.deepEqual([row?.state, row?.progress, row?.message, row?.attempts], ['done', 1, 'All of it.', 1]);
  await attempt(ports, id);
  assert.deepEqual(ports.results, ['done', 'nothing_to_do']);
});

test('an unforeseen error is tried again, and what it says is kept nowhere', async () => {
  const id = await newTask();
  const repeated: boolean[] = [];
  const ports = portsOf(async (_input, { isRepeated }) => {
    repeated.push(isRepeated);
    throw new TypeError('jo@example.com');
  });
  assert.deepEqual(await attempt(ports, id), { kind: 'retry', reason: 'failed with TypeError' });
  await attempt(ports, id);
  const row = await readTask(database, id);
  assert.deepEqual([row?.state, row?.message, row?.reason], ['queued', 'Not yet.', 'failed with TypeError']);
  assert.deepEqual(repeated, [false, true]);
});

test('the third refusal buries it; outages in between don’t count; sent again, it has three anew', async () => {
  const id = await newTask();
  const kinds = ['refused', 'unavailable', 'unavailable', 'refused', 'refused', 'refused'] as const;
  let nth = 0;
  const ports = portsOf(async () => {
    const kind = kinds[nth++] ?? 'unavailable';
    throw new DeskError(kind, 'no');
  });
  const ends: string[] = [];
  for (let count = 0; count < 5; count += 1) ends.push((await attempt(ports, id)).kind);
  assert.deepEqual(ends, ['retry', 'retry', 'retry', 'retry', 'bury']);
  await giveUpTask(ports, { taskId: id, orderKey: '', since: new Date(), reason: undefined });
  const row = await readTask(database, id);
  assert.deepEqual([row?.state, row?.message], ['failed', 'Gave up on /help.']);
  await inTransaction(database, async (connection) => await startAgain(connection, id));
  assert.equal((await attempt(ports, id)).kind, 'retry');
});

test('a kind of task that is not worth a day of attempts is buried after its own number, also when it was sent again', async () => {
  const id = await newTask();
  const ports = portsOf(
    async () => {
      throw new AiguyError('tool_timeout');
    },
    { attemptsMax: 2 },
  );
  const ends = [await attempt(ports, id, 0), await attempt(ports, id, 1), await attempt(ports, id, 0)];
  assert.deepEqual(ends, [
    { kind: 'retry', reason: 'failed with tool_timeout' },
    { kind: 'bury', reason: 'failed with tool_timeout' },
    { kind: 'retry', reason: 'failed with tool_timeout' },
  ]);
});

test('what the call would have answered with is kept, and the question is not', async () => {
  const id = await newTask();
  await attempt(
    portsOf(async () => ({ message: 'Read.', output: { title: 'Help' } })),
    id,
  );
  const row = await readTask(database, id);
  assert.deepEqual([row?.output, row?.input], [{ title: 'Help' }, {}]);
});

test('a task of a tool that nothing here runs is buried rather than tried for ever', async () => {
  const id = await newTask();
  assert.deepEqual(await attempt({ ...portsOf(async () => ({ message: '' })), runners: {} as never }, id), {
    kind: 'bury',
    reason: 'nothing here runs tasks of this tool',
  });
});

test('the end of the process ends the attempt', async () => {
  const id = await newTask();
  const stopping = new AbortController();
  const ports = portsOf(async (_input, { signal }) => {
    stopping.abort();
    signal.throwIfAborted();
    return { message: 'never' };
  });
  assert.equal((await runTask(ports, id, { stopping: stopping.signal, ending: never, retries: 0 })).kind, 'retry');
});

test('the process that begins to end breaks off what may be, and waits for the rest', async () => {
  const broken: boolean[] = [];
  for (const mayBreakOff of [true, false]) {
    const id = await newTask();
    const ending = new AbortController();
    const ports = portsOf(
      async (_input, { signal }) => {
        ending.abort();
        broken.push(signal.aborted);
        return { message: '' };
      },
      { mayBreakOff },
    );
    await runTask(ports, id, { stopping: never, ending: ending.signal, retries: 0 });
  }
  assert.deepEqual(broken, [true, false]);
});
