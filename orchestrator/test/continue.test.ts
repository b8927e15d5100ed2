// A conversation goes on on another device of its visitor, by a link that works once, and for nobody else.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { HttpAgent } from '@ag-ui/client';
import { until } from '../../scripts/until.ts';
import { callsTool, type Harness, modelThat, newVisitor, parseFrames, saysText, startHarness, toolsThat } from './harness.ts';

let harness: Harness;
const model = modelThat((_call, request) => {
  const last = request.messages.at(-1);
  const order = last?.role === 'user' ? /W\d{7}/.exec(last.text)?.[0] : undefined;
  return order ? callsTool('get_order_status', { order_id: order }) : saysText('Here you are.');
});

before(async () => {
  harness = await startHarness({
    model,
    tools: toolsThat(async (_name, { order_id: orderId }) => ({ ok: true, output: { order_id: orderId, items: [] } })),
  });
});
after(async () => await harness.close());

type Visitor = ReturnType<typeof newVisitor>;
const guest = (): Visitor => ({ ...newVisitor(), sub: `anon:${newVisitor().sid.slice(0, 20)}` });

async function post(visitor: Visitor, url: string, payload: object = {}) {
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}`, accept: 'application/json' };
  const response = await harness.orchestrator.app.inject({ method: 'POST', url, headers, payload });
  await until(() => harness.orchestrator.liveRuns.count === 0);
  await harness.orchestrator.afterwards.settled();
  return { status: response.statusCode, body: response.json() };
}

async function linkOf(visitor: Visitor): Promise<string> {
  const { status, body } = await post(visitor, `/sessions/${visitor.sid}/continue-links`);
  assert.equal(status, 201);
  return body.token;
}
const redeem = async (visitor: Visitor, token: unknown) => await post(visitor, '/continue-links/redeem', { token });

async function eventsOf(visitor: Visitor) {
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}` };
  return parseFrames((await harness.orchestrator.app.inject({ url: `/sessions/${visitor.sid}/events`, headers })).body);
}

/** A visitor with something said, and the same one on another device. */
async function twoDevices(from: Visitor = newVisitor()): Promise<{ old: Visitor; fresh: Visitor; token: string }> {
  await post(from, '/chat', { message: 'Where is W2530531?' });
  return { old: from, fresh: { ...newVisitor(), sub: from.sub }, token: await linkOf(from) };
}

test('the other device shows what was said as one snapshot, knows what it was about, and the old session stays', async () => {
  const { old, fresh, token } = await twoDevices();
  const before = await eventsOf(old);
  const { status, body } = await redeem(fresh, token);
  assert.deepEqual([status, body.sessionId], [200, fresh.sid]);
  const events = await eventsOf(fresh);
  assert.deepEqual(
    events.map(({ event }) => event.type),
    ['RUN_STARTED', 'MESSAGES_SNAPSHOT', 'RUN_FINISHED'],
  );
  const snapshot = events[1]?.event;
  assert.ok(snapshot?.type === 'MESSAGES_SNAPSHOT');
  assert.deepEqual(
    snapshot.messages.map(({ role, content }) => [role, content]),
    [
      ['user', 'Where is W2530531?'],
      ['assistant', 'Here you are.'],
    ],
  );
  await post(fresh, '/chat', { message: 'And now?' });
  const messages = model.requests.at(-1)?.messages ?? [];
  assert.deepEqual(
    messages.map((message) => (message.role === 'tool' ? '' : message.text)),
    ['Where is W2530531?', 'Here you are.', 'And now?'],
  );
  const question = messages.at(-1);
  assert.ok(question?.role === 'user');
  assert.deepEqual(question.notes?.orders, ['W2530531']);
  assert.deepEqual(await eventsOf(old), before);
});

test('changes and summary of the old session come along', async () => {
  const { old, fresh, token } = await twoDevices();
  await harness.database.query(
    `INSERT INTO effects (key, session_id, run_id, interrupt_id, tool, summary, args, status, outcome, settled_at)
     VALUES ($1, $2, 'r', 'i', 'cancel_order', 'Cancel order W1111111', '{"order_id":"W1111111"}', 'settled', '{"ok":true,"output":{}}', now())`,
    [`key-${old.sid}`, old.sid],
  );
  await harness.database.query(`UPDATE session_memory SET summary = 'They spoke of returns.' WHERE session_id = $1`, [old.sid]);
  await redeem(fresh, token);
  await post(fresh, '/chat', { message: 'And now?' });
  const question = model.requests.at(-1)?.messages.at(-1);
  const notes = question?.role === 'user' ? question.notes : undefined;
  assert.match(notes?.changes?.join() ?? '', /Cancel order W1111111: done/);
  assert.equal(notes?.summary, 'They spoke of returns.');
});

test('a link works once: of many at the same time one', async () => {
  const { old, token } = await twoDevices();
  const devices = Array.from({ length: 5 }, () => ({ ...newVisitor(), sub: old.sub }));
  const answers = await Promise.all(devices.map(async (device) => await redeem(device, token)));
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 404, 404, 404, 404]);
  const begun = await Promise.all(devices.map(async (device) => (await eventsOf(device)).length));
  assert.deepEqual(begun.toSorted(), [0, 0, 0, 0, 3]);
});

test('unknown, malformed, used, expired, somebody else’s and a guest’s link for a signed-in visitor all get the same answer', async () => {
  const { old, fresh, token } = await twoDevices();
  const byGuest = await twoDevices(guest());
  const used = await twoDevices();
  await redeem(used.fresh, used.token);
  const answers = [
    await redeem({ ...newVisitor(), sub: 'wp:1:8' }, token),
    await redeem(guest(), token),
    await redeem(newVisitor(), byGuest.token),
    await redeem(newVisitor(), used.token),
    await redeem(fresh, 'x'.repeat(43)),
    await redeem(fresh, '../../etc'),
    await redeem(fresh, 7),
    await redeem(newVisitor(), undefined),
  ];
  await harness.database.query(`UPDATE continue_links SET expires_at = now() - interval '1 second' WHERE session_id = $1`, [old.sid]);
  answers.push(await redeem(newVisitor(), token));
  assert.deepEqual(
    answers.map(({ status, body }) => [status, body.code, body.message]),
    answers.map(() => [404, 'link_invalid', 'This link is not valid any more. Make a new one on the other device.']),
  );
});

test('a guest goes on as a guest with another name, because the token is all that he has', async () => {
  const { token } = await twoDevices(guest());
  assert.equal((await redeem(guest(), token)).status, 200);
});

test('where a conversation has begun none is put in its place, and the link can still be used elsewhere', async () => {
  const { fresh, token } = await twoDevices();
  const begun = newVisitor();
  await post(begun, '/chat', { message: 'Hello' });
  const refused = await redeem(begun, token);
  assert.deepEqual([refused.status, refused.body.code], [409, 'conversation_begun']);
  assert.equal((await redeem(fresh, token)).status, 200);
});

test('only the visitor’s own session has links, the token stands nowhere, lasts 15 minutes, and links are few', async () => {
  const { old, token } = await twoDevices();
  assert.equal((await post(newVisitor(), `/sessions/${old.sid}/continue-links`)).status, 404);
  const { rows } = await harness.database.query<{ link: string; minutes: number }>(
    `SELECT row_to_json(l)::text AS link, extract(epoch FROM expires_at - now()) / 60 AS minutes FROM continue_links l WHERE session_id = $1`,
    [old.sid],
  );
  assert.ok(rows[0] && !rows[0].link.includes(token) && Number(rows[0].minutes) > 14.9 && Number(rows[0].minutes) <= 15);
  assert.ok(Buffer.from(token, 'base64url').length >= 16);
  const statuses: number[] = [];
  for (let index = 0; index < 6; index += 1) statuses.push((await post(old, `/sessions/${old.sid}/continue-links`)).status);
  assert.deepEqual(statuses, [201, 201, 201, 201, 429, 429]);
});

test('an AG-UI client goes on behind the snapshot', async () => {
  const { fresh, token } = await twoDevices();
  await redeem(fresh, token);
  const snapshot = (await eventsOf(fresh))[1]?.event;
  assert.ok(snapshot?.type === 'MESSAGES_SNAPSHOT');
  const base = await harness.orchestrator.app.listen({ port: 0, host: '127.0.0.1' });
  const agent = new HttpAgent({
    url: `${base}/chat`,
    threadId: fresh.sid,
    headers: { authorization: `Bearer ${await harness.assertionFor(fresh)}` },
    initialMessages: [...snapshot.messages, { id: 'question-1', role: 'user', content: 'And now?' }],
  });
  const { newMessages } = await agent.runAgent();
  assert.equal(newMessages.at(-1)?.content, 'Here you are.');
});

test('a link leads to the agent at which it was made, and at another one it is none', async () => {
  const at = (visitor: Visitor, id: string) => ({ ...visitor, agent: { id } });
  const { fresh, token } = await twoDevices(at(newVisitor(), 'sales'));
  assert.equal((await redeem(at(fresh, 'main'), token)).body.code, 'link_invalid');
  assert.equal((await redeem(at({ ...fresh, sid: newVisitor().sid }, 'sales'), token)).status, 200);
});
