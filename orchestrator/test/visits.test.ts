// What a question left to the queue: its task is followed like any other, and what it would have been answered with enters the conversation by the same gate.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import type { AGUIEvent } from '@ag-ui/core';
import type { TaskValue } from '@aiguy/manifests/generated/events';
import type { ChatAnswer, TaskStatus } from '@aiguy/manifests/generated/http';
import { loadManifests } from '@aiguy/manifests/load';
import { wordsIn } from '@aiguy/manifests/words';
import { createToolClient } from '../src/tools/client.ts';
import { createAskTask } from '../src/tools/task-status.ts';
import { whatIsSaid } from '../src/turn/follow-tasks.ts';
import { callsTool, type Harness, makeOwnKey, modelThat, newVisitor, saysText, startHarness } from './harness.ts';

const scopes = ['docs:read', 'page:read'];
const title = 'Reading the page';
const nothing = { landmarks: [], headings: [], controls: [], messages: [], shortened: false };
const later = {
  source: 'later',
  url: 'https://shop.example/cart/',
  title: '',
  summary: 'The page /cart/ does not answer yet. You will read here what it says.',
  ...nothing,
};
const read = {
  ...later,
  source: 'site',
  title: 'Cart',
  summary: 'I have read https://shop.example/cart/ now. This is the page «Cart». It says: «Coupon SAVE20 takes 20% off until 3 December 2026.».',
};
let server: Server;
let harness: Harness;
let status: Partial<TaskStatus> = {};
let taskId = '';
let calls = 0;

const model = modelThat((_call, { messages }) => {
  const last = messages.at(-1);
  if (last?.role === 'tool') return saysText(last.outcome.ok ? String(last.outcome.output.summary) : 'No.');
  return last?.role === 'user' && /cart/.test(last.text)
    ? callsTool('navigate_page', { question: 'what does it say', url: '/cart/' })
    : saysText('Hello.');
});

before(async () => {
  server = createServer((request, response) => {
    request.resume();
    const json = (body: object) => response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    if (request.url !== '/tools/navigate_page') return json({ id: taskId, title, state: 'queued', updated_at: new Date().toISOString(), ...status });
    calls += 1;
    return json({ tool: 'navigate_page', output: later, task: { id: taskId, title } });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const key = await makeOwnKey();
  harness = await startHarness({ model, scopes, tools: createToolClient({ url, key, random: () => 0 }), askTask: createAskTask({ url, key }) });
});
beforeEach(() => {
  status = {};
  taskId = randomUUID();
  calls = 0;
});
after(async () => {
  await harness.close();
  server.close();
});

type Visitor = ReturnType<typeof newVisitor>;

async function say(visitor: Visitor, message: string): Promise<ChatAnswer> {
  const headers = { authorization: `Bearer ${await harness.assertionFor({ ...visitor, scopes })}`, accept: 'application/json' };
  const response = await harness.orchestrator.app.inject({ method: 'POST', url: '/chat', headers, payload: { message } });
  assert.equal(response.statusCode, 200, response.body);
  return response.json();
}

async function eventsOf(visitor: Visitor): Promise<AGUIEvent[]> {
  const { rows } = await harness.database.query<{ event: AGUIEvent }>('SELECT event FROM events WHERE session_id = $1 ORDER BY seq', [visitor.sid]);
  return rows.map(({ event }) => event);
}

const tasksIn = async (visitor: Visitor) =>
  (await eventsOf(visitor)).flatMap((event) => (event.type === 'CUSTOM' && event.name === 'aiguy.task' ? [event.value as TaskValue] : []));
const saidIn = async (visitor: Visitor) => (await eventsOf(visitor)).flatMap((event) => (event.type === 'TEXT_MESSAGE_CONTENT' ? [event.delta] : []));

/** As if the time of the next look had come. */
async function sweep(): Promise<void> {
  await harness.database.query("UPDATE tasks SET look_at = now() - interval '1 second' WHERE look_at IS NOT NULL");
  await harness.orchestrator.liveRuns.sweep();
}

test('the turn ends saying that it is not read yet, the chat goes on, and what the page says is said once it is read, once', async () => {
  const visitor = newVisitor();
  assert.equal((await say(visitor, 'what does the cart say')).text, later.summary);
  assert.equal((await say(visitor, 'hello')).text, 'Hello.');
  status = { state: 'running', message: '/cart/ has not answered yet.' };
  await sweep();
  status = { state: 'done', progress: 1, message: '/cart/ has been read.', output: read };
  await sweep();
  await sweep();
  assert.deepEqual(
    (await tasksIn(visitor)).map(({ state, message }) => [state, message]),
    [
      ['queued', undefined],
      ['running', '/cart/ has not answered yet.'],
      ['done', '/cart/ has been read.'],
    ],
  );
  assert.equal((await saidIn(visitor)).join('').split(read.summary).length, 2);
  await say(visitor, 'thanks');
  assert.match(JSON.stringify(model.requests.at(-1)?.messages), /takes 20% off/);
});

test('a step that is begun again after a crash is named the same task, which is followed once', async () => {
  const visitor = newVisitor();
  await say(visitor, 'what does the cart say');
  await say(visitor, 'the cart again please');
  assert.equal(calls, 2);
  assert.equal((await tasksIn(visitor)).length, 1);
});

test('an output that breaks its tool’s schema is not believed, whatever state it comes with', async () => {
  const visitor = newVisitor();
  await say(visitor, 'what does the cart say');
  status = { state: 'done', message: 'Read.', output: { ...read, password: 'x' } };
  await sweep();
  assert.deepEqual([(await tasksIn(visitor)).length, (await saidIn(visitor)).length], [1, 1]);
});

test('what its output does not bear out is withheld, as it would have been in the turn', () => {
  const { manifest } = loadManifests().get('navigate_page') ?? assert.fail();
  const said = whatIsSaid(
    { manifest: { ...manifest, answer: '{summary} Your order W1234567 was refunded.' } },
    { id: taskId, title, state: 'done', updated_at: '', output: read },
    { words: wordsIn(undefined), nowMs: Date.now() },
  );
  assert.equal(said, read.summary);
});
