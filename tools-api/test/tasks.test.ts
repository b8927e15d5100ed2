// What long tasks guarantee, from the call to the ticket system, on a real queue: kept with the call, done once and in order, whatever happens between.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { argumentsDigest } from '@aiguy/manifests/digest';
import type { TaskReference, TaskStatus } from '@aiguy/manifests/generated/http';
import type { Service } from '@aiguy/manifests/service';
import { signToken } from '@aiguy/manifests/tokens';
import { until } from '../../scripts/until.ts';
import { createZendesk } from '../src/backends/ticket-desk/zendesk.ts';
import { startZendesk, type ZendeskDouble } from '../src/backends/ticket-desk/zendesk-double.fixture.ts';
import { createTickets } from '../src/backends/tickets.ts';
import { type OpenTasks, openLongTasks } from '../src/tasks/long-tasks.ts';
import { ticketRunners } from '../src/tasks/ticket-runners.ts';
import { directToken, type Harness, newSid, startHarness, visitorHeaders } from './harness.ts';
import { bent, send, sendFor } from './write-harness.ts';

/** The same guarantees on a server with many connections: see tasks.postgres.test.ts. */
const nativePostgres = process.env.AIGUY_TEST_POSTGRES === 'native' ? await import('../../scripts/native-postgres.ts') : undefined;

const tool = 'create_support_ticket';
const args = {
  category: 'product',
  priority: 'high',
  summary: 'The kettle leaks',
  details: 'Card 4111 1111 1111 1111, mail jo@example.com, order W2530531.',
};
let harness: Harness;
let zendesk: ZendeskDouble;
let tasks: OpenTasks;
let service: Service;
let nowMs = Date.now();

before(async () => {
  harness = await startHarness({ start: nativePostgres?.startNativePostgres, shopOnly: true });
  zendesk = await startZendesk();
  await beginTasks();
});
beforeEach(async () => {
  nowMs += 3_600_000;
  zendesk.mood = () => 'well';
  zendesk.tickets.length = 0;
  zendesk.requests.length = 0;
  await harness.database.query("DELETE FROM tickets WHERE created_at > now() - interval '1 hour'");
  await harness.database.query('DELETE FROM tasks');
  await harness.database.query('DELETE FROM task_jobs.job');
});
after(async () => {
  await tasks?.stop();
  await harness?.close();
  await zendesk?.stop();
});

/** As a process does at boot. */
async function beginTasks(): Promise<void> {
  const { database, databaseUrl } = harness;
  const desk = createZendesk(zendesk.settings);
  const runners = ticketRunners({ desk, tickets: createTickets(database), nowMs: () => nowMs });
  tasks = await openLongTasks({ database, databaseUrl, runners });
  service = await harness.build({ catalogue: bent(), tasks });
  await tasks.work({ log: { warn: () => undefined }, metrics: service.metrics });
}

type Opened = { reference: string; task: TaskReference };

async function open(change: object = {}, { key = randomUUID(), sub }: { key?: string; sub?: string } = {}): Promise<Opened> {
  const { status, text, body } = await send(harness, { on: service, tool, args: { ...args, ...change }, key, ...(sub ? { sub } : {}) });
  assert.equal(status, 200, text);
  const { output, task } = body as { output: { reference: string }; task: TaskReference };
  return { reference: output.reference, task };
}

async function statusOf({ task }: Opened): Promise<TaskStatus> {
  const headers = { authorization: `Bearer ${await directToken(harness)}` };
  return (await service.app.inject({ url: `/tasks/${task.id}`, headers })).json();
}

/** Until what is awaited is there; the test's own time limit ends it. */
async function untilState(opened: Opened, state: TaskStatus['state']): Promise<TaskStatus> {
  let status = await statusOf(opened);
  await until(async () => {
    status = await statusOf(opened);
    return status.state === state;
  });
  return status;
}

/** Lets the pause between two attempts be over. */
async function hurry(): Promise<void> {
  await harness.database.query("UPDATE task_jobs.job SET start_after = now() WHERE name = 'tasks' AND state < 'active'");
  tasks.wake();
}

/** Until each job has been tried so often and lies back in the queue. */
async function untilRetried(times: number): Promise<void> {
  await until(async () => {
    const { rows } = await harness.database.query<{ open: number }>(
      "SELECT count(*)::int AS open FROM task_jobs.job WHERE name = 'tasks' AND (state = 'active' OR (state = 'retry' AND retry_count < $1 - 1))",
      [times],
    );
    return rows[0]?.open === 0;
  });
}

/** Until so many jobs lie in the queue that were tried and failed. */
async function untilTried(jobs: number): Promise<void> {
  await until(async () => {
    const { rows } = await harness.database.query<{ tried: number }>(
      "SELECT count(*)::int AS tried FROM task_jobs.job WHERE name = 'tasks' AND state = 'retry'",
    );
    return rows[0]?.tried === jobs;
  });
}

test('the reference is there at once, the ticket follows, personal data masked, and the task says so', async () => {
  const opened = await open();
  assert.match(opened.reference, /^T-/);
  assert.equal(opened.task.title, 'Handing your ticket to our team');
  const status = await untilState(opened, 'done');
  assert.deepEqual([status.message, status.progress], [`Your ticket ${opened.reference} has reached our team.`, 1]);
  const [made] = zendesk.tickets;
  assert.deepEqual([zendesk.tickets.length, made?.external_id, made?.priority], [1, opened.reference, 'high']);
  assert.equal(made?.comment.body, 'The kettle leaks\n\nCard [card number], mail [e-mail], order W2530531.');
  assert.deepEqual(made?.requester, { name: 'aarav.martin3986@example.com', email: 'aarav.martin3986@example.com' });
});

test('the same call again names the same task, and the ticket goes out once', async () => {
  const key = randomUUID();
  const [first, second] = [await open({}, { key }), await open({}, { key })];
  assert.deepEqual(first, second);
  await untilState(first, 'done');
  assert.equal(zendesk.tickets.length, 1);
});

test('a call that fails leaves neither ticket nor task', async () => {
  const failing = await harness.build({
    catalogue: bent(),
    tasks,
    handlers: {
      [tool]: {
        preview: async () => ({ summary: 'nothing', facts: [] }),
        run: async (given: never, context) => {
          const real = harness.handlers[tool];
          if (real && typeof real !== 'function') await real.run(given, context);
          throw new Error('after all');
        },
      },
    },
  });
  assert.equal((await send(harness, { on: failing, tool, args })).status, 502);
  const { rows } = await harness.database.query(
    `SELECT (SELECT count(*)::int FROM tickets WHERE summary = $1) AS tickets, (SELECT count(*)::int FROM tasks) AS tasks,
            (SELECT count(*)::int FROM task_jobs.job WHERE name = 'tasks') AS jobs`,
    [args.summary],
  );
  assert.deepEqual(rows[0], { tickets: 0, tasks: 0, jobs: 0 });
});

test('with Zendesk down the tickets are kept and say so; back again, each arrives once, in the order of its customer', async () => {
  zendesk.mood = () => 'down';
  const opened: Opened[] = [];
  for (let number = 1; number <= 3; number += 1) opened.push(await open({ summary: `Complaint ${number}` }));
  const other = await open({ summary: 'Somebody else’s' }, { sub: 'customer:liam_kovacs_4286' });
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    await untilRetried(attempt);
    await hurry();
  }
  const [first] = opened;
  assert.ok(first);
  const waiting = await untilState(first, 'queued');
  assert.equal(waiting.message, `Your ticket ${first.reference} is kept. It reaches our team as soon as their system answers again.`);
  assert.equal(zendesk.tickets.length, 0);
  // Still down for the first alone: those behind it wait, somebody else's doesn't.
  zendesk.mood = (ticket) => (ticket?.external_id === first.reference ? 'down' : 'well');
  const tries = zendesk.requests.length;
  await until(async () => {
    await hurry();
    return zendesk.tickets.length > 0 && zendesk.requests.length > tries + 6;
  });
  assert.deepEqual(
    zendesk.tickets.map(({ external_id: reference }) => reference),
    [other.reference],
  );
  zendesk.mood = () => 'well';
  await until(async () => {
    await hurry();
    return zendesk.tickets.length === 4;
  });
  for (const one of opened) await untilState(one, 'done');
  const arrived = zendesk.tickets.map(({ external_id: reference }) => reference);
  assert.deepEqual(
    arrived.filter((reference) => reference !== other.reference),
    opened.map(({ reference }) => reference),
  );
});

test('pauses between attempts grow and are not all the same', async () => {
  zendesk.mood = () => 'down';
  for (const sub of ['customer:liam_kovacs_4286', 'customer:aarav_martin_9556', 'customer:ava_kovacs_3448']) await open({}, { sub });
  await untilRetried(1);
  const pausesS = async () =>
    (
      await harness.database.query<{ s: number }>(
        "SELECT extract(epoch FROM start_after - started_on)::float AS s FROM task_jobs.job WHERE name = 'tasks' AND state = 'retry'",
      )
    ).rows.map(({ s }) => s);
  await until(async () => (await pausesS()).length === 3);
  const first = await pausesS();
  assert.ok(
    first.every((s) => s > 9 && s < 25),
    String(first),
  );
  assert.equal(new Set(first.map((s) => s.toFixed(3))).size, 3);
  const before = zendesk.requests.length;
  await hurry();
  await until(() => zendesk.requests.length >= before + 3);
  await until(async () => (await pausesS()).filter((s) => s > 19).length === 3);
});

test('a ticket that Zendesk made without our hearing of it is not made twice', async () => {
  zendesk.mood = () => 'losing the answer';
  const opened = await open();
  await untilState(opened, 'queued');
  await untilRetried(1);
  zendesk.mood = () => 'well';
  await hurry();
  await untilState(opened, 'done');
  assert.equal(zendesk.tickets.length, 1);
});

test('the ticket of a process that was killed between delivery and its record is not made twice', async () => {
  const opened = await open();
  await untilState(opened, 'done');
  await until(async () => {
    const { rows } = await harness.database.query("SELECT FROM task_jobs.job WHERE name = 'tasks' AND state = 'completed'");
    return rows.length === 1;
  });
  // What such a process leaves behind: a job that is being worked on, by nobody.
  await harness.database.query(`UPDATE tasks SET state = 'running', message = NULL WHERE id = $1`, [opened.task.id]);
  await harness.database.query(
    "UPDATE task_jobs.job SET state = 'active', completed_on = NULL, heartbeat_on = now() - interval '1 hour', started_on = now() - interval '1 hour' WHERE name = 'tasks'",
  );
  await tasks.stop();
  await beginTasks();
  await until(async () => {
    const { rows } = await harness.database.query("SELECT FROM task_jobs.job WHERE name = 'tasks' AND state <> 'active'");
    return rows.length === 1;
  });
  await hurry();
  await untilState(opened, 'done');
  assert.equal(zendesk.tickets.length, 1);
});

test('asked for a pause, nobody’s ticket is tried before it is over', async () => {
  zendesk.mood = () => 'busy';
  const first = await open();
  await untilTried(1);
  zendesk.mood = () => 'well';
  const second = await open({}, { sub: 'customer:liam_kovacs_4286' });
  await untilTried(2);
  await hurry();
  await untilRetried(2);
  assert.equal(zendesk.requests.length, 1);
  nowMs += 94_000;
  await until(async () => {
    await hurry();
    return zendesk.tickets.length === 2;
  });
  assert.deepEqual(zendesk.tickets.map(({ external_id: reference }) => reference).toSorted(), [first.reference, second.reference].toSorted());
});

test('what Zendesk refuses three times lies among the dead letters, stops nobody behind it, and is sent again on command', async () => {
  let poison = '';
  zendesk.mood = (ticket) => (ticket === undefined || ticket.external_id === poison || poison === '' ? 'refusing' : 'well');
  const bad = await open({ summary: 'Poison' });
  poison = bad.reference;
  zendesk.mood = (ticket) => (ticket?.external_id === poison ? 'refusing' : 'well');
  const good = await open({ summary: 'The next one' });
  await until(async () => {
    await hurry();
    return (await tasks.queue.deadLetters()).length === 1;
  });
  assert.equal(zendesk.requests.filter(({ method }) => method === 'POST').length, 3);
  await tasks.clearAway();
  const failed = await untilState(bad, 'failed');
  assert.match(failed.message ?? '', new RegExp(`${bad.reference} is kept, but it could not be handed over`));
  tasks.wake();
  await untilState(good, 'done');
  const metrics = (await service.app.inject({ url: '/metrics' })).body;
  assert.match(metrics, /aiguy_tasks\{state="failed"\} 1/);
  assert.match(metrics, /aiguy_task_attempts_total\{tool="create_support_ticket",result="buried"\} 1/);

  zendesk.mood = () => 'well';
  assert.equal(await tasks.queue.redrive(harness.database, [bad.task.id]), 1);
  tasks.wake();
  await untilState(bad, 'done');
  assert.deepEqual(
    zendesk.tickets.map(({ external_id: reference }) => reference),
    [good.reference, bad.reference],
  );
  assert.deepEqual(await tasks.queue.deadLetters(), []);
});

test('without another system the ticket is where it belongs, and no task is left', async () => {
  const own = await harness.build({ catalogue: bent() });
  const { body } = await send(harness, { on: own, tool, args });
  assert.equal((body as { task?: object }).task, undefined);
});

test('a task is shown to whom it is for, with the scope of its tool, and to nobody else', async () => {
  const visitor = { sub: 'wp:1:1008', sid: newSid() };
  const { body } = await sendFor(harness, visitor, { on: service, tool, args });
  const { task } = body as unknown as Opened;
  const ask = async (headers: Record<string, string>, id = task.id) => {
    const response = await service.app.inject({ url: `/tasks/${id}`, headers });
    return [response.statusCode, response.json().code ?? response.json().id];
  };
  const question = { tool, scope: 'ticket:write', args: { task: task.id } };
  assert.deepEqual(await ask(await visitorHeaders(harness, { ...visitor, ...question })), [200, task.id]);
  assert.deepEqual(await ask(await visitorHeaders(harness, { ...question, sub: 'wp:1:1009' })), [404, 'not_found']);
  assert.deepEqual(await ask(await visitorHeaders(harness, { ...visitor, ...question, scopes: ['docs:read'] })), [403, 'insufficient_scope']);
  assert.deepEqual(await ask(await visitorHeaders(harness, { ...visitor, ...question, args: { task: randomUUID() } })), [401, 'invalid_token']);
  const other = { ...question, tool: 'get_ticket_status', scope: 'ticket:read' };
  assert.deepEqual(await ask(await visitorHeaders(harness, { ...visitor, ...other })), [401, 'invalid_token']);
  const direct = await directToken(harness, { sub: 'customer:liam_kovacs_4286' });
  for (const id of [task.id, randomUUID(), 'T-1', '..%2F..'])
    assert.deepEqual(await ask({ authorization: `Bearer ${direct}` }, id), [404, 'not_found']);
  assert.deepEqual(await ask({ authorization: 'Bearer no' }), [401, 'invalid_token']);
  const mixed = await visitorHeaders(harness, { ...visitor, ...question });
  const forged = await signToken('tool-token', harness.orchestrator.key, {
    sub: 'wp:1:1009',
    sid: visitor.sid,
    scope: 'ticket:write',
    tool,
    args_digest: argumentsDigest({ task: task.id }),
    jti: randomUUID(),
  });
  assert.deepEqual(await ask({ ...mixed, authorization: `Bearer ${forged}` }), [403, 'subject_mismatch']);
});
