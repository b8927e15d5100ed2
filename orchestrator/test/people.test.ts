// A person of the site in the conversation: asked for, taken over, spoken to, handed back; and who sees nothing of it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PersonValue } from '@aiguy/manifests/generated/events';
import type { StaffTranscript } from '@aiguy/manifests/generated/http';
import { until } from '../../scripts/until.ts';
import { EventLog } from '../src/session/event-log.ts';
import { Runs } from '../src/session/runs.ts';
import { callsTool, gate, type Harness, modelThat, newVisitor, parseFrames, saysText, siteIssuer, startHarness, toolsThat } from './harness.ts';

type Visitor = ReturnType<typeof newVisitor>;

let harness: Harness;
let hours: { state: 'open' | 'closed' | 'unknown'; text?: string } = { state: 'unknown' };
let held: Promise<void> | undefined;
const model = modelThat(async function* (_call, { messages }) {
  const last = messages.at(-1);
  if (last?.role === 'user' && last.text.startsWith('find'))
    return yield* callsTool('retrieve_docs', { query: last.text }, `call-${messages.length}`);
  yield { type: 'text', delta: 'The agent says this. ' };
  await held;
  yield* saysText('And this.');
});

before(async () => {
  const tools = toolsThat(async () => ({ ok: true, output: { answerable: false, confidence: 0.1, passages: [] } }));
  harness = await startHarness({ model, tools, askHours: async () => hours, scopes: ['docs:read', 'order:read', 'handoff:write'] });
  await harness.database.query(
    `CREATE TABLE IF NOT EXISTS ratings (session_id text, run_id text DEFAULT '', score integer, reason text, comment text, rated_at timestamptz DEFAULT now(),
       PRIMARY KEY (session_id, run_id))`,
  );
});
after(async () => await harness.close());

async function inject(method: 'GET' | 'POST' | 'DELETE', url: string, { token, payload }: { token: string; payload?: object }) {
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
  const response = await harness.orchestrator.app.inject({ method, url, headers, ...(payload ? { payload } : {}) });
  return { status: response.statusCode, body: response.body === '' ? undefined : response.json() };
}

const nora = { sub: 'wp:1:1', name: 'Nora' };
const omar = { sub: 'wp:1:2', name: 'Omar' };

async function staff(method: 'GET' | 'POST' | 'DELETE', path: string, { as = nora, payload }: { as?: object; payload?: object } = {}) {
  return await inject(method, `/staff/${path}`, { token: await harness.staffAssertionFor(as), ...(payload ? { payload } : {}) });
}

async function chat(visitor: Visitor, message: string, messageId?: string) {
  return await inject('POST', '/chat', { token: await harness.assertionFor(visitor), payload: { message, ...(messageId ? { messageId } : {}) } });
}

async function askForPerson(visitor: Visitor, payload: object = {}) {
  return await inject('POST', `/sessions/${visitor.sid}/handoff`, { token: await harness.assertionFor(visitor), payload });
}

async function eventsOf(visitor: Visitor) {
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}` };
  return parseFrames((await harness.orchestrator.app.inject({ url: `/sessions/${visitor.sid}/events`, headers })).body).map(({ event }) => event);
}

async function peopleIn(visitor: Visitor): Promise<PersonValue[]> {
  return (await eventsOf(visitor)).flatMap((event) => (event.type === 'CUSTOM' && event.name === 'aiguy.person' ? [event.value as PersonValue] : []));
}

async function transcriptOf(visitor: Visitor): Promise<StaffTranscript> {
  return (await staff('GET', `conversations/${visitor.sid}`)).body as StaffTranscript;
}

const said = ({ entries }: StaffTranscript) => entries.map(({ kind, text, name, event }) => `${event ?? name ?? kind}: ${text}`);

test('a visitor asks for a person, one joins, they talk without the model, and the agent answers again', async () => {
  const visitor = newVisitor();
  await chat(visitor, 'Hi');
  const asked = model.requests.length;
  const first = await askForPerson(visitor);
  assert.deepEqual([first.status, first.body.status, first.body.present], [200, 'waiting', false]);
  assert.ok(Math.abs(Date.parse(first.body.until) - Date.now() - 180_000) < 10_000);
  assert.deepEqual((await askForPerson(visitor)).body, first.body);
  assert.equal((await staff('GET', 'conversations?filter=waiting')).body.conversations[0].sessionId, visitor.sid);
  assert.equal((await staff('POST', `conversations/${visitor.sid}/take-over`)).body.handoff.name, 'Nora');
  const answer = await chat(visitor, 'Are you a person?', 'message-2');
  assert.deepEqual([answer.body.outcome, answer.body.text], ['success', '']);
  const payload = { messageId: 'from-nora-1', text: 'I am.' };
  for (let times = 0; times < 2; times += 1) assert.equal((await staff('POST', `conversations/${visitor.sid}/messages`, { payload })).status, 200);
  assert.equal(model.requests.length, asked);
  await staff('POST', `conversations/${visitor.sid}/hand-back`);
  assert.equal((await chat(visitor, 'Thanks')).body.text, 'The agent says this. And this.');
  assert.match(JSON.stringify(model.requests.at(-1)?.messages), /Are you a person\?.*Nora, a person of the team, said:\) I am\./);
  assert.deepEqual(
    (await peopleIn(visitor)).map(({ status, name }) => [status, name]),
    [
      ['waiting', undefined],
      ['joined', 'Nora'],
      ['left', 'Nora'],
    ],
  );
  assert.deepEqual(said(await transcriptOf(visitor)), [
    'visitor: Hi',
    'agent: The agent says this. And this.',
    'waiting: ',
    'joined: Nora',
    'visitor: Are you a person?',
    'Nora: I am.',
    'left: Nora',
    'visitor: Thanks',
    'agent: The agent says this. And this.',
  ]);
});

test('each run has one start and one end, also those of a person', async () => {
  const visitor = newVisitor();
  await chat(visitor, 'Hi');
  await staff('POST', `conversations/${visitor.sid}/take-over`);
  await chat(visitor, 'Hello?');
  await staff('POST', `conversations/${visitor.sid}/messages`, { payload: { messageId: 'from-nora-1', text: 'Hello.' } });
  const borders = (await eventsOf(visitor)).flatMap(({ type }) => (type.startsWith('RUN_') ? [type] : []));
  assert.deepEqual(borders, Array.from({ length: 3 }, () => ['RUN_STARTED', 'RUN_FINISHED']).flat());
});

test('who takes over stops the answer that is running; what waited behind it waits for the person', async () => {
  const visitor = newVisitor();
  const holding = gate();
  held = holding.opened;
  const asked = model.requests.length;
  const running = chat(visitor, 'One');
  await until(() => model.requests.length > asked);
  const behind = chat(visitor, 'Two');
  await until(async () => (await harness.database.query('SELECT FROM runs WHERE session_id = $1', [visitor.sid])).rowCount === 2);
  await staff('POST', `conversations/${visitor.sid}/take-over`);
  await staff('POST', `conversations/${visitor.sid}/messages`, { payload: { messageId: 'from-nora-1', text: 'I am here.' } });
  holding.open();
  held = undefined;
  assert.deepEqual([(await running).body.outcome, (await behind).body.outcome], ['cancelled', 'success']);
  assert.equal(model.requests.length, asked + 1);
  await until(async () => said(await transcriptOf(visitor)).includes('Nora: I am here.'));
  assert.deepEqual(said(await transcriptOf(visitor)).slice(-2), ['visitor: Two', 'Nora: I am here.']);
});

test('a run of a process that died is stopped as well, and the person’s words come after it', async () => {
  const visitor = newVisitor();
  const claims = { ...visitor, iss: siteIssuer, aud: 'orchestrator' as const, iat: 0, exp: 1 };
  const dead = new Runs(harness.database, new EventLog(harness.database), 'dead boot-1');
  await dead.start({ visitor: claims, assertion: 'a', text: 'Hi', messageId: 'message-1', runId: 'run-1' });
  await staff('POST', `conversations/${visitor.sid}/take-over`);
  await staff('POST', `conversations/${visitor.sid}/messages`, { payload: { messageId: 'from-nora-1', text: 'I am here.' } });
  assert.ok(!said(await transcriptOf(visitor)).includes('Nora: I am here.'));
  await harness.database.query(`UPDATE runs SET lease_until = now() - interval '1 second' WHERE session_id = $1`, [visitor.sid]);
  await harness.orchestrator.liveRuns.sweep();
  await until(async () => said(await transcriptOf(visitor)).includes('Nora: I am here.'));
  const ends = (await eventsOf(visitor)).filter(({ type }) => type === 'RUN_FINISHED' || type === 'RUN_ERROR');
  assert.equal(ends.length, 2);
});

test('two people can’t have one conversation, and the second is told who has it', async () => {
  const visitor = newVisitor();
  await chat(visitor, 'Hi');
  const both = await Promise.all([nora, omar].map(async (as) => await staff('POST', `conversations/${visitor.sid}/take-over`, { as })));
  const refused = both.find(({ status }) => status !== 200);
  const winner = both.find(({ status }) => status === 200)?.body.handoff.name;
  assert.deepEqual([refused?.status, refused?.body.code, refused?.body.details[0].rule], [409, 'conversation_taken', `is answered by ${winner}`]);
  const other = winner === 'Nora' ? omar : nora;
  for (const [path, payload] of [
    ['messages', { messageId: 'message-9', text: 'Me too' }],
    ['hand-back', {}],
  ] as const)
    assert.equal((await staff('POST', `conversations/${visitor.sid}/${path}`, { as: other, payload })).body.code, 'conversation_taken');
  assert.equal((await staff('POST', `conversations/${visitor.sid}/close`, { as: other, payload: {} })).status, 200);
  const untaken = await staff('POST', `conversations/${visitor.sid}/messages`, { payload: { messageId: 'message-9', text: 'Me too' } });
  assert.deepEqual([untaken.status, untaken.body.code], [409, 'conversation_not_taken']);
});

test('out of hours nobody is waited for, unless somebody has the conversations open', async () => {
  hours = { state: 'closed', text: 'Monday at 09:00' };
  const away = newVisitor();
  assert.deepEqual((await askForPerson(away)).body, { status: 'away', hours: 'Monday at 09:00' });
  await staff('GET', 'conversations?present=1');
  const waiting = (await askForPerson(away, { reason: 'not_helped' })).body;
  assert.deepEqual([waiting.status, waiting.present], ['waiting', true]);
  hours = { state: 'unknown' };
});

test('after two answers that did not help a person is offered, once nobody is asked for', async () => {
  const visitor = newVisitor();
  await chat(visitor, 'find the moon');
  assert.deepEqual(await peopleIn(visitor), []);
  await chat(visitor, 'find the moon again');
  assert.deepEqual(await peopleIn(visitor), [{ status: 'offered' }]);
  await askForPerson(visitor);
  await chat(visitor, 'find it now');
  assert.deepEqual(
    (await peopleIn(visitor)).map(({ status }) => status),
    ['offered', 'waiting'],
  );
  const { questions } = (await staff('GET', 'questions')).body;
  assert.ok(questions.some(({ question, count }: { question: string; count: number }) => question === 'find the moon again' && count === 1));
  const { conversations } = (await staff('GET', 'conversations?filter=unanswered&q=moon%20again')).body;
  assert.deepEqual(
    conversations.map(({ sessionId }: { sessionId: string }) => sessionId),
    [visitor.sid],
  );
});

test('the list is searched, filtered and paged, and a wildcard is no wildcard', async () => {
  const visitors = [newVisitor(), newVisitor(), newVisitor()];
  for (const [index, visitor] of visitors.entries()) await chat(visitor, `Needle ${index}`);
  const rated = visitors[0] as Visitor;
  await harness.database.query(`INSERT INTO ratings (session_id, score, reason, comment) VALUES ($1, 1, 'wrong', '<b>no</b>')`, [rated.sid]);
  const first = (await staff('GET', 'conversations?q=needle&limit=2')).body;
  const second = (await staff('GET', `conversations?q=needle&limit=2&before=${first.before}`)).body;
  const ids = [...first.conversations, ...second.conversations].map(({ sessionId }: { sessionId: string }) => sessionId);
  assert.deepEqual([ids, second.before], [visitors.map(({ sid }) => sid).toReversed(), undefined]);
  const low = (await staff('GET', 'conversations?filter=low_rating&q=agent%20says')).body.conversations;
  assert.deepEqual(
    low.map(({ sessionId, lowRating }: { sessionId: string; lowRating: boolean }) => [sessionId, lowRating]),
    [[rated.sid, true]],
  );
  assert.equal((await transcriptOf(rated)).ratings[0]?.comment, '<b>no</b>');
  assert.deepEqual((await staff('GET', 'conversations?q=N%25dle')).body.conversations, []);
  for (const bad of ['filter=mine', 'limit=0', `q=${'x'.repeat(201)}`]) assert.equal((await staff('GET', `conversations?${bad}`)).status, 400);
  assert.equal((await staff('GET', 'conversations?before=eA')).body.code, 'invalid_cursor');
});

test('notes, export and alerts: each alert is handed out once', async () => {
  const visitor = newVisitor();
  await chat(visitor, 'Call me');
  await askForPerson(visitor);
  await staff('POST', `conversations/${visitor.sid}/notes`, { payload: { text: 'A regular.' } });
  const { text } = (await staff('GET', `conversations/${visitor.sid}/export`)).body;
  assert.match(text, /Visitor: Call me\n[^\n]*Agent: The agent says this\.[\s\S]*Note by Nora: A regular\./);
  const claims = await Promise.all([1, 2].map(async () => (await staff('POST', 'alerts', { as: { sub: 'site' }, payload: {} })).body.alerts));
  const mine = claims.flat().filter(({ sessionId }) => sessionId === visitor.sid);
  assert.deepEqual(
    mine.map(({ kind, text: about }) => [kind, about]),
    [['waiting', 'Call me']],
  );
});

test('another site’s people, people without the scope and the site itself reach nothing they should not', async () => {
  const visitor = newVisitor();
  await chat(visitor, 'Hi');
  await harness.database.query(`UPDATE sessions SET issuer = 'https://other.example' WHERE id = $1`, [visitor.sid]);
  assert.equal((await staff('GET', `conversations/${visitor.sid}`)).status, 404);
  assert.equal((await staff('GET', `conversations/${visitor.sid}/export`)).status, 404);
  for (const path of ['take-over', 'hand-back', 'close', 'notes', 'messages'])
    assert.equal((await staff('POST', `conversations/${visitor.sid}/${path}`, { payload: { text: 'x', messageId: 'message-1' } })).status, 404);
  const { conversations } = (await staff('GET', 'conversations?limit=100')).body;
  assert.ok(!conversations.some(({ sessionId }: { sessionId: string }) => sessionId === visitor.sid));
  const own = newVisitor();
  await chat(own, 'Hi');
  const reader = { scopes: ['conversation:read'] };
  assert.equal((await staff('POST', `conversations/${own.sid}/take-over`, { as: reader })).status, 403);
  assert.equal((await staff('POST', `conversations/${own.sid}/take-over`, { as: { sub: 'site' } })).status, 403);
  assert.equal((await staff('GET', 'conversations', { as: { scopes: ['site:read'] } })).status, 403);
  assert.equal((await askForPerson({ ...own, sid: newVisitor().sid })).status, 200);
  assert.equal((await inject('POST', `/sessions/${own.sid}/handoff`, { token: await harness.assertionFor(newVisitor()), payload: {} })).status, 404);
});

test('who leaves a message instead gets the card of a ticket about what he asked, without the model', async () => {
  const visitor = { ...newVisitor(), scopes: ['docs:read', 'handoff:write'] };
  await chat(visitor, 'Where is my parcel?');
  const asked = model.requests.length;
  const payload = { leaveMessage: { messageId: 'message-2', text: 'Please have somebody write to me.' } };
  for (let times = 0; times < 2; times += 1) assert.deepEqual((await askForPerson(visitor, payload)).body, { status: 'ticket' });
  const cards = async () =>
    (await harness.database.query<{ tool: string; args: object }>('SELECT tool, args FROM interrupts WHERE session_id = $1', [visitor.sid])).rows;
  await until(async () => (await cards()).length > 0);
  assert.deepEqual(await cards(), [{ tool: 'escalate_to_human', args: { reason: 'asked_for_human', summary: 'Where is my parcel?' } }]);
  assert.equal(model.requests.length, asked);
  assert.deepEqual(await peopleIn(visitor), []);
  for (const leaveMessage of [
    {},
    { messageId: 'message-3', text: '' },
    { messageId: 'x', text: 'y' },
    { messageId: 'message-3', text: 'y'.repeat(301) },
  ])
    assert.equal((await askForPerson(visitor, { leaveMessage })).status, 400);
});

test('a conversation is deleted by its own site’s people, not while an answer is under way, and its visitor begins a new one', async () => {
  const visitor = newVisitor();
  const { opened, open } = gate();
  held = opened;
  const answering = chat(visitor, 'Hi');
  await until(() => harness.orchestrator.liveRuns.count > 0);
  const path = `conversations/${visitor.sid}`;
  assert.equal((await staff('DELETE', path)).body.code, 'turn_in_progress');
  open();
  held = undefined;
  await answering;
  await until(() => harness.orchestrator.liveRuns.count === 0);
  assert.equal((await staff('DELETE', path, { as: { sub: 'site', name: undefined } })).status, 403);
  assert.equal((await staff('DELETE', path, { as: { ...nora, scopes: ['conversation:read'] } })).status, 403);
  assert.equal((await staff('DELETE', path)).status, 204);
  assert.equal((await staff('DELETE', path)).status, 404);
  assert.equal((await staff('GET', path)).status, 404);
  const { rows } = await harness.database.query('SELECT FROM events WHERE session_id = $1', [visitor.sid]);
  assert.equal(rows.length, 0);
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}` };
  const gone = await harness.orchestrator.app.inject({ url: `/sessions/${visitor.sid}/events?after=3`, headers });
  assert.equal(gone.json().code, 'session_expired');
  assert.equal((await chat(visitor, 'Hi again')).body.outcome, 'success');
});

test('bad bodies are refused with what is wrong', async () => {
  const visitor = newVisitor();
  await chat(visitor, 'Hi');
  const path = `conversations/${visitor.sid}`;
  await staff('POST', `${path}/take-over`);
  const bodies = [
    {},
    { messageId: 'message-1' },
    { messageId: 'x', text: 'y' },
    { messageId: 'message-1', text: 'y', extra: 1 },
    { messageId: 'message-1', text: 'y'.repeat(4001) },
  ];
  for (const payload of bodies) assert.equal((await staff('POST', `${path}/messages`, { payload })).status, 400);
  assert.equal((await staff('POST', `${path}/messages`, { payload: { messageId: 'message-1', text: '   ' } })).body.code, 'message_empty');
  assert.equal((await staff('POST', `${path}/notes`, { payload: { text: 'y'.repeat(40_000) } })).status, 413);
  assert.equal((await askForPerson(visitor, { reason: 'bored' })).status, 400);
});
