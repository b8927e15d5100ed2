// A report that the queue makes: the chat goes on meanwhile, its progress stands in the log, and with every tab closed the result arrives with its file, once.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import type { AGUIEvent } from '@ag-ui/core';
import type { FileValue, TaskValue } from '@aiguy/manifests/generated/events';
import type { ChatAnswer, TaskStatus } from '@aiguy/manifests/generated/http';
import { loadManifests } from '@aiguy/manifests/load';
import { wordsIn } from '@aiguy/manifests/words';
import { createToolClient } from '../src/tools/client.ts';
import { createFetchFile } from '../src/tools/fetch-file.ts';
import { createAskTask } from '../src/tools/task-status.ts';
import { whatIsSaid } from '../src/turn/follow-tasks.ts';
import { callsTool, type Harness, makeOwnKey, modelThat, newVisitor, saysText, startHarness } from './harness.ts';

const tool = 'make_order_report';
const scopes = ['docs:read', 'order:read'];
const title = 'Making the report of your orders';
const year = { from: '2026-01-01', to: '2026-12-31' };
const later = { state: 'later', ...year, summary: 'I am making the report of your orders in 2026.' };
const made = loadManifests().get(tool)?.manifest.examples[0]?.output as { summary: string; file: FileValue['file'] };
const pdf = Buffer.from('%PDF-1.7 end');
let server: Server;
let harness: Harness;
let status: Partial<TaskStatus> = {};
let taskId = '';

const model = modelThat((_call, { messages }) => {
  const last = messages.at(-1);
  if (last?.role === 'tool') return saysText(last.outcome.ok ? String(last.outcome.output.summary) : 'No.');
  return last?.role === 'user' && /report/.test(last.text) ? callsTool(tool, year) : saysText('Hello.');
});

before(async () => {
  server = createServer((request, response) => {
    request.resume();
    const json = (body: object) => response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    if (request.url === `/tools/${tool}`) return json({ tool, output: later, task: { id: taskId, title } });
    if (request.url === `/files/${made.file.id}`) return response.writeHead(200, { 'Content-Type': 'application/pdf' }).end(pdf);
    return json({ id: taskId, title, state: 'queued', updated_at: new Date().toISOString(), ...status });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const options = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: await makeOwnKey() };
  const ports = { tools: createToolClient({ ...options, random: () => 0 }), askTask: createAskTask(options), fetchFile: createFetchFile(options) };
  harness = await startHarness({ model, scopes, ...ports });
});
beforeEach(() => {
  status = {};
  taskId = randomUUID();
});
after(async () => {
  await harness.close();
  server.closeAllConnections();
  server.close();
});

type Visitor = ReturnType<typeof newVisitor>;

const newCustomer = (): Visitor => ({ ...newVisitor(), scopes });
const headersOf = async (visitor: Visitor) => ({ authorization: `Bearer ${await harness.assertionFor(visitor)}`, accept: 'application/json' });

async function say(visitor: Visitor, message: string): Promise<ChatAnswer> {
  const headers = await headersOf(visitor);
  const response = await harness.orchestrator.app.inject({ method: 'POST', url: '/chat', headers, payload: { message } });
  assert.equal(response.statusCode, 200, response.body);
  return response.json();
}

async function eventsOf(visitor: Visitor): Promise<AGUIEvent[]> {
  const { rows } = await harness.database.query<{ event: AGUIEvent }>('SELECT event FROM events WHERE session_id = $1 ORDER BY seq', [visitor.sid]);
  return rows.map(({ event }) => event);
}

async function customIn<Value>(visitor: Visitor, name: string): Promise<Value[]> {
  return (await eventsOf(visitor)).flatMap((event) => (event.type === 'CUSTOM' && event.name === name ? [event.value as Value] : []));
}

const tasksIn = async (visitor: Visitor) => await customIn<TaskValue>(visitor, 'aiguy.task');
const filesIn = async (visitor: Visitor) => await customIn<FileValue>(visitor, 'aiguy.file');
const saidIn = async (visitor: Visitor) =>
  (await eventsOf(visitor)).flatMap((event) => (event.type === 'TEXT_MESSAGE_CONTENT' ? [event.delta] : [])).join('');

/** As if the time of the next look had come. */
async function sweep(): Promise<void> {
  await harness.database.query("UPDATE tasks SET look_at = now() - interval '1 second' WHERE look_at IS NOT NULL");
  await harness.orchestrator.liveRuns.sweep();
}

test('the turn ends without a file, the chat goes on, progress is told, and the result arrives with its file while nobody is there, once', async () => {
  const visitor = newCustomer();
  assert.equal((await say(visitor, 'a report of 2026 please')).text, later.summary);
  assert.deepEqual(await filesIn(visitor), []);
  assert.equal((await say(visitor, 'hi')).text, 'Hello.');
  status = { state: 'running', progress: 0.4, message: '200 of 400 orders looked through.' };
  await sweep();
  status = { state: 'done', progress: 1, message: 'Your report is ready.', output: made };
  await sweep();
  await sweep();
  assert.deepEqual(
    (await tasksIn(visitor)).map(({ state, progress, message }) => [state, progress, message]),
    [
      ['queued', undefined, undefined],
      ['running', 0.4, '200 of 400 orders looked through.'],
      ['done', 1, 'Your report is ready.'],
    ],
  );
  assert.deepEqual(await filesIn(visitor), [{ toolCallId: taskId, tool, file: made.file }]);
  assert.equal((await saidIn(visitor)).split(made.summary).length, 2);
});

test('the file is fetched in its session by whoever comes back, and by nobody else', async () => {
  const visitor = newCustomer();
  await say(visitor, 'a report of 2026 please');
  status = { state: 'done', progress: 1, output: made };
  await sweep();
  const get = async (who: Visitor, sid = who.sid) =>
    await harness.orchestrator.app.inject({ url: `/sessions/${sid}/files/${made.file.id}`, headers: await headersOf(who) });
  const response = await get(visitor);
  assert.deepEqual([response.statusCode, response.rawPayload.equals(pdf)], [200, true]);
  const stranger = newCustomer();
  await say(stranger, 'hi');
  assert.deepEqual([(await get(stranger)).statusCode, (await get(stranger, visitor.sid)).statusCode], [404, 404]);
});

test('a report that was given up is said to be, and comes with its file once it is sent again', async () => {
  const visitor = newCustomer();
  await say(visitor, 'a report of 2026 please');
  status = { state: 'failed', message: 'Your report could not be made.', updated_at: '2026-11-21T10:00:01.000Z' };
  await sweep();
  assert.deepEqual([await filesIn(visitor), (await saidIn(visitor)).endsWith('Your report could not be made.')], [[], true]);
  status = { state: 'done', output: made, updated_at: '2026-11-21T10:00:02.000Z' };
  await sweep();
  assert.equal((await filesIn(visitor)).length, 1);
  assert.ok((await saidIn(visitor)).endsWith(made.summary));
});

test('a result without a file is said, and nothing is offered for download', async () => {
  const visitor = newCustomer();
  await say(visitor, 'a report of 2026 please');
  const summary = 'You have more than 1,000 orders in 2026, which is more than a report holds. Please ask for a shorter period.';
  status = { state: 'done', output: { state: 'too_many', ...year, summary } };
  await sweep();
  assert.deepEqual([await filesIn(visitor), (await saidIn(visitor)).endsWith(summary)], [[], true]);
});

test('every sentence of a result passes the gate, in several currencies too', () => {
  const summary =
    'Your report of 4 orders in 2026 is ready. You paid $20.20 and got $4.10 back, which makes $16.10 in all. You paid €10.10 in all. You can download it here for a day.';
  const { manifest } = loadManifests().get(tool) ?? assert.fail();
  const said = whatIsSaid(
    { manifest },
    { id: taskId, title, state: 'done', updated_at: '', output: { ...made, summary } },
    { words: wordsIn(undefined), nowMs: Date.now() },
  );
  assert.equal(said, summary);
});
