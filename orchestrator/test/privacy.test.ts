// What is kept of a site's user: told page by page, erased to the last row, and nobody else's with it.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { AiguyError } from '@aiguy/manifests/errors';
import type { PrivacyErasure, PrivacyExport } from '@aiguy/manifests/generated/http';
import { until } from '../../scripts/until.ts';
import { gate, type Harness, modelThat, saysText, startHarness } from './harness.ts';

const held = gate();
const reached = gate();
let harness: Harness;
let isToolsDown = false;
const asked: string[] = [];

before(async () => {
  const model = modelThat((_call, request, signal) => {
    if (!JSON.stringify(request).includes('hold on, zebra')) return saysText('The help centre says nothing of that.');
    reached.open();
    return (async function* () {
      await Promise.race([held.opened, new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))]);
      yield { type: 'failed', failure: 'aborted' } as const;
    })();
  });
  const relayPrivacy = {
    exportPage: async ({ cursor }: { cursor?: string }) => ({
      records: [{ kind: 'preferences', id: cursor ?? 'first', fields: [] }],
      ...(cursor ? {} : { cursor: 'tickets:1' }),
    }),
    erase: async ({ subject = '', email = '' }: { subject?: string; email?: string }) => {
      asked.push(subject || email);
      if (isToolsDown) throw new AiguyError('tool_unavailable');
      return { done: true, erased: { preferences: 2 }, retained: [] };
    },
  };
  harness = await startHarness({ model, relayPrivacy });
});
after(async () => {
  held.open();
  await harness.close();
});

const visitor = (sub: string) => ({ sub, sid: randomBytes(24).toString('base64url') });

async function say(who: { sub: string; sid: string; client?: { page: string; browser: string } }, message: string) {
  const headers = { authorization: `Bearer ${await harness.assertionFor(who)}` };
  return await harness.orchestrator.app.inject({ method: 'POST', url: '/ask', headers, payload: { message } });
}

async function privacy<T>(verb: 'export' | 'erase', body: object, claims: object = { scopes: ['privacy:write'] }) {
  const headers = { authorization: `Bearer ${await harness.staffAssertionFor(claims)}` };
  const response = await harness.orchestrator.app.inject({ method: 'POST', url: `/staff/privacy/${verb}`, headers, payload: body });
  return { status: response.statusCode, body: response.json() as T & { code?: string } };
}

async function exportAll(subject: string): Promise<PrivacyExport['records']> {
  const records: PrivacyExport['records'] = [];
  let cursor: string | undefined;
  do {
    const page = (await privacy<PrivacyExport>('export', { subject, ...(cursor ? { cursor } : {}) })).body;
    records.push(...page.records);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return records;
}

/** Every place of the database in which a text stands. */
async function placesOf(text: string): Promise<string[]> {
  const { rows: tables } = await harness.database.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
  );
  const places: string[] = [];
  for (const { name } of tables) {
    const { rowCount } = await harness.database.query(`SELECT FROM "${name}" AS kept WHERE strpos(kept::text, $1) > 0`, [text]);
    if (rowCount) places.push(name);
  }
  return places;
}

test('all that was said is told, across conversations and pages, and nothing of anybody else', async () => {
  const first = visitor('wp:1:41');
  await say(first, 'Do you ship zebra-striped kettles?');
  await say(visitor('wp:1:41'), 'Another day, another kettle');
  await harness.database.query(
    `INSERT INTO events (session_id, seq, run_id, type, event) SELECT $1, 1000 + n, 'r', 'TEXT_MESSAGE_CONTENT',
       json_build_object('messageId', 'm' || n, 'delta', 'Line ' || n) FROM generate_series(1, 250) AS n`,
    [first.sid],
  );
  await say(visitor('wp:1:42'), 'A stranger speaks of giraffes');
  const records = await exportAll('wp:1:41');
  const told = JSON.stringify(records);
  assert.ok(told.includes('zebra-striped') && told.includes('The help centre says nothing of that.') && !told.includes('giraffes'));
  assert.equal(records.filter(({ kind }) => kind === 'messages').length, 254);
  assert.deepEqual(
    records.filter(({ kind }) => kind === 'preferences').map(({ id }) => id),
    ['first', 'tickets:1'],
  );
  assert.ok(!/eyJ|"assertion"/.test(told), 'no credential is told');
});

test('after erasing, neither the subject nor a word of his stands anywhere, and the others are as they were', async () => {
  await harness.database.query('CREATE TABLE later (session_id text REFERENCES sessions ON DELETE CASCADE, note text)');
  await harness.database.query('CREATE TABLE counted (issuer text, subject text, day date, messages int)');
  const own = { ...visitor('wp:1:51'), client: { page: 'https://shop.example/lion-lamps/', browser: 'Okapi 7' } };
  await say(own, 'My zebra kettle, write to ada@example.org');
  await say(visitor('wp:1:52'), 'Another one’s giraffe');
  await harness.database.query("INSERT INTO later VALUES ($1, 'zebra')", [own.sid]);
  await harness.database.query('INSERT INTO counted SELECT issuer, subject, now(), 1 FROM sessions WHERE id = $1', [own.sid]);
  assert.deepEqual(await placesOf('wp:1:51'), ['sessions', 'counted']);
  assert.ok((await placesOf('ada@example.org')).includes('events'));
  for (const text of ['lion-lamps', 'Okapi 7']) assert.deepEqual(await placesOf(text), ['sessions']);
  const conversation = (await exportAll('wp:1:51')).find(({ kind }) => kind === 'sessions');
  const told = new Map(conversation?.fields.map(({ name, value }) => [name, value]));
  assert.deepEqual([told.get('page'), told.get('browser')], ['https://shop.example/lion-lamps/', 'Okapi 7']);
  assert.ok(!JSON.stringify(conversation).includes(own.sid));
  const { status, body } = await privacy<PrivacyErasure>('erase', { subject: 'wp:1:51' });
  assert.equal(status, 200);
  assert.deepEqual([body.done, body.retained], [true, []]);
  assert.deepEqual([body.erased.sessions, body.erased.later, body.erased.counted, body.erased.preferences], [1, 1, 1, 2]);
  for (const text of ['wp:1:51', 'My zebra', 'ada@example.org', 'lion-lamps', 'Okapi 7', own.sid])
    assert.deepEqual([text, await placesOf(text)], [text, []]);
  assert.deepEqual((await placesOf('giraffe')).includes('events'), true);
  assert.equal((await say(own, 'Hello again')).statusCode, 200, 'he may write anew');
});

test('an answer that is under way is stopped first, and what waits behind it is not begun', async () => {
  const own = visitor('wp:1:61');
  const first = say(own, 'Please hold on, zebra');
  await reached.opened;
  const second = say(own, 'And then once more, zebra');
  await until(async () => (await placesOf('once more, zebra')).length > 0);
  const { body } = await privacy<PrivacyErasure>('erase', { subject: 'wp:1:61' });
  assert.deepEqual([body.done, body.erased.sessions, body.retained], [true, 1, []]);
  await Promise.allSettled([first, second]);
  await harness.orchestrator.afterwards.settled();
  for (const text of ['wp:1:61', 'hold on, zebra', 'once more, zebra', own.sid])
    assert.deepEqual([text, (await placesOf(text)).filter((place) => place !== 'later')], [text, []]);
});

test('a change in doubt is kept until it is known what came of it', async () => {
  const own = visitor('wp:1:71');
  await say(own, 'Cancel it');
  await harness.database.query(
    "INSERT INTO effects (key, session_id, run_id, interrupt_id, tool, summary, args, status) VALUES ('k', $1, 'r', 'i', 'cancel_order', 's', '{}', 'unknown')",
    [own.sid],
  );
  const { body } = await privacy<PrivacyErasure>('erase', { subject: 'wp:1:71' });
  assert.deepEqual(body.retained, [{ kind: 'sessions', reason: 'change_in_doubt', count: 1 }]);
  assert.equal((await placesOf('Cancel it')).length > 0, true);
});

test('tools that are down are said to be, and the same request erases the rest later', async () => {
  isToolsDown = true;
  assert.deepEqual([(await privacy<PrivacyErasure>('erase', { subject: 'wp:1:42' })).body.code, asked.at(-1)], ['tool_unavailable', 'wp:1:42']);
  isToolsDown = false;
  assert.equal((await privacy<PrivacyErasure>('erase', { subject: 'wp:1:42' })).body.done, true);
});

test('a guest’s address goes to the tools alone', async () => {
  const { body } = await privacy<PrivacyErasure>('erase', { email: 'ada@example.org' });
  assert.deepEqual([body.done, body.erased, asked.at(-1)], [true, { preferences: 2 }, 'ada@example.org']);
});

test('another site’s people, another scope, guests as subjects and unknown fields are refused or reach nothing', async () => {
  assert.equal((await privacy('erase', { subject: 'wp:1:52' }, { scopes: ['conversation:write'] })).body.code, 'insufficient_scope');
  for (const body of [{ subject: 'anon:abcdefgh' }, { subject: 'wp:1:52', all: true }, {}, { subject: 'wp:1:52', cursor: 'x;DROP:1' }])
    assert.equal((await privacy('export', body)).body.code, 'invalid_request');
  await harness.database.query("UPDATE sessions SET issuer = 'https://other.example' WHERE subject = 'wp:1:52'");
  assert.deepEqual((await privacy<PrivacyErasure>('erase', { subject: 'wp:1:52' })).body.erased, { preferences: 2 });
  assert.equal((await placesOf('giraffe')).includes('events'), true);
  assert.equal(
    (await exportAll('wp:1:52')).some(({ kind }) => kind === 'messages'),
    false,
  );
});
