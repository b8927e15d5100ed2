// A site's figures: every number follows from what happened in its conversations, and nothing of another site is ever in them.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Report } from '@aiguy/manifests/generated/http';
import type { StaffAssertion } from '@aiguy/manifests/tokens';
import { type Harness, modelThat, saysText, siteIssuer, startHarness } from './harness.ts';

type Said = {
  text: string;
  /** Minutes after the day's noon. */
  at: number;
  cited?: true;
  tool?: { name: string; content: object };
  firstTextMs?: number;
  status?: 'success' | 'error';
  score?: -1 | 1;
};

let harness: Harness;
const nowIso = '2026-11-20T12:00:00Z';
const days = ['2026-11-10', '2026-11-11'] as const;

before(async () => {
  harness = await startHarness({ model: modelThat(() => saysText('Hello.')), nowMs: () => Date.parse(nowIso) });
});
after(async () => await harness.close());

async function sessionOf(issuer: string, subject = `anon:${randomBytes(12).toString('base64url')}`): Promise<string> {
  const id = randomBytes(24).toString('base64url');
  await harness.database.query('INSERT INTO sessions (id, issuer, subject) VALUES ($1, $2, $3)', [id, issuer, subject]);
  return id;
}

/** Puts a run with its events into the log, as if it had ended. */
async function say(session: string, day: string, said: Said): Promise<void> {
  const { text, at, cited, tool, firstTextMs, status = 'success', score } = said;
  const id = randomBytes(8).toString('hex');
  const began = Date.parse(`${day}T12:00:00Z`) + at * 60_000;
  await harness.database.query(
    `INSERT INTO runs (session_id, id, message_id, message_digest, status, owner, lease_until, started_at, finished_at, first_seq, input)
     VALUES ($1, $2, $2, '', $3, 'test', now(), $4, $4, 1, $5)`,
    [session, id, status, new Date(began), JSON.stringify({ kind: 'message', messageId: id, text })],
  );
  const events: [number, object][] = [
    [0, { type: 'RUN_STARTED' }],
    ...(tool
      ? ([
          [1, { type: 'TOOL_CALL_START', toolCallId: `call-${id}`, toolCallName: tool.name }],
          [2, { type: 'TOOL_CALL_RESULT', toolCallId: `call-${id}`, content: JSON.stringify(tool.content) }],
        ] as [number, object][])
      : []),
    ...(cited ? ([[3, { type: 'CUSTOM', name: 'aiguy.citations', value: {} }]] as [number, object][]) : []),
    ...(firstTextMs === undefined ? [] : ([[firstTextMs, { type: 'TEXT_MESSAGE_CONTENT', delta: 'x' }]] as [number, object][])),
  ];
  for (const [ms, event] of events) {
    await harness.database.query(
      `INSERT INTO events (session_id, seq, run_id, type, event, created_at)
       SELECT $1, COALESCE(max(seq), 0) + 1, $2, $3::json ->> 'type', $3, $4 FROM events WHERE session_id = $1`,
      [session, id, JSON.stringify(event), new Date(began + ms)],
    );
  }
  if (score)
    await harness.database.query('INSERT INTO ratings (session_id, run_id, score, rated_at) VALUES ($1, $2, $3, $4)', [
      session,
      id,
      score,
      new Date(began),
    ]);
}

async function report(from: string, to: string, claims: Partial<StaffAssertion> = {}): Promise<{ status: number; body: Report }> {
  const headers = { authorization: `Bearer ${await harness.staffAssertionFor({ scopes: ['report:read'], ...claims })}` };
  const response = await harness.orchestrator.app.inject({ url: `/staff/reports?from=${from}&to=${to}`, headers });
  return { status: response.statusCode, body: response.json() };
}

const ok = { ok: true, output: {} };

test('each conversation has one outcome, and the figures of the days are those of the whole', async () => {
  const [one, two] = days;
  const ask = async (...said: [string, Said][]) => {
    const session = await sessionOf(siteIssuer);
    for (const [day, message] of said) await say(session, day, message);
    return session;
  };
  // Confirmed: by a thumb, by thanks, and by four stars for the whole.
  await ask([one, { text: 'How long is delivery?', at: 0, cited: true, firstTextMs: 100, score: 1 }]);
  await ask(
    [one, { text: 'How long does delivery take', at: 0, cited: true, firstTextMs: 200 }],
    [one, { text: 'Thanks!', at: 3, firstTextMs: 300 }],
  );
  const starred = await ask([one, { text: 'Which tent is light?', at: 0, cited: true, firstTextMs: 400 }]);
  await harness.database.query(`INSERT INTO ratings (session_id, score, rated_at) VALUES ($1, 4, '2026-11-10T12:05:00Z')`, [starred]);
  // Assumed: answered, and never seen again.
  await ask([one, { text: 'Where is order W2530531?', at: 0, tool: { name: 'get_order_status', content: ok } }]);
  // Abandoned: unanswered, ended in an error, and answered to no avail.
  await ask([one, { text: 'Do you sell boats?', at: 0, tool: { name: 'retrieve_docs', content: ok } }]);
  await ask([
    one,
    { text: 'Do you sell boats', at: 0, status: 'error', tool: { name: 'retrieve_docs', content: { ok: false, code: 'tool_timeout' } } },
  ]);
  await ask([one, { text: 'Why is my stove cold?', at: 0, cited: true, score: -1 }]);
  // Escalated, after a refusal that is an answer and no error.
  await ask(
    [one, { text: 'My order please', at: 0, tool: { name: 'get_order_status', content: { ok: false, code: 'not_found' } } }],
    [one, { text: 'I want a person', at: 1, tool: { name: 'escalate_to_human', content: ok } }],
  );
  // Reopened the next morning about the same; what came of that is a conversation of its own, and so is another matter later.
  await ask(
    [one, { text: 'Can I return a used tent?', at: 600, cited: true }],
    [two, { text: 'So may a used tent be returned or not?', at: -60, cited: true }],
    [two, { text: 'What does a stove weigh?', at: 60, cited: true }],
  );
  // A conversation across midnight belongs to the day on which it began.
  await ask([one, { text: 'Is this chat open?', at: 719, cited: true }], [two, { text: 'And on holidays?', at: -719, cited: true }]);

  const { body } = await report(one, two);
  const outcomes = body.days.map(({ figures }) => [figures.conversations, figures.outcomes]);
  assert.deepEqual(outcomes, [
    [10, { confirmed: 3, assumed: 2, abandoned: 3, reopened: 1, escalated: 1, open: 0 }],
    [2, { confirmed: 0, assumed: 2, abandoned: 0, reopened: 0, escalated: 0, open: 0 }],
  ]);
  assert.deepEqual([body.total.conversations, body.total.messages, body.total.ratings], [12, 15, { up: 1, down: 1, stars: [0, 0, 0, 1, 0] }]);
  assert.deepEqual(
    body.days.map(({ figures }) => figures.messages),
    [12, 3],
  );
  assert.deepEqual(
    [body.total.firstAnswerMs, body.days[1]?.figures.firstAnswerMs],
    [
      { p50: 250, p95: 385 },
      { p50: null, p95: null },
    ],
  );
  assert.deepEqual([body.total.toolCalls, body.total.toolErrors], [5, 1]);
  assert.deepEqual(
    body.tools.map(({ name, title, calls, errors }) => [name, title !== name, calls, errors]),
    [
      ['get_order_status', true, 2, 0],
      ['retrieve_docs', true, 2, 1],
      ['escalate_to_human', true, 1, 0],
    ].sort((a, b) => Number(b[2]) - Number(a[2])),
  );
  assert.deepEqual(body.questions[0], { question: 'Do you sell boats', count: 2, unanswered: 2 });
});

test('what came of a conversation of the last day is open until a day has passed', async () => {
  const session = await sessionOf(siteIssuer);
  await say(session, '2026-11-19', { text: 'Is the lamp waterproof?', at: 30, cited: true });
  assert.deepEqual((await report('2026-11-19', '2026-11-19')).body.total.outcomes.open, 1);
});

test('the days are those of the time zone that the site signs', async () => {
  const late = await sessionOf(siteIssuer);
  await say(late, '2026-09-14', { text: 'Is it late there?', at: 690, cited: true, score: 1, tool: { name: 'list_orders', content: ok } });
  const of = async (claims: Partial<StaffAssertion>) => {
    const { timeZone, days: both, total } = (await report('2026-09-14', '2026-09-15', claims)).body;
    const each = both.map(({ figures }) => [figures.conversations, figures.messages, figures.ratings.up, figures.toolCalls]);
    return { timeZone, each, total: total.messages };
  };
  assert.deepEqual(await of({}), {
    timeZone: 'UTC',
    each: [
      [1, 1, 1, 1],
      [0, 0, 0, 0],
    ],
    total: 1,
  });
  assert.deepEqual(await of({ time_zone: 'Europe/Berlin' }), {
    timeZone: 'Europe/Berlin',
    each: [
      [0, 0, 0, 0],
      [1, 1, 1, 1],
    ],
    total: 1,
  });
  assert.equal((await of({ time_zone: 'Mars/Phobos' })).timeZone, 'UTC');
  await harness.database.query('DELETE FROM sessions WHERE id = $1', [late]);
});

test('tokens and money stand against the caps that held on that day', async () => {
  await harness.database.query(
    `INSERT INTO usage_days (issuer, day, messages, input_tokens, cache_read_tokens, output_tokens, cost_micro_usd, cap_messages, cap_micro_usd)
     VALUES ($1, '2026-11-12', 3, 100, 900, 30, 1234, 50, 2000000), ('https://other.example', '2026-11-12', 9, 1, 1, 1, 9999, 1, 1)`,
    [siteIssuer],
  );
  const { body } = await report('2026-11-12', '2026-11-13');
  const [day, next] = body.days;
  assert.deepEqual(day?.figures.tokens, { input: 100, cacheRead: 900, cacheWrite: 0, output: 30 });
  assert.deepEqual([day?.figures.costMicroUsd, body.total.costMicroUsd, day?.caps], [1234, 1234, { messages: 50, costMicroUsd: 2_000_000 }]);
  assert.deepEqual(next?.caps, { messages: 10_000, costMicroUsd: 10_000_000 });
});

test('what day and month have cost by now stands against the caps that would hold now, whatever span is asked for', async () => {
  const budget = async (caps?: NonNullable<StaffAssertion['agent']>['caps']) =>
    (await report('2026-11-01', '2026-11-01', caps ? { agent: { id: 'a', caps } } : {})).body.budget;
  const { day, month } = await budget();
  assert.deepEqual(day, { costMicroUsd: 0, capMicroUsd: 10_000_000, isMet: false });
  assert.equal(month.capMicroUsd, null);
  await harness.database.query(
    `INSERT INTO usage_days (issuer, day, cost_micro_usd) VALUES ($1, '2026-10-31', 1), ($1, '2026-11-01', 20), ($1, $2, 300), ($1, '2026-12-01', 4000), ('https://other.example', '2026-11-02', 50000)`,
    [siteIssuer, nowIso.slice(0, 10)],
  );
  assert.deepEqual(await budget({ site_cost_day_usd: 2, site_cost_month_usd: 30 }), {
    day: { costMicroUsd: 300, capMicroUsd: 2_000_000, isMet: false },
    month: { costMicroUsd: month.costMicroUsd + 320, capMicroUsd: 30_000_000, isMet: false },
  });
  const met = async (capped: string, at: string, issuer = siteIssuer) =>
    await harness.database.query(
      `INSERT INTO usage_runs (session_id, run_id, issuer, kind, capped, asked_at) VALUES (gen_random_uuid()::text, 'r', $1, 'trial', $2, $3)`,
      [issuer, capped, at],
    );
  const isMet = async () => [(await budget()).day.isMet, (await budget()).month.isMet];
  await met('site_cost', '2026-11-19T23:59:59Z');
  await met('site_cost_month', '2026-10-31T23:59:59Z');
  await met('site_cost', nowIso, 'https://other.example');
  assert.deepEqual(await isMet(), [false, false]);
  const inBerlin = (await report('2026-11-01', '2026-11-01', { time_zone: 'Europe/Berlin' })).body.budget;
  assert.deepEqual([inBerlin.day.isMet, inBerlin.month.isMet], [true, true], 'where it is an hour later');
  await met('site_cost', '2026-11-20T00:00:00Z');
  assert.deepEqual(await isMet(), [true, false]);
  await met('site_cost_month', '2026-11-01T00:00:00Z');
  assert.deepEqual(await isMet(), [true, true]);
  await harness.database.query(`DELETE FROM usage_runs WHERE kind = 'trial'`);
});

test('another site’s conversations, ratings, questions and money are in no figure', async () => {
  const before = (await report('2026-11-01', '2026-11-19')).body;
  const session = await sessionOf('https://other.example');
  await say(session, days[0], {
    text: 'A secret of the other site',
    at: 0,
    cited: true,
    firstTextMs: 9000,
    score: 1,
    tool: { name: 'list_orders', content: ok },
  });
  await harness.database.query(`INSERT INTO usage_days (issuer, day, cost_micro_usd) VALUES ('https://other.example', '2026-11-10', 777)`);
  assert.deepEqual((await report('2026-11-01', '2026-11-19')).body, before);
});

test('figures outlive the conversations they were made of', async () => {
  const before = (await report(...days)).body.total.messages;
  await harness.database.query('DELETE FROM sessions WHERE issuer = $1', [siteIssuer]);
  const { body } = await report(...days);
  assert.deepEqual([body.total.messages, body.total.conversations, body.questions], [before, 12, []]);
});

test('a real conversation is in the figures as soon as its run has ended', async () => {
  const today = new Date().toISOString().slice(0, 10);
  const headers = { authorization: `Bearer ${await harness.assertionFor()}`, accept: 'application/json' };
  await harness.orchestrator.app.inject({ method: 'POST', url: '/chat', headers, payload: { message: 'Which tents are there?' } });
  const { total, questions } = (await report(today, today)).body;
  assert.deepEqual([total.messages, questions], [1, [{ question: 'Which tents are there?', count: 1, unanswered: 1 }]]);
  assert.equal(typeof total.firstAnswerMs.p50, 'number');
});

test('a span that is none, and who may not see it, get nothing', async () => {
  const refused = [
    ['2026-11-11', '2026-11-10'],
    ['2025-01-01', '2026-11-10'],
    ['2026-02-30', '2026-03-01'],
    ['today', ''],
    ['2026-11-10', '2026-11-10&issuer=x'],
  ] as const;
  for (const [from, to] of refused) assert.equal((await report(from, to)).status, 400, `${from} ${to}`);
  assert.equal((await report(...days, { scopes: ['site:read'] })).status, 403);
});
