// What a visitor has of his conversations beside talking: rating them, finding them again, keeping what was said. Never another one's.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../../scripts/until.ts';
import { callsTool, type Harness, modelThat, newVisitor, parseFrames, saysText, startHarness, toolsThat } from './harness.ts';

let harness: Harness;
const orders = [
  { order_id: 'W1111111', items: [{ name: 'Tea Kettle' }] },
  { order_id: 'W2222222', items: [{ name: 'Boots' }] },
];
const model = modelThat((_call, request) => {
  const last = request.messages.at(-1);
  if (last?.role === 'tool') return saysText('Which one do you mean: order W1111111 or order W2222222?');
  return last?.role === 'user' && /which/i.test(last.text) ? callsTool('list_orders', {}) : saysText('Here you are.');
});

before(async () => {
  harness = await startHarness({ model, tools: toolsThat(async () => ({ ok: true, output: { orders, more: false } })) });
});
after(async () => await harness.close());

type Visitor = ReturnType<typeof newVisitor>;
let people = 100;
const customer = (): Visitor => {
  people += 1;
  return { ...newVisitor(), sub: `wp:1:${people}` };
};
const guest = (): Visitor => ({ ...newVisitor(), sub: `anon:${newVisitor().sid.slice(0, 20)}` });

async function call(visitor: Visitor, place: string, payload?: unknown) {
  const [method, url] = place.split(' ') as ['GET' | 'POST', string];
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}`, accept: 'application/json', 'content-type': 'application/json' };
  const body = payload === undefined ? {} : { payload: JSON.stringify(payload) };
  const response = await harness.orchestrator.app.inject({ method, url, headers, ...body });
  await until(() => harness.orchestrator.liveRuns.count === 0);
  return { status: response.statusCode, body: response.json() };
}
const ask = async (visitor: Visitor, message = 'Hello') => (await call(visitor, 'POST /chat', { message })).body as { runId: string };
const rate = async (visitor: Visitor, payload: unknown, sid = visitor.sid) => await call(visitor, `POST /sessions/${sid}/feedback`, payload);
const rows = async ({ sid }: Visitor) =>
  (await harness.database.query('SELECT run_id, score, reason, comment FROM ratings WHERE session_id = $1 ORDER BY run_id', [sid])).rows;

async function eventsOf(visitor: Visitor) {
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}` };
  return parseFrames((await harness.orchestrator.app.inject({ url: `/sessions/${visitor.sid}/events`, headers })).body);
}

test('an answer and the conversation are rated, the log tells it without the visitor’s words, and rating again changes it', async () => {
  const visitor = guest();
  const { runId } = await ask(visitor);
  assert.equal((await rate(visitor, { runId, score: -1, reason: 'outdated', comment: '  The zebrawood was wrong. ' })).status, 200);
  const { status, body } = await rate(visitor, { score: 4 });
  const events = await eventsOf(visitor);
  assert.deepEqual([status, body.lastEventId], [200, events.at(-1)?.id]);
  assert.deepEqual(
    events.flatMap(({ event }) => (event.type === 'CUSTOM' && event.name === 'aiguy.rated' ? [event.value] : [])),
    [
      { runId, score: -1, reason: 'outdated' },
      { runId: '', score: 4 },
    ],
  );
  assert.ok(!JSON.stringify(events).includes('zebrawood'));
  await rate(visitor, { runId, score: 1 });
  assert.deepEqual(await rows(visitor), [
    { run_id: '', score: 4, reason: null, comment: null },
    { run_id: runId, score: 1, reason: null, comment: null },
  ]);
  const seen = (await eventsOf(visitor)).length;
  await rate(visitor, { runId, score: 1 });
  assert.equal((await eventsOf(visitor)).length, seen, 'the same again says nothing new');
  await ask(visitor, 'And now?');
  assert.ok(!JSON.stringify(model.requests.at(-1)).includes('zebrawood'));
});

test('two answers in a row that were no help bring the offer of a person, once; one that was, or an earlier one, does not', async () => {
  const visitor = customer();
  const offers = async () =>
    (await eventsOf(visitor)).filter(({ event }) => event.type === 'CUSTOM' && event.name === 'aiguy.person' && event.value.status === 'offered')
      .length;
  const runs = [await ask(visitor, 'One?'), await ask(visitor, 'Two?'), await ask(visitor, 'Three?')].map(({ runId }) => runId);
  const seen: number[] = [];
  for (const [at, score] of [
    [0, -1],
    [2, -1],
    [1, 1],
    [1, -1],
    [1, -1],
  ] as const) {
    await rate(visitor, { runId: runs[at], score });
    seen.push(await offers());
  }
  assert.deepEqual(seen, [0, 0, 0, 1, 1]);
});

test('what is no rating is refused by name, and nothing is kept', async () => {
  const visitor = guest();
  const { runId } = await ask(visitor);
  const wrong = [
    {},
    { score: 0 },
    { score: 6 },
    { score: -1 },
    { score: '5' },
    { score: 2.5 },
    { runId, score: 0 },
    { runId, score: 5 },
    { runId: '', score: 1 },
    { runId: 'x'.repeat(65), score: 1 },
    { runId, score: 1, reason: 'rude' },
    { runId, score: 1, comment: 'x'.repeat(501) },
    { runId, score: 1, comment: 'a\0b' },
    { runId, score: 1, comment: '\ud800' },
    { score: 5, sessionId: 'x' },
    [],
  ];
  for (const payload of wrong) {
    const { status, body } = await rate(visitor, payload);
    assert.deepEqual([status, body.code], [400, 'invalid_request'], JSON.stringify(payload));
  }
  assert.equal((await rate(visitor, { score: 5, comment: 'x'.repeat(9000) })).status, 413);
  assert.deepEqual(await rows(visitor), []);
});

test('nobody rates another one’s conversation, a run of another session, or one in which nothing was said', async () => {
  const [one, other] = [guest(), guest()];
  const { runId } = await ask(one);
  await ask(other);
  for (const answer of [await rate(other, { score: 5 }, one.sid), await rate(other, { runId, score: 1 }), await rate(guest(), { score: 5 })])
    assert.deepEqual([answer.status, answer.body.code], [404, 'not_found']);
  assert.deepEqual([...(await rows(one)), ...(await rows(other))], []);
  const stranger = { ...one, sub: other.sub };
  assert.equal((await rate(stranger, { score: 5 })).status, 404);
});

test('ratings go with their session', async () => {
  const visitor = guest();
  await ask(visitor);
  await rate(visitor, { score: 5 });
  await harness.database.query('DELETE FROM sessions WHERE id = $1', [visitor.sid]);
  assert.deepEqual(await rows(visitor), []);
});

test('a signed-in visitor finds his conversations of all devices, the latest first, titled by what he asked; an empty one is none', async () => {
  const phone = customer();
  const laptop = { ...newVisitor(), sub: phone.sub };
  await ask(phone, `${'Where is my order? '.repeat(10)}`);
  await ask(laptop, 'Do you repair kettles?');
  assert.equal((await call({ ...newVisitor(), sub: phone.sub }, 'POST /sessions', {})).status, 201);
  await ask(customer(), 'Somebody else');
  const { status, body } = await call(phone, 'GET /sessions');
  assert.equal(status, 200);
  const listed = body.sessions as { sessionId: string; title: string; createdAt: string; lastAt: string }[];
  assert.deepEqual(
    listed.map(({ sessionId, title }) => [sessionId, title]),
    [
      [laptop.sid, 'Do you repair kettles?'],
      [phone.sid, 'Where is my order? '.repeat(10).slice(0, 80)],
    ],
  );
  for (const { lastAt, createdAt } of listed) assert.ok(Date.parse(lastAt) >= Date.parse(createdAt));
});

test('at most fifty are listed', async () => {
  const visitor = customer();
  await ask(visitor);
  await harness.database.query(
    `INSERT INTO sessions (id, issuer, subject) SELECT 'old-' || n || repeat('x', 20), 'https://shop.example', $1 FROM generate_series(1, 60) n`,
    [visitor.sub],
  );
  await harness.database.query(
    `INSERT INTO runs (session_id, id, message_id, message_digest, status, owner, lease_until, finished_at, first_seq)
     SELECT id, 'r', 'm', '', 'success', 'x', now(), now(), 1 FROM sessions WHERE subject = $1 AND id LIKE 'old-%'`,
    [visitor.sub],
  );
  assert.equal((await call(visitor, 'GET /sessions')).body.sessions.length, 50);
});

test('a guest has no list, and the same user of another site is somebody else', async () => {
  const visitor = guest();
  await ask(visitor);
  const refused = await call(visitor, 'GET /sessions');
  assert.deepEqual([refused.status, refused.body.code], [403, 'insufficient_scope']);
  const signedIn = customer();
  await ask(signedIn);
  await harness.database.query(`UPDATE sessions SET issuer = 'https://other.example' WHERE id = $1`, [signedIn.sid]);
  assert.deepEqual((await call({ ...newVisitor(), sub: signedIn.sub }, 'GET /sessions')).body, { sessions: [] });
});

test('a conversation with one agent is neither listed by another nor gone on with there', async () => {
  const sub = `wp:1:${Math.floor(Math.random() * 1e9) + 2}`;
  const visitor = { ...newVisitor(), sub };
  const at = async (id: string, method: 'GET' | 'POST', url: string) => {
    const headers = { authorization: `Bearer ${await harness.assertionFor({ ...visitor, agent: { id } })}` };
    const response = await harness.orchestrator.app.inject({ method, url, headers, ...(method === 'POST' ? { payload: { message: 'Hi' } } : {}) });
    return { status: response.statusCode, body: response.json() };
  };
  await at('sales', 'POST', '/ask');
  for (const [id, count, status] of [
    ['sales', 1, 200],
    ['main', 0, 404],
  ] as const) {
    assert.equal((await at(id, 'GET', '/sessions')).body.sessions.length, count, id);
    assert.equal((await at(id, 'GET', `/sessions/${visitor.sid}`)).status, status, id);
  }
});

test('the transcript is what was said with its times, and only its owner’s', async () => {
  const visitor = customer();
  await ask(visitor, 'Hello <b>there</b>');
  await rate(visitor, { score: 5, comment: 'secret words' });
  const { status, body } = await call(visitor, `GET /sessions/${visitor.sid}/transcript`);
  assert.equal(status, 200);
  assert.deepEqual([body.sessionId, body.isShortened], [visitor.sid, false]);
  assert.deepEqual(
    body.lines.map(({ from, text }: { from: string; text: string }) => [from, text]),
    [
      ['visitor', 'Hello <b>there</b>'],
      ['assistant', 'Here you are.'],
    ],
  );
  for (const { at } of body.lines) assert.ok(Math.abs(Date.parse(at) - Date.now()) < 60_000);
  assert.equal((await call(customer(), `GET /sessions/${visitor.sid}/transcript`)).status, 404);
  assert.equal((await call({ ...visitor, sub: customer().sub }, `GET /sessions/${visitor.sid}/transcript`)).status, 404);
});

test('when an answer asks which order is meant, the orders are one click away', async () => {
  const visitor = customer();
  await ask(visitor, 'Which ones have I?');
  const events = await eventsOf(visitor);
  assert.deepEqual(
    events.flatMap(({ event }) => (event.type === 'CUSTOM' && event.name === 'aiguy.suggested_actions' ? [event.value.actions.length] : [])),
    [2],
  );
  assert.equal(events.at(-1)?.event.type, 'RUN_FINISHED');
});
