// What the people of a site see of a conversation beside what was said.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { dayIn, startOfDay } from '@aiguy/manifests/time-zone';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';
import { acknowledgeAlerts } from '../src/session/alerts.ts';
import { callsTool, type Harness, modelThat, newVisitor, saysText, startHarness, toolsThat } from './harness.ts';

let harness: Harness;
/** What the model asks for, one after the other. */
const calls: [string, object][] = [
  ['retrieve_docs', { query: 'write to jo@mail.example or +44 20 7946 0958, card 4111 1111 1111 1111' }],
  ['get_order_status', { order_id: 'W2530531', code: '482915' }],
  ['get_order_status', { order_id: 'W2530531' }],
  ['create_support_ticket', { category: 'other', priority: 'normal', summary: 'Ask jo@mail.example' }],
];

before(async () => {
  const model = modelThat(async function* (_call, { messages }) {
    const asked = messages.some((message) => message.role === 'user' && message.text === 'look it up');
    const [name, args] = (asked ? calls[messages.filter(({ role }) => role === 'tool').length] : undefined) ?? [];
    if (name === undefined) return yield* saysText('The agent says this.');
    yield* callsTool(name, args ?? {}, `call-${messages.length}`);
  });
  const tools = toolsThat(async (name) =>
    name === 'retrieve_docs'
      ? { ok: true, output: { answerable: false, confidence: 0.1, passages: [], note: 'a passage of the help centre' } }
      : { ok: false, code: 'order_not_found', message: 'There is no such order.' },
  );
  harness = await startHarness({ model, tools, scopes: ['docs:read', 'order:read', 'ticket:write'] });
});
after(async () => await harness?.close());

async function ask(visitor: Partial<VisitorAssertion>, message: string) {
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}` };
  return await harness.orchestrator.app.inject({ method: 'POST', url: '/ask', headers, payload: { message } });
}

async function staff(path: string) {
  const headers = { authorization: `Bearer ${await harness.staffAssertionFor()}` };
  return (await harness.orchestrator.app.inject({ url: `/staff/${path}`, headers })).json();
}

test('a conversation that is opened tells on which page it began and with which browser, also as text; the list does not', async () => {
  const visitor = newVisitor();
  const page = 'https://shop.example/kettles/';
  await ask({ ...visitor, client: { page, browser: '<b>Browser</b> 1.0' } }, 'Hi');
  await ask({ ...visitor, client: { page: 'https://shop.example/cart/', browser: 'Another 2.0' } }, 'Hi again');
  const { conversation } = await staff(`conversations/${visitor.sid}`);
  assert.deepEqual([conversation.page, conversation.browser], [page, '<b>Browser</b> 1.0']);
  assert.match(
    (await staff(`conversations/${visitor.sid}/export`)).text,
    /begun \S+ on https:\/\/shop\.example\/kettles\/\nBrowser: <b>Browser<\/b> 1\.0\n/,
  );
  assert.ok(!JSON.stringify(await staff('conversations')).includes('kettles'));
  const without = newVisitor();
  await ask(without, 'Hi');
  const { page: none, browser } = (await staff(`conversations/${without.sid}`)).conversation;
  assert.deepEqual([none, browser], [undefined, undefined]);
});

test('an address that is none, control characters and too much text are no claims', async () => {
  for (const client of [
    { page: 'javascript:alert(1)' },
    { page: 'https://shop.example/a b' },
    { page: `https://shop.example/${'x'.repeat(600)}` },
    { browser: 'a\nb' },
    { browser: 'x'.repeat(513) },
    { language: 'de' },
  ])
    assert.equal((await ask({ ...newVisitor(), client: client as object }, 'Hi')).statusCode, 401, JSON.stringify(client));
});

test('an export names each tool call with its arguments, masked, and what came of it; the screen’s own transcript does not', async () => {
  const visitor = { ...newVisitor(), scopes: ['docs:read', 'order:read', 'ticket:write'] };
  await ask(visitor, 'look it up');
  const { entries } = await staff(`conversations/${visitor.sid}`);
  assert.ok(!JSON.stringify(entries).includes('get_order_status'));
  const { transcript, text } = await staff(`conversations/${visitor.sid}/export`);
  const calls = transcript.entries.flatMap(({ call }: { call?: object }) => (call ? [call] : []));
  assert.deepEqual(calls, [
    { tool: 'retrieve_docs', arguments: '{"query":"write to [e-mail] or [telephone number], card [card number]"}', outcome: 'ok' },
    { tool: 'get_order_status', arguments: '{"order_id":"W2530531","code":"[not shown]"}', outcome: 'invalid_input' },
    { tool: 'get_order_status', arguments: '{"order_id":"W2530531"}', outcome: 'order_not_found' },
    { tool: 'create_support_ticket', arguments: '{"category":"other","priority":"normal","summary":"Ask [e-mail]"}', outcome: 'waiting_for_visitor' },
  ]);
  assert.match(text, /\(tool_failed: Looking up your order \[get_order_status \{"order_id":"W2530531"\} → order_not_found\]\)/);
  for (const secret of ['jo@mail.example', '4111', '482915', '+44', 'passage of the help centre'])
    assert.ok(!text.includes(secret) && !JSON.stringify(transcript).includes(secret), secret);
});

type Alert = { key: string; kind: string; sessionId: string; at: string; text: string };

async function postAlerts(path: string, payload: object, timeZone?: string) {
  const headers = { authorization: `Bearer ${await harness.staffAssertionFor({ sub: 'site', ...(timeZone ? { time_zone: timeZone } : {}) })}` };
  return await harness.orchestrator.app.inject({ method: 'POST', url: `/staff/alerts${path}`, headers, payload });
}

async function claimAlerts(timeZone?: string): Promise<Alert[]> {
  return (await postAlerts('', {}, timeZone)).json().alerts;
}

test('a cap of the site’s day that was met is told once a day and cap, one of its month once a month, to its own site alone, whatever becomes of the conversation', async () => {
  const visitor = { ...newVisitor(), agent: { id: 'a', caps: { site_messages_day: 0 } } };
  const alerts = async () => (await claimAlerts()).map(({ kind, sessionId, text }) => [kind, sessionId, text]);
  assert.deepEqual(await alerts(), []);
  await ask(visitor, 'Hi');
  const claimed = await Promise.all([alerts(), alerts()]);
  assert.deepEqual(claimed.flat(), [['cap_messages', '', '0']]);
  await ask({ ...visitor, sid: newVisitor().sid }, 'Hi');
  await harness.database.query('DELETE FROM sessions WHERE id = $1', [visitor.sid]);
  assert.deepEqual(await alerts(), []);
  await harness.database.query(`UPDATE usage_runs SET capped = 'site_cost' WHERE session_id = $1`, [visitor.sid]);
  await harness.database.query('UPDATE usage_days SET cap_micro_usd = 2500000');
  assert.deepEqual(await alerts(), [['cap_cost', '', '2.50']]);
  assert.deepEqual(await alerts(), []);
  await harness.database.query(`UPDATE usage_runs SET capped = 'site_cost_month' WHERE session_id = $1`, [visitor.sid]);
  await harness.database.query('UPDATE usage_days SET cap_month_micro_usd = 50000000');
  assert.deepEqual(await alerts(), [['cap_cost_month', '', '50.00']]);
  await harness.database.query(`UPDATE alerts SET claimed_at = now() - interval '31 days', received_at = now() - interval '31 days'`);
  assert.deepEqual(await alerts(), [], 'the month’s is told once a month');
  await harness.database.query(`UPDATE usage_runs SET asked_at = asked_at - interval '26 hours'`);
  await harness.database.query(`DELETE FROM alerts`);
  assert.deepEqual(await alerts(), [], 'what was met before the last day is nobody’s news');
  await harness.database.query(`UPDATE usage_runs SET asked_at = now(), issuer = 'https://other.example'`);
  assert.deepEqual(await alerts(), []);
});

test('a cap’s day is one of the site’s time zone', async () => {
  await harness.database.query('DELETE FROM alerts');
  await harness.database.query('DELETE FROM usage_runs');
  await harness.database.query('DELETE FROM usage_days');
  // Where it is noon now, so that both sides of the last midnight are within a day.
  const hours = 12 - new Date().getUTCHours();
  const timeZone = `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`;
  const midnightMs = startOfDay(timeZone, dayIn(timeZone, Date.now()));
  const claims = { time_zone: timeZone, agent: { id: 'a', caps: { site_messages_day: 0 } } };
  for (const atMs of [midnightMs - 2, midnightMs - 1, midnightMs, midnightMs + 1]) {
    const visitor = { ...newVisitor(), ...claims };
    await ask(visitor, 'Hi');
    await harness.database.query('UPDATE usage_runs SET asked_at = $1 WHERE session_id = $2', [new Date(atMs), visitor.sid]);
  }
  const told = (await claimAlerts(timeZone)).map(({ kind, at }) => [kind, Date.parse(at)]);
  assert.deepEqual(told, [
    ['cap_messages', midnightMs - 2],
    ['cap_messages', midnightMs],
  ]);
  assert.deepEqual(await claimAlerts(timeZone), []);
});

test('an alert that the site does not acknowledge is handed out again, three times in all; another site can’t acknowledge it', async () => {
  await harness.database.query('DELETE FROM alerts');
  await harness.database.query('DELETE FROM usage_runs');
  const later = async () => await harness.database.query(`UPDATE alerts SET claimed_at = claimed_at - interval '6 minutes'`);
  await ask({ ...newVisitor(), agent: { id: 'a', caps: { site_messages_day: 0 } } }, 'Hi');
  const [first] = await claimAlerts();
  assert.ok(first);
  assert.deepEqual(await claimAlerts(), [], 'the site may be at it');
  await later();
  assert.deepEqual((await Promise.all([claimAlerts(), claimAlerts()])).flat(), [first], 'to one of two that ask');
  await later();
  await acknowledgeAlerts(harness.database, 'https://other.example', [first.key]);
  assert.deepEqual(await claimAlerts(), [first]);
  await later();
  assert.deepEqual(await claimAlerts(), [], 'a site that never acknowledges is not told for ever');
  await harness.database.query('DELETE FROM alerts');
  assert.deepEqual(await claimAlerts(), [first]);
  assert.equal((await postAlerts('/received', { keys: [first.key] })).statusCode, 204);
  await later();
  assert.deepEqual(await claimAlerts(), []);
  for (const keys of [undefined, 'x', [1], Array.from({ length: 21 }, String)])
    assert.equal((await postAlerts('/received', { keys })).json().code, 'invalid_request');
});
