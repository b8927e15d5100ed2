// Tickets and preferences: whose they are, what a guest types, and what is forgotten.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Service } from '@aiguy/manifests/service';
import { forgetExpired } from '../src/effects/idempotency.ts';
import { type Harness, newSid, startHarness } from './harness.ts';
import { bent, send, sendFor } from './write-harness.ts';

let harness: Harness;
let service: Service;

before(async () => {
  harness = await startHarness({ shopOnly: true });
  service = await harness.build({ catalogue: bent() });
});
after(async () => await harness.close());

type Visitor = { sub: string; sid?: string };
const customer: Visitor = { sub: 'wp:1:1008' };
const newGuest = (): Visitor => ({ sub: `anon:${newSid()}`, sid: newSid() });

const contents = { category: 'product', priority: 'high', summary: 'The kettle leaks.', details: 'From the spout, since Monday.' };
const open = async (visitor: Visitor, args: object, preview = false) =>
  await sendFor(harness, visitor, { on: service, tool: 'create_support_ticket', args, preview });
const look = async (visitor: Visitor, reference: unknown) =>
  await sendFor(harness, visitor, { on: service, tool: 'get_ticket_status', args: { reference } });

test('a customer’s ticket has its reference at once, and the customer finds it by whatever credential', async () => {
  const { status, body } = await open(customer, contents);
  assert.equal(status, 200);
  assert.match(String(body.output?.reference), /^T-[2-9A-HJKMNP-TV-Z]{6}$/);
  const seen = await look(customer, body.output?.reference);
  const { updated_at: _, ...rest } = seen.body.output ?? {};
  assert.deepEqual(rest, { ...body.output, status_words: 'open: our team answers by e-mail', category: 'product', summary: 'The kettle leaks.' });
  const direct = await send(harness, { on: service, tool: 'get_ticket_status', args: { reference: body.output?.reference } });
  assert.deepEqual(direct.body.output, seen.body.output);
});

test('a guest must leave an e-mail address, which the preview comes before; a customer need not', async () => {
  const guest = newGuest();
  const { status, body } = await open(guest, contents);
  assert.deepEqual([status, body.code, body.details], [400, 'invalid_input', [{ pointer: '/', rule: "must have required property 'email'" }]]);
  assert.equal((await open(guest, contents, true)).status, 200);
  for (const preview of [true, false]) {
    assert.equal((await open(guest, { ...contents, email: 'not an address' }, preview)).body.details?.[0]?.pointer, '/email');
    assert.equal((await open(guest, { ...contents, email: 'mia@example.com' }, preview)).status, 200);
    assert.equal((await open(customer, contents, preview)).status, 200);
  }
  const { rows } = await harness.database.query("SELECT count(*)::int AS count FROM tickets WHERE email = 'mia@example.com'");
  assert.deepEqual(rows, [{ count: 1 }]);
});

test('what a preview of a ticket says does not hold the address that was typed', async () => {
  const { text, body } = await open(newGuest(), { ...contents, email: 'mia@example.com' }, true);
  assert.ok(!text.includes('mia@example.com'));
  assert.deepEqual(
    body.preview?.facts.map(({ label }) => label),
    ['About', 'Priority', 'Summary', 'Details', 'Answer goes to'],
  );
});

test('another’s ticket and no ticket are the same answer; a guest who signs in keeps what he opened in this session', async () => {
  const guest = newGuest();
  const mine = (await open(guest, { ...contents, email: 'mia@example.com' })).body.output?.reference;
  const customers = (await open({ ...customer, sid: guest.sid ?? '' }, contents)).body.output?.reference;
  const none = await look(guest, 'T-222222');
  assert.deepEqual([none.status, none.body.code], [404, 'not_found']);
  for (const [visitor, reference] of [
    [newGuest(), mine],
    [customer, mine],
    [{ sub: 'wp:1:1001' }, customers],
    [guest, customers],
    [guest, 'T-7K3M9Q'],
  ] as [Visitor, unknown][]) {
    const { status, body } = await look(visitor, reference);
    assert.deepEqual({ status, ...body, requestId: '' }, { status: 404, ...none.body, requestId: '' });
  }
  assert.equal((await look({ ...guest, sid: newSid() }, mine)).status, 200);
  assert.equal((await look({ ...customer, sid: guest.sid ?? '' }, mine)).status, 200);
});

const change = async (visitor: Visitor, args: object, preview = false) =>
  await sendFor(harness, visitor, { on: service, tool: 'update_preferences', args, preview });
const profile = async (visitor: Visitor) =>
  (await sendFor(harness, visitor, { on: service, tool: 'get_profile', args: {} })).body.output?.preferences as Record<
    string,
    { value: unknown; expires_at: string }
  >;
const valuesOf = async (visitor: Visitor) => Object.fromEntries(Object.entries(await profile(visitor)).map(([name, { value }]) => [name, value]));

test('preferences are kept for half a year, seen by their owner alone, changed one by one, and erased by null', async () => {
  const guest = newGuest();
  assert.deepEqual(await profile(guest), {});
  const set = await change(guest, { language: 'de-AT', shoe_size: '42', likes: ['wool', 'green'] });
  assert.deepEqual(set.body.output?.preferences, await profile(guest));
  const days = (Date.parse((await profile(guest)).shoe_size?.expires_at ?? '') - Date.now()) / 86_400_000;
  assert.ok(days > 179.9 && days <= 180, String(days));
  await change(guest, { shoe_size: '43', language: null });
  assert.deepEqual(await valuesOf(guest), { likes: ['wool', 'green'], shoe_size: '43' });
  assert.deepEqual(await valuesOf(newGuest()), {});
  await change(guest, { shoe_size: null, likes: null });
  assert.deepEqual(await profile(guest), {});
  const { rows } = await harness.database.query('SELECT count(*)::int AS count FROM preferences WHERE owner LIKE $1', [`%${guest.sub}`]);
  assert.deepEqual(rows, [{ count: 0 }]);
});

test('a customer is the same one by site and by direct call; a user who is no customer is known by the site', async () => {
  await change(customer, { clothing_size: 'L' });
  const direct = await send(harness, { on: service, tool: 'get_profile', args: {} });
  assert.deepEqual(direct.body.output?.preferences, await profile(customer));
  await change({ sub: 'wp:1:999999' }, { clothing_size: 'S' });
  assert.deepEqual(await valuesOf({ sub: 'wp:1:999999' }), { clothing_size: 'S' });
  assert.deepEqual(await valuesOf(customer), { clothing_size: 'L' });
});

test('what has expired is not shown, and deleted', async () => {
  const guest = newGuest();
  await change(guest, { language: 'en' });
  await harness.database.query("UPDATE preferences SET expires_at = now() - interval '1 second' WHERE owner LIKE $1", [`%${guest.sub}`]);
  assert.deepEqual(await profile(guest), {});
  await forgetExpired(harness.database);
  const { rows } = await harness.database.query('SELECT count(*)::int AS count FROM preferences WHERE owner LIKE $1', [`%${guest.sub}`]);
  assert.deepEqual(rows, [{ count: 0 }]);
});

for (const [what, args] of [
  ['nothing', {}],
  ['an unknown preference', { religion: 'none' }],
  ['a size that is none', { shoe_size: 'very large' }],
  ['a sentence for a language', { language: 'German please' }],
  ['no likes at all', { likes: [] }],
] as const) {
  test(`${what} is no change of preferences`, async () => {
    assert.equal((await change(newGuest(), args)).body.code, 'invalid_input');
  });
}

test('the preview says what will be kept and what forgotten', async () => {
  const { body } = await change(customer, { shoe_size: '8.5 UK', likes: ['wool', 'green'], language: null }, true);
  assert.equal(body.preview?.summary, 'Remember this about you');
  assert.deepEqual(body.preview?.facts.slice(0, 3), [
    { label: 'Language', value: 'will be forgotten' },
    { label: 'Shoe size', value: '8.5 UK' },
    { label: 'Likes', value: 'wool, green' },
  ]);
  assert.equal((await change(customer, { likes: null }, true)).body.preview?.summary, 'Forget this about you');
});
