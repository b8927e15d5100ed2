// Long tasks in a conversation: the chat goes on, each change stands in the log once, and the result is said even when no tab is open.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import type { AGUIEvent } from '@ag-ui/core';
import { argumentsDigest } from '@aiguy/manifests/digest';
import type { TaskValue } from '@aiguy/manifests/generated/events';
import type { ChatAnswer, TaskStatus } from '@aiguy/manifests/generated/http';
import { decodeJwt } from 'jose';
import { until } from '../../scripts/until.ts';
import { announce } from '../src/session/announce.ts';
import { EventLog } from '../src/session/event-log.ts';
import { textMessage } from '../src/session/run-events.ts';
import { Runs } from '../src/session/runs.ts';
import { Tasks } from '../src/session/tasks.ts';
import { createToolClient } from '../src/tools/client.ts';
import { createAskTask } from '../src/tools/task-status.ts';
import { callsTool, gate, type Harness, makeOwnKey, modelThat, newVisitor, saysText, startHarness } from './harness.ts';

type Visitor = ReturnType<typeof newVisitor>;

const scopes = ['docs:read', 'ticket:write'];
const tool = 'create_support_ticket';
const ticket = { category: 'other', priority: 'normal', summary: 'Box torn' };
const arrived = 'Your ticket T-7K3M9Q has reached our team.';
const title = 'Handing your ticket to our team';

/** A tools API on loopback that opens tickets and says of their tasks what the test wants. */
let server: Server;
let statuses: Map<string, Partial<TaskStatus> | 'nothing'>;
let asked: { url: string; headers: IncomingHttpHeaders }[];
let isFirstAnswerLost = false;
let lastTaskId = '';
let harness: Harness;
let hold: Promise<void> | undefined;

const model = modelThat(async function* (_call, request) {
  const last = request.messages.at(-1);
  const text = last?.role === 'user' ? last.text : '';
  if (/slow/.test(text)) await hold;
  if (last?.role === 'tool') yield* saysText('Ticket T-7K3M9Q is open.');
  else if (/ticket/.test(text)) yield* callsTool(tool, ticket);
  else yield* saysText('Hello.');
});

before(async () => {
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://tools');
    request.resume();
    const json = (status: number, body: object) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    if (pathname === `/tools/${tool}/preview`) return json(200, { tool, preview: { summary: 'Open a ticket', facts: [] } });
    if (pathname === `/tools/${tool}`) {
      if (isFirstAnswerLost) return response.destroy();
      const output = { reference: 'T-7K3M9Q', status: 'open', created_at: new Date().toISOString() };
      return json(200, { tool, output, task: { id: lastTaskId, title } });
    }
    asked.push({ url: pathname, headers: request.headers });
    const id = pathname.replace('/tasks/', '');
    const status = statuses.get(id);
    if (status === 'nothing') return response.destroy();
    return status === undefined
      ? json(404, { code: 'not_found' })
      : json(200, { id, title, state: 'queued', updated_at: new Date().toISOString(), ...status });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const key = await makeOwnKey();
  harness = await startHarness({
    model,
    scopes,
    tools: createToolClient({ url, key, random: () => 0 }),
    askTask: createAskTask({ url, key }),
  });
});
beforeEach(() => {
  statuses = new Map();
  asked = [];
  isFirstAnswerLost = false;
  lastTaskId = randomUUID();
});
after(async () => {
  await harness.close();
  server.close();
});

async function post(visitor: Visitor, path: string, payload: object): Promise<ChatAnswer> {
  const headers = { authorization: `Bearer ${await harness.assertionFor({ ...visitor, scopes })}`, accept: 'application/json' };
  const response = await harness.orchestrator.app.inject({ method: 'POST', url: path, headers, payload });
  assert.equal(response.statusCode, 200, response.body);
  return response.json();
}

/** A ticket asked for and confirmed. */
async function openTicket(visitor: Visitor): Promise<string> {
  const { interrupts } = await post(visitor, '/chat', { message: 'open a ticket' });
  const answer = await post(visitor, `/sessions/${visitor.sid}/confirmations/${interrupts?.[0]?.id}`, { decision: 'approve' });
  if (!isFirstAnswerLost) assert.equal(answer.text, 'Ticket T-7K3M9Q is open.');
  return lastTaskId;
}

async function eventsOf(visitor: Visitor): Promise<AGUIEvent[]> {
  const { rows } = await harness.database.query<{ seq: number; event: AGUIEvent }>(
    'SELECT seq, event FROM events WHERE session_id = $1 ORDER BY seq',
    [visitor.sid],
  );
  assert.deepEqual(
    rows.map(({ seq }) => seq),
    rows.map((_, index) => index + 1),
  );
  return rows.map(({ event }) => event);
}

async function tasksIn(visitor: Visitor): Promise<string[]> {
  return (await eventsOf(visitor)).flatMap((event) =>
    event.type === 'CUSTOM' && event.name === 'aiguy.task' ? [(event.value as TaskValue).state] : [],
  );
}

async function saidIn(visitor: Visitor): Promise<string[]> {
  return (await eventsOf(visitor)).flatMap((event) => (event.type === 'TEXT_MESSAGE_CONTENT' ? [event.delta] : []));
}

/** As if the time of the next look had come. */
async function sweep(): Promise<void> {
  await harness.database.query("UPDATE tasks SET look_at = now() - interval '1 second' WHERE look_at IS NOT NULL");
  await harness.orchestrator.liveRuns.sweep();
}

test('a ticket is asked for, confirmed and on its way; the chat goes on; with every tab closed the result arrives, once', async () => {
  const visitor = newVisitor();
  const id = await openTicket(visitor);
  assert.deepEqual(await tasksIn(visitor), ['queued']);
  assert.equal((await post(visitor, '/chat', { message: 'hello' })).text, 'Hello.');
  statuses.set(id, { state: 'running', progress: 0.5 });
  await sweep();
  assert.deepEqual(await tasksIn(visitor), ['queued', 'running']);
  statuses.set(id, { state: 'done', progress: 1, message: arrived });
  await sweep();
  await sweep();
  assert.deepEqual(await tasksIn(visitor), ['queued', 'running', 'done']);
  assert.equal((await saidIn(visitor)).filter((text) => text === arrived).length, 1);
  const looks = asked.length;
  await sweep();
  assert.equal(asked.length, looks);
  const { rows } = await harness.database.query('SELECT visitor, assertion, look_at FROM tasks WHERE id = $1', [id]);
  assert.deepEqual(rows[0], { visitor: null, assertion: null, look_at: null });
  await post(visitor, '/chat', { message: 'thanks' });
  const told = model.requests.at(-1)?.messages ?? [];
  assert.ok(told.every((message) => message.role !== 'user' || message.text !== ''));
  assert.match(JSON.stringify(told), new RegExp(arrived));
});

test('what comes later, with every tab closed, is said in the language that the visitor was in when he asked', async () => {
  const visitor = { ...newVisitor(), language: 'de' };
  const id = await openTicket(visitor);
  statuses.set(id, { state: 'done', progress: 1, message: arrived });
  await sweep();
  await sweep();
  assert.ok((await saidIn(visitor)).includes('Ihr Ticket T-7K3M9Q ist bei unserem Team angekommen.'));
  const tasks = (await eventsOf(visitor)).flatMap((event) =>
    event.type === 'CUSTOM' && event.name === 'aiguy.task' ? [(event.value as TaskValue).title] : [],
  );
  assert.deepEqual(tasks, ['Ihr Ticket wird unserem Team übergeben', 'Ihr Ticket wird unserem Team übergeben']);
});

test('it is asked as the visitor, with a token for this task of this tool', async () => {
  const visitor = newVisitor();
  const id = await openTicket(visitor);
  await sweep();
  const { url, headers } = asked.at(-1) ?? assert.fail('nobody asked');
  assert.equal(url, `/tasks/${id}`);
  const claims = decodeJwt(String(headers.authorization).replace('Bearer ', ''));
  assert.deepEqual([claims.tool, claims.scope, claims.sid, claims.args_digest], [tool, 'ticket:write', visitor.sid, argumentsDigest({ task: id })]);
  assert.equal(decodeJwt(String(headers['x-visitor-assertion'])).sid, visitor.sid);
});

test('while a turn runs the change is shown and the result waits; it is said when the turn has ended', async () => {
  const visitor = newVisitor();
  const id = await openTicket(visitor);
  const held = gate();
  hold = held.opened;
  const answer = post(visitor, '/chat', { message: 'something slow' });
  await until(() => harness.orchestrator.liveRuns.count > 0);
  statuses.set(id, { state: 'done', message: arrived });
  await sweep();
  assert.deepEqual(await tasksIn(visitor).then((states) => states.at(-1)), 'done');
  assert.ok(!(await saidIn(visitor)).includes(arrived));
  held.open();
  await answer;
  await sweep();
  await sweep();
  assert.deepEqual((await saidIn(visitor)).slice(-2), ['Hello.', arrived]);
});

test('two processes that look at once say it once', async () => {
  const visitor = newVisitor();
  const id = await openTicket(visitor);
  statuses.set(id, { state: 'done', message: arrived });
  await harness.database.query("UPDATE tasks SET look_at = now() - interval '1 second' WHERE id = $1", [id]);
  await Promise.all([1, 2].map(async () => await harness.orchestrator.liveRuns.sweep()));
  assert.equal((await saidIn(visitor)).filter((text) => text === arrived).length, 1);
  assert.deepEqual(await tasksIn(visitor), ['queued', 'done']);
});

test('a process that was so slow that another one has said it says nothing', async () => {
  const visitor = newVisitor();
  const id = await openTicket(visitor);
  const tasks = new Tasks(harness.database);
  const runs = new Runs(harness.database, new EventLog(harness.database), 'another process');
  await harness.database.query('UPDATE tasks SET unsaid = $2 WHERE id = $1', [id, arrived]);
  const say = async () =>
    await announce(runs, visitor.sid, async (connection) => ((await tasks.said(connection, id, arrived)) ? textMessage(arrived) : undefined));
  assert.deepEqual([await say(), await say()], [true, false]);
  assert.equal((await saidIn(visitor)).filter((text) => text === arrived).length, 1);
});

test('an answer that is late or the same changes nothing', async () => {
  const visitor = newVisitor();
  const id = await openTicket(visitor);
  statuses.set(id, { state: 'queued', message: 'Kept.', updated_at: '2026-11-21T10:00:02.000Z' });
  await sweep();
  await sweep();
  statuses.set(id, { state: 'running', updated_at: '2026-11-21T10:00:01.000Z' });
  await sweep();
  assert.deepEqual(await tasksIn(visitor), ['queued', 'queued']);
});

test('what was given up is said, and so is that it came off later', async () => {
  const visitor = newVisitor();
  const id = await openTicket(visitor);
  statuses.set(id, { state: 'failed', message: 'A colleague has to look into it.', updated_at: '2026-11-21T10:00:01.000Z' });
  await sweep();
  statuses.set(id, { state: 'done', message: arrived, updated_at: '2026-11-21T10:00:02.000Z' });
  await sweep();
  assert.deepEqual((await saidIn(visitor)).slice(-2), ['A colleague has to look into it.', arrived]);
});

test('a tools API that is away is asked again in growing pauses, for a day', async () => {
  const visitor = newVisitor();
  const id = await openTicket(visitor);
  statuses.set(id, 'nothing');
  const pauses: number[] = [];
  for (let look = 0; look < 8; look += 1) {
    await sweep();
    const { rows } = await harness.database.query<{ s: number }>(
      'SELECT round(extract(epoch FROM look_at - now()))::int AS s FROM tasks WHERE id = $1',
      [id],
    );
    pauses.push(rows[0]?.s ?? -1);
  }
  assert.deepEqual(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
  assert.deepEqual(await tasksIn(visitor), ['queued']);
  await harness.database.query("UPDATE tasks SET created_at = now() - interval '25 hours' WHERE id = $1", [id]);
  const looks = () => asked.filter(({ url }) => url === `/tasks/${id}`).length;
  const before = looks();
  await sweep();
  assert.equal(looks(), before);
});

test('a write of which nobody knew leads to its task too, once it is certain', async () => {
  const visitor = newVisitor();
  isFirstAnswerLost = true;
  const id = await openTicket(visitor);
  assert.deepEqual(await tasksIn(visitor), []);
  isFirstAnswerLost = false;
  await harness.database.query("UPDATE effects SET check_at = now() - interval '1 second' WHERE status = 'unknown'");
  await harness.orchestrator.liveRuns.sweep();
  assert.deepEqual(await tasksIn(visitor), ['queued']);
  statuses.set(id, { state: 'done', message: arrived });
  await sweep();
  assert.ok((await saidIn(visitor)).includes(arrived));
});
