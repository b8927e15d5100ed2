// The caps of a day and a month through POST /chat, with the real client library against a played Messages API: never more than allowed, and a kind way on.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import type { DegradedValue } from '@aiguy/manifests/generated/events';
import { type MessagesApi, startMessagesApi } from '../../test/doubles/messages-api.ts';
import { messageEvents, streamed, text } from '../../test/doubles/messages-api-replies.ts';
import { uncapped } from '../src/budget/caps.ts';
import { createAnthropicModel } from '../src/model/anthropic.ts';
import type { ModelRequest } from '../src/model/port.ts';
import { type Hold, Usage } from '../src/session/usage.ts';
import { gate, type Harness, modelThat, newVisitor, parseFrames, saysText, siteIssuer, startHarness, toolsThat } from './harness.ts';

type Visitor = Parameters<Harness['assertionFor']>[0];

let api: MessagesApi;
let harness: Harness;
let hold: Promise<void> | undefined;
let onRequest: () => void = () => undefined;
let known: ModelRequest[];
let clockMs = Date.parse('2026-11-20T23:59:50Z');
const scopes = ['docs:read', 'order:read', 'handoff:write', 'ticket:write'];
/** 120 tokens read, 900 from the cache, 30 written, at the default prices of Haiku. */
const callMicroUsd = 36;

before(async () => {
  api = await startMessagesApi(() => {
    onRequest();
    const reply = streamed(messageEvents([text('The shop sells tents.')]));
    return hold ? { ...reply, parts: [hold, ...reply.parts] } : reply;
  });
  const model = createAnthropicModel({
    apiKey: 'test-key',
    baseUrl: api.url,
    planModel: 'claude-haiku-5-5',
    answerModel: 'claude-sonnet-5-5',
    requestTimeoutMs: 60_000,
    idleTimeoutMs: 60_000,
  });
  const knowledge = modelThat((_call, request) => {
    known.push(request);
    return saysText('This is what our articles say.');
  });
  harness = await startHarness({
    model,
    knowledge: { ...knowledge, isExtractive: true },
    scopes,
    tools: toolsThat(async () => ({ ok: true, output: { text: 'A person answers.' } })),
    nowMs: () => clockMs,
    databaseTimeoutMs: 60_000,
    config: { TURN_WALL_MS: 120_000, CAP_GUESTS_PER_NETWORK: 2 },
  });
});
after(async () => {
  await harness.close();
  await api.stop();
});
beforeEach(async () => {
  known = [];
  hold = undefined;
  onRequest = () => undefined;
  await harness.database.query('DELETE FROM usage_calls');
  await harness.database.query('DELETE FROM usage_days');
  await harness.database.query('DELETE FROM usage_visitors');
});

function guest(claims: Visitor = {}): NonNullable<Visitor> {
  return { ...newVisitor(), sub: `anon:${randomBytes(16).toString('base64url')}`, scopes, ...claims };
}

async function ask(visitor: Visitor, message = 'What do you sell?') {
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}`, accept: 'text/event-stream' };
  const { body } = await harness.orchestrator.app.inject({ method: 'POST', url: '/chat', headers, payload: { message } });
  const events = parseFrames(body).map(({ event }) => event);
  const custom = events.find((event) => event.type === 'CUSTOM' && event.name === 'aiguy.degraded');
  const said = events.map((event) => (event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : '')).join('');
  return { degraded: custom?.type === 'CUSTOM' ? (custom.value as DegradedValue) : undefined, said, last: events.at(-1), events };
}

function holdOf(reserved: Hold | string): Hold {
  return typeof reserved === 'string' ? assert.fail(reserved) : reserved;
}

async function day(): Promise<{ cost: number; reserved: number; messages: number }> {
  const { rows } = await harness.database.query<{ cost: number; reserved: number; messages: number }>(
    `SELECT sum(cost_micro_usd)::float8 AS cost, sum(reserved_micro_usd)::float8 AS reserved, sum(messages)::float8 AS messages FROM usage_days`,
  );
  return rows[0] ?? { cost: 0, reserved: 0, messages: 0 };
}

test('what a call used is kept with its run: model, tokens of each kind and cost', async () => {
  const visitor = guest();
  assert.equal((await ask(visitor)).said, 'The shop sells tents.');
  const { rows } = await harness.database.query(
    `SELECT model, status, input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, cost_micro_usd::int AS cost FROM usage_calls WHERE session_id = $1`,
    [visitor.sid],
  );
  assert.deepEqual(rows, [
    {
      model: 'claude-haiku-5-5',
      status: 'settled',
      input_tokens: 120,
      cache_read_tokens: 900,
      cache_write_tokens: 0,
      output_tokens: 30,
      cost: callMicroUsd,
    },
  ]);
  assert.deepEqual(await day(), { cost: callMicroUsd, reserved: 0, messages: 1 });
});

test('a hundred turns at once reserve no more than the day has left, and the rest is answered from the knowledge', async () => {
  await ask(guest());
  const { rows } = await harness.database.query<{ reserved: number }>('SELECT reserved_micro_usd::float8 AS reserved FROM usage_calls');
  const reserved = rows[0]?.reserved ?? 0;
  const [turns, fitting] = [100, 7];
  // Seven calls fit, and nearly an eighth.
  const site_cost_day_usd = (callMicroUsd + fitting * reserved + reserved - 1) / 1_000_000;
  const { opened, open } = gate();
  hold = opened;
  let decided = 0;
  const decide = () => {
    decided += 1;
    if (decided === turns) open();
  };
  onRequest = decide;
  const before = api.requests.length;
  const asked = Array.from({ length: turns }, async () => {
    const answer = await ask(guest({ agent: { id: 'a', caps: { site_cost_day_usd } } }));
    if (answer.degraded) decide();
    return answer;
  });
  await opened;
  const under = await day();
  assert.ok(under.cost + under.reserved <= site_cost_day_usd * 1_000_000, JSON.stringify(under));
  assert.equal(under.reserved, fitting * reserved);
  const answers = await Promise.all(asked);
  assert.equal(api.requests.length - before, fitting);
  assert.equal(answers.filter(({ degraded }) => degraded?.reason === 'site_cost' && degraded.action === 'knowledge').length, turns - fitting);
  assert.ok(answers.every(({ last, said }) => last?.type === 'RUN_FINISHED' && said !== ''));
  assert.deepEqual(await day(), { cost: (fitting + 1) * callMicroUsd, reserved: 0, messages: turns + 1 });
});

test('what a dead process had set aside is given back; what it had sent stays paid', async () => {
  const visitor = guest();
  await ask(visitor);
  const usage = new Usage(harness.database);
  const { rows } = await harness.database.query<{ id: string; epoch: number }>('SELECT id, epoch FROM runs WHERE session_id = $1', [visitor.sid]);
  const run = rows[0] ?? assert.fail();
  const of = { issuer: siteIssuer, day: '2026-11-20', sessionId: visitor.sid ?? '', runId: run.id, visitor: { sub: visitor.sub ?? '' } };
  const call = { ...of, model: 'm', sent: 5, caps: { siteMicroUsd: 200, siteMonthMicroUsd: uncapped } };
  const live = await usage.reserve({ ...call, epoch: null, reserved: 60, heldMs: 60_000 });
  // The process that held it is gone: its run is another one's, or has ended.
  holdOf(await usage.reserve({ ...call, epoch: run.epoch, reserved: 100, heldMs: 60_000 }));
  // There would be no room for it beside the dead one.
  holdOf(await usage.reserve({ ...call, epoch: null, reserved: 90, heldMs: 60_000 }));
  assert.deepEqual(await day(), { cost: callMicroUsd + 5, reserved: 150, messages: 1 });
  assert.equal(await usage.reserve({ ...call, epoch: null, reserved: 10, heldMs: 60_000 }), 'site_cost');
  const tokens = { inputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 1 };
  await usage.settle(holdOf(live), { tokens, microUsd: 7, model: 'm' });
  assert.deepEqual(await day(), { cost: callMicroUsd + 12, reserved: 90, messages: 1 });
});

test('a turn whose process is gone in the middle of a call is answered by another one, out of the same money', async () => {
  await ask(guest());
  const { rows: calls } = await harness.database.query<{ reserved: number }>('SELECT reserved_micro_usd::float8 AS reserved FROM usage_calls');
  const reserved = calls[0]?.reserved ?? 0;
  // One call fits beside what the dead one had sent, and never two.
  const site_cost_day_usd = (callMicroUsd + reserved * 1.7) / 1_000_000;
  const visitor = guest({ agent: { id: 'a', caps: { site_cost_day_usd } } });
  const { opened, open } = gate();
  hold = opened;
  const called = gate();
  onRequest = called.open;
  const first = ask(visitor);
  await called.opened;
  await harness.database.query(`UPDATE runs SET lease_until = '-infinity' WHERE session_id = $1`, [visitor.sid]);
  const model = modelThat(() => saysText('Another process says so.'));
  const second = await startHarness({
    model: { ...model, name: 'claude-haiku-5-5' },
    databaseUrl: harness.config.DATABASE_URL,
    nowMs: () => clockMs,
    databaseTimeoutMs: 60_000,
  });
  await second.orchestrator.liveRuns.sweep();
  const { said, degraded, last } = await first;
  assert.deepEqual([said, degraded, last?.type, model.requests.length], ['Another process says so.', undefined, 'RUN_FINISHED', 1]);
  assert.equal((await day()).reserved, 0);
  open();
  await second.close();
});

test('with the next day everybody begins anew', async () => {
  const visitor = guest({ agent: { id: 'a', caps: { guest_messages_day: 1 } } });
  assert.equal((await ask(visitor)).degraded, undefined);
  assert.deepEqual((await ask(visitor)).degraded, { reason: 'guest_messages', action: 'knowledge', until: '2026-11-21T00:00:00.000Z' });
  clockMs += 20_000;
  assert.equal((await ask(visitor)).degraded, undefined);
});

test('at a guest’s cap the knowledge answers, with the help centre and a person as its only tools', async () => {
  const visitor = guest({ agent: { id: 'a', caps: { guest_messages_day: 0 } } });
  const before = api.requests.length;
  const { said, degraded } = await ask(visitor);
  assert.deepEqual([said, degraded?.reason, api.requests.length], ['This is what our articles say.', 'guest_messages', before]);
  assert.deepEqual(
    known[0]?.tools.map(({ name }) => name),
    ['create_support_ticket', 'escalate_to_human', 'retrieve_docs'],
  );
});

test('a guest who throws his cookie away is known by his network; another network’s guest is not him', async () => {
  const network = 'n'.repeat(43);
  const caps = { guest_messages_day: 1 };
  const reasonOf = async (claims: Visitor) => (await ask(guest({ agent: { id: 'a', caps }, ...claims }))).degraded?.reason;
  assert.deepEqual(
    [await reasonOf({ network }), await reasonOf({ network }), await reasonOf({ network })],
    [undefined, undefined, 'network_messages'],
  );
  assert.equal(await reasonOf({ network: 'm'.repeat(43) }), undefined);
});

test('a message that its own visitor’s cap refuses takes nothing from the site’s', async () => {
  const caps = { guest_messages_day: 1, site_messages_day: 2 };
  const spammer = guest({ agent: { id: 'a', caps } });
  for (let sent = 0; sent < 4; sent += 1) await ask(spammer);
  assert.equal((await ask(guest({ agent: { id: 'a', caps } }))).degraded, undefined);
  assert.equal((await ask(guest({ agent: { id: 'a', caps } }))).degraded?.reason, 'site_messages');
});

test('the stricter of the owner’s and the operator’s caps holds for a customer', async () => {
  const visitor = { ...newVisitor(), scopes, agent: { id: 'a', caps: { customer_messages_day: 100_000 } } };
  await ask(visitor);
  await harness.database.query('UPDATE usage_visitors SET messages = 200');
  assert.equal((await ask(visitor)).degraded?.reason, 'customer_messages');
});

test('who has used his money of the day, or that of his network’s guests, costs nothing more; with the next day he begins anew', async () => {
  const network = 'w'.repeat(43);
  const agent = { id: 'a', caps: { guest_cost_day_usd: (callMicroUsd - 1) / 1_000_000, customer_cost_day_usd: (callMicroUsd + 1) / 1_000_000 } };
  const first = guest({ agent, network });
  const reasonsOf = async (...visitors: Visitor[]) => {
    const reasons: (string | undefined)[] = [];
    for (const visitor of visitors) reasons.push((await ask(visitor)).degraded?.reason);
    return reasons;
  };
  assert.deepEqual(await reasonsOf(first, first, guest({ agent, network }), guest({ agent, network }), guest({ agent })), [
    undefined,
    'guest_cost',
    undefined,
    'network_cost',
    undefined,
  ]);
  const customer = { ...newVisitor(), scopes, agent };
  assert.deepEqual(await reasonsOf(customer, customer, customer), [undefined, undefined, 'customer_cost']);
  const { rows } = await harness.database.query<{ cost: number }>('SELECT sum(cost_micro_usd)::int AS cost FROM usage_visitors');
  assert.equal(rows[0]?.cost, callMicroUsd * (3 + 2 + 2), 'each call once for its guest, and once for his network where that is known');
  assert.equal((await day()).cost, callMicroUsd * 5);
  clockMs += 86_400_000;
  assert.deepEqual(await reasonsOf(first, customer), [undefined, undefined]);
});

test('where the owner wants it the visitor is handed to a person instead: a card, and a run that waits for it', async () => {
  const { degraded, said, last, events } = await ask(
    guest({ agent: { id: 'a', caps: { guest_messages_day: 0, at_cap: 'contact' } } }),
    'My tent leaks',
  );
  assert.equal(degraded?.action, 'contact');
  assert.match(said, /Leave us your address/);
  assert.ok(events.some((event) => event.type === 'TOOL_CALL_START' && event.toolCallName === 'escalate_to_human'));
  assert.equal(last?.type === 'RUN_FINISHED' && (last.outcome as { type: string } | undefined)?.type, 'interrupt');
  assert.equal(known.length, 0);
});

test('where the owner wants it the chat is closed for the day, and says so', async () => {
  const { degraded, said, last } = await ask(guest({ agent: { id: 'a', caps: { site_messages_day: 0, at_cap: 'closed' } } }));
  assert.deepEqual([degraded?.reason, degraded?.action, last?.type], ['site_messages', 'closed', 'RUN_FINISHED']);
  assert.match(said, /closed for today/);
  const money = await ask(guest({ agent: { id: 'a', caps: { site_cost_day_usd: 0, at_cap: 'closed' } } }));
  assert.deepEqual([money.degraded?.reason, money.said === said, known.length], ['site_cost', true, 0]);
});

/** Days of the month before, as if they had been chatted through. */
async function spend(days: Record<string, number>, issuer = siteIssuer): Promise<void> {
  for (const [of, microUsd] of Object.entries(days))
    await harness.database.query('INSERT INTO usage_days (issuer, day, cost_micro_usd) VALUES ($1, $2, $3)', [issuer, of, microUsd]);
}

test('the month’s money is a hard stop before the model: with what its days have cost, of this site alone, until the next month begins', async (t) => {
  t.after(() => {
    clockMs = Date.parse('2026-11-22T00:00:10Z');
  });
  clockMs = Date.parse('2026-11-30T12:00:00Z');
  await spend({ '2026-10-31': 900_000, '2026-11-01': 300_000, '2026-11-29': 200_000, '2026-12-01': 900_000 });
  await spend({ '2026-11-15': 900_000 }, 'https://other.example');
  const asking = async (usd: number, more: object = {}) => {
    const before = api.requests.length;
    const visitor = guest({ agent: { id: 'a', caps: { site_cost_month_usd: usd, ...more } } });
    return { ...(await ask(visitor)), called: api.requests.length - before, visitor };
  };
  const fits = await asking(0.6);
  assert.deepEqual([fits.degraded, fits.called], [undefined, 1]);
  const over = await asking(0.5 + callMicroUsd / 1_000_000);
  assert.deepEqual([over.degraded, over.called], [{ reason: 'site_cost_month', action: 'knowledge', until: '2026-12-01T00:00:00.000Z' }, 0]);
  assert.equal(over.said, 'This is what our articles say.');
  const { rows } = await harness.database.query('SELECT capped FROM usage_runs WHERE session_id = $1', [over.visitor.sid]);
  assert.deepEqual(rows, [{ capped: 'site_cost_month' }]);
  assert.match((await asking(0, { at_cap: 'closed' })).said, /closed for this month. Please come back next month/);
  assert.match((await asking(0, { at_cap: 'contact' })).said, /this month. Leave us your address/);
  assert.equal((await asking(1, { site_cost_day_usd: 0 })).degraded?.reason, 'site_cost', 'the day’s own cap goes by its own name');
  clockMs = Date.parse('2026-12-02T00:00:00Z');
  assert.equal((await asking(0.9)).degraded?.reason, 'site_cost_month');
  assert.equal((await asking(1)).degraded, undefined);
});

test('turns at once reserve no more than the month has left', async () => {
  await ask(guest());
  const { rows } = await harness.database.query<{ reserved: number }>('SELECT reserved_micro_usd::float8 AS reserved FROM usage_calls');
  const reserved = rows[0]?.reserved ?? 0;
  await spend({ [new Date(clockMs - 86_400_000).toISOString().slice(0, 10)]: 1_000_000 });
  const [turns, fitting] = [20, 3];
  const site_cost_month_usd = (1_000_000 + callMicroUsd + fitting * reserved + reserved - 1) / 1_000_000;
  const { opened, open } = gate();
  hold = opened;
  let decided = 0;
  const decide = () => {
    decided += 1;
    if (decided === turns) open();
  };
  onRequest = decide;
  const before = api.requests.length;
  const answers = await Promise.all(
    Array.from({ length: turns }, async () => {
      const answer = await ask(guest({ agent: { id: 'a', caps: { site_cost_month_usd } } }));
      if (answer.degraded) decide();
      return answer;
    }),
  );
  assert.equal(api.requests.length - before, fitting);
  assert.equal(answers.filter(({ degraded }) => degraded?.reason === 'site_cost_month').length, turns - fitting);
});

test('a message that is sent again is counted once', async () => {
  const visitor = guest();
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}`, accept: 'application/json' };
  const payload = { message: 'Hello there', messageId: 'message-1' };
  for (let sent = 0; sent < 3; sent += 1) await harness.orchestrator.app.inject({ method: 'POST', url: '/chat', headers, payload });
  assert.equal((await day()).messages, 1);
});
