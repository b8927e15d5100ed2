// GET /tickets and PUT /tickets/:reference: what visitors left at a site is there for its people, and for nobody else's.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { StaffTicket, StaffTicketList } from '@aiguy/manifests/generated/http';
import type { Service } from '@aiguy/manifests/service';
import { signToken } from '@aiguy/manifests/tokens';
import { verifyAudit } from '../src/audit/verify-audit.ts';
import { createDemoShop } from '../src/backends/shop.ts';
import { createZendesk } from '../src/backends/ticket-desk/zendesk.ts';
import { startZendesk, type ZendeskDouble } from '../src/backends/ticket-desk/zendesk-double.fixture.ts';
import { createTickets } from '../src/backends/tickets.ts';
import { createGetTicketStatus } from '../src/tools/get_ticket_status/handler.ts';
import { type Harness, makeParties, newSid, type Party, startHarness } from './harness.ts';
import { bent, sendFor } from './write-harness.ts';

let harness: Harness;
let service: Service;
let neighbour: Party;
let zendesk: ZendeskDouble;
const customer = { sub: 'wp:1:1008' };
const hostile = '<img src=x onerror=alert(1)> “quoted”';

before(async () => {
  harness = await startHarness({ shopOnly: true });
  const { site } = await makeParties();
  const issuer = 'https://neighbour.example';
  neighbour = { issuer: { ...site.issuer, issuer }, key: { ...site.key, issuer } };
  service = await build();
  zendesk = await startZendesk();
});
after(async () => {
  await harness?.close();
  await zendesk?.stop();
});

async function build(change: Parameters<Harness['build']>[0] = {}): Promise<Service> {
  const { site, orchestrator, direct } = harness;
  const config = { TRUSTED_ISSUERS: [site, orchestrator, direct, neighbour].map((party) => party.issuer) };
  return await harness.build({ catalogue: bent(), config, ...change });
}

type Sent = { on?: Service; by?: Party; scopes?: string[]; kind?: 'staff-assertion' | 'visitor-assertion' };

async function call<T>(method: 'GET' | 'PUT', path: string, { body, on = service, by = harness.site, scopes }: Sent & { body?: unknown } = {}) {
  const granted = scopes ?? [method === 'GET' ? 'conversation:read' : 'conversation:write'];
  const authorization = `Bearer ${await signToken('staff-assertion', by.key, { sub: 'wp:1:1', scopes: granted, jti: randomUUID() })}`;
  const sent = body === undefined ? {} : { headers: { authorization, 'content-type': 'application/json' }, payload: JSON.stringify(body) };
  const response = await on.app.inject({ method, url: `/tickets${path}`, headers: { authorization }, ...sent });
  return { status: response.statusCode, body: response.json() as T & { code?: string; details?: { pointer: string }[] } };
}
const list = async (query = '', sent: Sent = {}) => await call<StaffTicketList>('GET', query, sent);
const set = async (reference: string, status: unknown, sent: Sent = {}) =>
  await call<StaffTicket>('PUT', `/${reference}`, { body: { status }, ...sent });

const contents = { category: 'product', priority: 'high', summary: hostile, details: 'From the spout.\nSince Monday.', order_id: 'W2530531' };
async function open(visitor: { sub: string; sid?: string }, args: object, on = service): Promise<string> {
  const { status, body, text } = await sendFor(harness, visitor, { on, tool: 'create_support_ticket', args });
  assert.equal(status, 200, text);
  return String(body.output?.reference);
}
const look = async (visitor: { sub: string; sid?: string }, reference: string, on = service) =>
  (await sendFor(harness, visitor, { on, tool: 'get_ticket_status', args: { reference } })).body.output;
const newGuest = () => ({ sub: `anon:${newSid()}`, sid: newSid() });

test('a guest’s ticket has all that he wrote and his address, a customer’s that of his account; the newest is first', async () => {
  const guest = newGuest();
  const first = await open(guest, { ...contents, email: 'mia@example.com' });
  const second = await open(customer, { category: 'other', priority: 'low', summary: 'Hello there' });
  const { status, body } = await list();
  assert.equal(status, 200);
  const [newest, older] = body.tickets;
  const { at, updatedAt, ...rest } = older ?? assert.fail();
  assert.deepEqual(rest, {
    ...{ reference: first, status: 'open', category: 'product', priority: 'high', summary: hostile },
    ...{ details: contents.details, orderId: 'W2530531', email: 'mia@example.com', visitor: guest.sub },
  });
  assert.equal(at, updatedAt);
  assert.deepEqual([newest?.reference, newest?.visitor, newest?.orderId], [second, customer.sub, undefined]);
  assert.match(newest?.email ?? '', /@/);
});

test('what is set is what the visitor is told, is on record once, and leaves the open ones', async () => {
  const guest = newGuest();
  const reference = await open(guest, { ...contents, email: 'mia@example.com' });
  const recorded = async () =>
    (await harness.database.query<{ count: number }>("SELECT count(*)::int AS count FROM audit WHERE tool = 'set_ticket_status'")).rows[0]?.count ??
    0;
  const before = await recorded();
  for (const status of ['waiting_for_customer', 'resolved', 'resolved'] as const) {
    const changed = await set(reference, status);
    assert.deepEqual([changed.status, changed.body.status, changed.body.email], [200, status, 'mia@example.com']);
    assert.equal((await look(guest, reference))?.status, status);
  }
  assert.equal((await recorded()) - before, 2);
  assert.equal((await verifyAudit(harness.database)).isIntact, true);
  const has = async (query: string) => (await list(query)).body.tickets.some((ticket) => ticket.reference === reference);
  assert.deepEqual([await has(''), await has('?filter=open'), await has('?filter=all')], [false, false, true]);
});

test('another site sees and changes nothing of it', async () => {
  const guest = newGuest();
  const reference = await open(guest, { ...contents, email: 'mia@example.com' });
  assert.deepEqual((await list('?filter=all', { by: neighbour })).body, { tickets: [] });
  assert.deepEqual((await list(`?filter=all&before=${reference}`, { by: neighbour })).body, { tickets: [] });
  const refused = await set(reference, 'closed', { by: neighbour });
  assert.deepEqual([refused.status, refused.body.code], [404, 'not_found']);
  assert.deepEqual([(await set('T-222222', 'closed')).body.code, (await set("T-'%20OR%201", 'closed')).body.code], ['not_found', 'not_found']);
  assert.equal((await look(guest, reference))?.status, 'open');
});

test('a wrong scope, status, field, filter or cursor, and too much, are refused by name', async () => {
  const reference = await open(newGuest(), { ...contents, email: 'mia@example.com' });
  assert.equal((await list('', { scopes: ['conversation:write'] })).body.code, 'insufficient_scope');
  assert.equal((await set(reference, 'closed', { scopes: ['conversation:read', 'knowledge:write'] })).body.code, 'insufficient_scope');
  for (const status of ['done', '', null, ['closed'], undefined]) assert.deepEqual((await set(reference, status)).body.code, 'invalid_request');
  const extra = await call('PUT', `/${reference}`, { body: { status: 'closed', summary: 'x' } });
  assert.equal(extra.body.code, 'invalid_request');
  const large = await call('PUT', `/${reference}`, { body: { status: 'closed', filler: 'x'.repeat(2000) } });
  assert.equal(large.status, 413);
  for (const [query, pointer] of [
    ['?filter=mine', '/filter'],
    ['?filter=open&filter=all', '/filter'],
    ['?sort=at', '/sort'],
  ] as const)
    assert.deepEqual((await list(query)).body.details?.[0]?.pointer, pointer, query);
  for (const query of ['?before=x', '?before=T-222222&before=T-222223']) assert.equal((await list(query)).body.code, 'invalid_cursor', query);
  for (const authorization of ['', 'Bearer x']) {
    const response = await service.app.inject({ url: '/tickets', headers: authorization === '' ? {} : { authorization } });
    assert.equal(response.statusCode, 401);
  }
  assert.equal((await list()).body.tickets.find((ticket) => ticket.reference === reference)?.status, 'open');
});

test('each ticket is on one page', async () => {
  const references: string[] = [];
  for (let count = 0; count < 26; count += 1)
    references.push(await open(customer, { category: 'other', priority: 'low', summary: `Number ${count}` }));
  const seen: string[] = [];
  let before: string | undefined;
  do {
    const { body } = await list(`?filter=all${before === undefined ? '' : `&before=${before}`}`);
    assert.ok(body.tickets.length <= 25);
    seen.push(...body.tickets.map(({ reference }) => reference));
    before = body.before;
  } while (before !== undefined);
  assert.equal(new Set(seen).size, seen.length);
  assert.deepEqual(seen.slice(0, 26), references.toReversed());
});

test('where Zendesk has a ticket its status is Zendesk’s, for the visitor and for the site, which can’t change it; silent, the last one told', async () => {
  const desk = createZendesk(zendesk.settings);
  const tickets = createTickets(harness.reading, desk);
  const namings = new Map([[harness.site.issuer.issuer, ['wp-users'] as const]]);
  const handlers = { get_ticket_status: createGetTicketStatus({ shop: createDemoShop(harness.reading, namings), tickets }) };
  const on = await build({ desk, handlers });
  const guest = newGuest();
  const there = await open(guest, { ...contents, email: 'mia@example.com' }, on);
  const here = await open(guest, { ...contents, email: 'mia@example.com' }, on);
  const delivery = { id: randomUUID(), isRepeated: false, signal: AbortSignal.timeout(5000) };
  const told = { category: 'other', priority: 'low' as const, summary: 's', details: undefined, email: undefined, createdAt: new Date() };
  await desk.deliver({ ...told, reference: there }, delivery);
  const [made] = zendesk.tickets;
  Object.assign(made ?? assert.fail(), { status: 'pending', updated_at: '2026-11-21T08:00:00Z' });
  assert.deepEqual((await look(guest, there, on))?.status, 'waiting_for_customer');
  const find = async (reference: string) => {
    const { body } = await list('?filter=all', { on });
    const ticket = body.tickets.find((one) => one.reference === reference);
    return [ticket?.status, ticket?.heldBy, body.deskSilent];
  };
  assert.deepEqual(
    [await find(there), await find(here)],
    [
      ['waiting_for_customer', 'zendesk', undefined],
      ['open', undefined, undefined],
    ],
  );
  assert.deepEqual([(await set(there, 'closed', { on })).body.code, (await set(here, 'closed', { on })).body.status], ['ticket_at_desk', 'closed']);
  Object.assign(made ?? {}, { status: 'solved' });
  assert.ok(!(await list('', { on })).body.tickets.some(({ reference }) => reference === there));
  for (const mood of ['down', 'busy', 'talking nonsense', 'redirecting'] as const) {
    zendesk.mood = () => mood;
    assert.deepEqual(await find(there), ['resolved', undefined, true], mood);
    assert.equal((await look(guest, there, on))?.status, 'resolved');
    assert.deepEqual((await set(there, 'open', { on })).body.code, 'tool_unavailable');
  }
  zendesk.mood = () => 'well';
  Object.assign(made ?? {}, { status: 'a state of its own' });
  assert.deepEqual(await find(there), ['resolved', undefined, true]);
});
