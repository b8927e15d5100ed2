// A customer asks to be forgotten: both services, real HTTP between them, and then every table of both databases is searched for what was his.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PrivacyErasure, PrivacyExport } from '@aiguy/manifests/generated/http';
import { verifyAudit } from '../tools-api/src/audit/verify-audit.ts';
import { createObedientModel } from './doubles/obedient-model.ts';
import { newSession, startWholeSystem, type WholeSystem } from './whole-system.ts';

let system: WholeSystem;
const his = {
  words: 'My grandmother’s teapot sings',
  mail: 'teapot.ada@mail.example',
  page: 'https://shop.example/teapots/',
  browser: 'Porcelain 7',
};

before(async () => {
  system = await startWholeSystem({ model: createObedientModel(), toolCallsMax: 20, shopOnly: true });
});
after(async () => await system?.stop());

/** Tables of a database in which a text stands. */
async function placesOf(database: WholeSystem['orchestratorDatabase'], text: string): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1",
  );
  const places: string[] = [];
  for (const { name } of rows)
    if ((await database.query(`SELECT FROM "${name}" AS kept WHERE strpos(kept::text, $1) > 0`, [text])).rowCount) places.push(name);
  return places;
}

async function bothPlaces(text: string): Promise<string[]> {
  return [...(await placesOf(system.orchestratorDatabase, text)), ...(await placesOf(system.tools.database, text))];
}

async function exported(of: { subject: string } | { email: string }): Promise<PrivacyExport['records']> {
  const records: PrivacyExport['records'] = [];
  let cursor: string | undefined;
  do {
    const page: PrivacyExport = await system.staff('/staff/privacy/export', { ...of, ...(cursor === undefined ? {} : { cursor }) });
    records.push(...page.records);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return records;
}

test('a guest’s tickets go by the address that he gave, at his site alone', async () => {
  const add =
    "INSERT INTO tickets (reference, owner, email, category, priority, summary, status, created_at, updated_at) VALUES ($1, $2, 'Guest@mail.example', 'other', 'normal', 's', 'open', now(), now())";
  await system.tools.database.query(add, ['T-BBBBB2', `${system.tools.site.key.issuer} anon:abc`]);
  await system.tools.database.query(add, ['T-BBBBB3', 'https://other.example anon:abc']);
  assert.equal((await exported({ email: 'guest@mail.example' })).length, 1);
  const erasure: PrivacyErasure = await system.staff('/staff/privacy/erase', { email: 'guest@mail.example' });
  assert.deepEqual(erasure, { done: true, erased: { tickets: 1 }, retained: [] });
});

test('what a customer said, prefers and had handed over is told, then erased in both databases; the record stays whole and names nobody', async () => {
  const { rows } = await system.tools.database.query<{ customer_id: string; wp_user_id: number; email: string }>(
    `SELECT customer_id, wp_user_id, email FROM customers
     WHERE NOT EXISTS (SELECT FROM tickets WHERE owner = 'customer:' || customer_id) ORDER BY customer_id LIMIT 2`,
  );
  const [customer, other] = rows;
  assert.ok(customer && other);
  const visitor = { ...newSession(`wp:1:${customer.wp_user_id}`), client: { page: his.page, browser: his.browser } };
  const stranger = newSession(`wp:1:${other.wp_user_id}`);
  await system.post(visitor, '/chat', { message: `${his.words}, write to ${his.mail}. DO list_orders {}` });
  await system.post(stranger, '/chat', { message: 'A stranger’s giraffe' });
  const owner = `customer:${customer.customer_id}`;
  await system.tools.database.query(
    `INSERT INTO tickets (reference, owner, issuer, subject, order_id, email, category, priority, summary, status, created_at, updated_at)
     VALUES ('T-AAAAA2', $1, $2, $3, 'W7777777', $4, 'other', 'normal', $5, 'open', now(), now())`,
    [owner, system.tools.site.key.issuer, visitor.sub, his.mail, his.words],
  );
  await system.tools.database.query("INSERT INTO preferences VALUES ($1, 'contact', '\"teapot.ada@mail.example\"', now() + interval '1 day')", [
    owner,
  ]);

  const told = await exported({ subject: visitor.sub });
  assert.deepEqual(
    [...new Set(told.map(({ kind }) => kind))].toSorted().filter((kind) => ['messages', 'preferences', 'sessions', 'tickets'].includes(kind)),
    ['messages', 'preferences', 'sessions', 'tickets'],
  );
  const ofTicket = told.find(({ kind }) => kind === 'tickets')?.fields.map(({ name }) => name);
  assert.deepEqual(ofTicket?.toSorted(), ['category', 'created_at', 'email', 'order_id', 'priority', 'reference', 'status', 'summary', 'updated_at']);
  assert.ok(JSON.stringify(told).includes(his.words) && !JSON.stringify(told).includes('giraffe'));
  assert.deepEqual((await bothPlaces(his.words)).toSorted(), ['events', 'runs', 'session_memory', 'tickets']);
  for (const text of [his.page, his.browser]) assert.deepEqual([JSON.stringify(told).includes(text), await bothPlaces(text)], [true, ['sessions']]);
  const recordBefore = await system.tools.database.query('SELECT count(*)::int AS rows FROM audit');

  const erasure: PrivacyErasure = await system.staff('/staff/privacy/erase', { subject: visitor.sub });
  assert.equal(erasure.done, true);
  assert.deepEqual([erasure.erased.sessions, erasure.erased.tickets, erasure.erased.preferences], [1, 1, 1]);
  assert.deepEqual(
    erasure.retained.map(({ kind, reason }) => [kind, reason]),
    [
      ['audit', 'record_names_nobody'],
      ['customers', 'shop'],
    ],
  );
  for (const text of [his.words, his.mail, his.page, his.browser, visitor.sub, visitor.sid])
    assert.deepEqual([text, await bothPlaces(text)], [text, []]);
  // The shop's own rows name their customer; ours don't.
  assert.deepEqual(await placesOf(system.orchestratorDatabase, customer.email), []);
  assert.deepEqual((await placesOf(system.tools.database, customer.email)).toSorted(), ['customers']);
  assert.ok((await bothPlaces('giraffe')).includes('events'));
  const recordAfter = await system.tools.database.query('SELECT count(*)::int AS rows FROM audit');
  assert.deepEqual(recordAfter.rows, recordBefore.rows);
  assert.equal((await verifyAudit(system.tools.database)).isIntact, true);
  assert.deepEqual(await exported({ subject: visitor.sub }), []);
});
