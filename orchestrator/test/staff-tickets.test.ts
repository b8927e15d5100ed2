// /staff/tickets: a site's people reach its tickets in the real tools API by the one address that they know, each with the conversation that left it.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { StaffAlert, StaffTicket, StaffTicketList, StaffTranscript } from '@aiguy/manifests/generated/http';
import { signToken } from '@aiguy/manifests/tokens';
import { allScopes, staffScopes } from '../../scripts/keys.ts';
import { makeParties, type Party, startHarness as startTools, type Harness as Tools } from '../../tools-api/test/harness.ts';
import { sendFor } from '../../tools-api/test/write-harness.ts';
import { createSiteTickets } from '../src/tools/site-tickets.ts';
import { type Harness, modelThat, newVisitor, saysText, startHarness } from './harness.ts';

let tools: Tools;
let harness: Harness;
let neighbour: Party;
let left: { reference: string; sessionId: string };
const summary = 'Write to jo@mail.example, the lid leaks.';

before(async () => {
  tools = await startTools({ shopOnly: true });
  const { site } = await makeParties();
  const issuer = 'https://neighbour.example';
  neighbour = { issuer: { ...site.issuer, issuer }, key: { ...site.key, issuer } };
  const trusted = [tools.site, tools.orchestrator, tools.direct, neighbour].map((party) => party.issuer);
  const service = await tools.build({ config: { TRUSTED_ISSUERS: trusted } });
  const toolsUrl = await service.app.listen({ host: '127.0.0.1', port: 0 });
  harness = await startHarness({
    model: modelThat(() => saysText('Hello.')),
    siteTickets: createSiteTickets({ url: toolsUrl }),
    config: { TRUSTED_ISSUERS: [tools.site.issuer, neighbour.issuer] },
  });
  const visitor = newVisitor();
  const args = { category: 'product', priority: 'normal', summary, email: 'nina@example.com' };
  const { body } = await sendFor(tools, { sub: visitor.sub, sid: visitor.sid }, { on: service, tool: 'create_support_ticket', args });
  left = { reference: String(body.output?.reference), sessionId: visitor.sid };
  await keepConversation(visitor, args, body.output ?? {});
});
after(async () => {
  await harness?.close();
  await tools?.close();
});

/** As a turn whose card was clicked leaves it. */
async function keepConversation(visitor: { sub: string; sid: string }, args: object, output: object): Promise<void> {
  const assertion = await signToken('visitor-assertion', tools.site.key, { ...visitor, scopes: allScopes, jti: randomUUID() });
  const headers = { authorization: `Bearer ${assertion}` };
  await harness.orchestrator.app.inject({ method: 'POST', url: '/ask', headers, payload: { message: 'Hi' } });
  await harness.database.query(
    `INSERT INTO effects (key, session_id, run_id, interrupt_id, tool, summary, args, status, outcome, settled_at)
     VALUES ('ticket', $1, 'r', 'i', 'create_support_ticket', 'Open a ticket', $2, 'settled', $3, now())`,
    [visitor.sid, JSON.stringify(args), JSON.stringify({ ok: true, output })],
  );
}

type Sent = { body?: unknown; scopes?: string[]; by?: Party };

async function ask<T>(method: 'GET' | 'PUT' | 'POST', path: string, { body, scopes = staffScopes, by = tools.site }: Sent = {}) {
  const authorization = `Bearer ${await signToken('staff-assertion', by.key, { sub: 'wp:1:1', scopes, jti: randomUUID() })}`;
  const sent = body === undefined ? {} : { payload: JSON.stringify(body), headers: { authorization, 'content-type': 'application/json' } };
  const response = await harness.orchestrator.app.inject({ method, url: `/staff/${path}`, headers: { authorization }, ...sent });
  return { status: response.statusCode, body: response.json() as T & { code?: string; details?: { pointer: string }[] } };
}

test('the list and a change name the conversation, and the transcript names the ticket', async () => {
  const { status, body } = await ask<StaffTicketList>('GET', 'tickets');
  assert.deepEqual(
    [status, body.tickets.map(({ reference, sessionId, email }) => [reference, sessionId, email])],
    [200, [[left.reference, left.sessionId, 'nina@example.com']]],
  );
  const changed = await ask<StaffTicket>('PUT', `tickets/${left.reference}`, { body: { status: 'resolved' } });
  assert.deepEqual([changed.status, changed.body.status, changed.body.sessionId], [200, 'resolved', left.sessionId]);
  assert.deepEqual((await ask<StaffTicketList>('GET', 'tickets?filter=open')).body.tickets, []);
  assert.equal((await ask<StaffTicketList>('GET', 'tickets?filter=all')).body.tickets[0]?.status, 'resolved');
  const { tickets } = (await ask<StaffTranscript>('GET', `conversations/${left.sessionId}`)).body;
  assert.deepEqual(
    tickets.map((ticket) => [ticket.reference, ticket.summary]),
    [[left.reference, summary]],
  );
});

test('another site reaches neither ticket nor conversation; scope by scope, reading does not write, and a visitor does neither', async () => {
  assert.deepEqual((await ask<StaffTicketList>('GET', 'tickets?filter=all', { by: neighbour })).body, { tickets: [] });
  const foreign = await ask('PUT', `tickets/${left.reference}`, { by: neighbour, body: { status: 'open' } });
  assert.deepEqual([foreign.status, foreign.body.code], [404, 'not_found']);
  const refused = async (method: 'GET' | 'PUT', scopes: string[]) =>
    (
      await ask(method, method === 'GET' ? 'tickets' : `tickets/${left.reference}`, {
        scopes,
        ...(method === 'PUT' ? { body: { status: 'open' } } : {}),
      })
    ).body.code;
  assert.equal(await refused('GET', ['conversation:write', 'knowledge:read']), 'insufficient_scope');
  assert.equal(await refused('PUT', ['conversation:read']), 'insufficient_scope');
  const claims = { ...newVisitor(), scopes: allScopes, jti: randomUUID() };
  const authorization = `Bearer ${await signToken('visitor-assertion', tools.site.key, claims)}`;
  assert.equal((await harness.orchestrator.app.inject({ url: '/staff/tickets', headers: { authorization } })).statusCode, 401);
  assert.equal((await ask<StaffTicketList>('GET', 'tickets?filter=all')).body.tickets[0]?.status, 'resolved');
});

test('a wrong status, filter or path, and too much, come back in the tools API’s own words', async () => {
  const put = async (body: unknown, reference = left.reference) => await ask('PUT', `tickets/${reference}`, { body });
  const wrong = await put({ status: 'done' });
  assert.deepEqual([wrong.status, wrong.body.code, wrong.body.details?.[0]?.pointer], [400, 'invalid_request', '/status']);
  assert.equal((await put(null)).body.code, 'invalid_request');
  assert.equal((await put({ status: 'open', filler: 'x'.repeat(2000) })).status, 413);
  assert.equal((await put({ status: 'open' }, '..%2fprivacy%2ferase')).body.code, 'not_found');
  assert.deepEqual((await ask('GET', 'tickets?filter=mine')).body.details?.[0]?.pointer, '/filter');
  assert.equal((await ask('GET', 'tickets?before=x')).body.code, 'invalid_cursor');
});

test('an alert of a ticket says what it is about, with personal data masked, and which it is', async () => {
  const { alerts } = (await ask<{ alerts: StaffAlert[] }>('POST', 'alerts', { body: {} })).body;
  assert.deepEqual(
    alerts.map(({ kind, sessionId, text, reference }) => [kind, sessionId, text, reference]),
    [['ticket', left.sessionId, 'Write to [e-mail], the lid leaks.', left.reference]],
  );
});

test('a ticket outlives its conversation; a tools API that is down is said to be, and nothing hangs', async (t) => {
  await harness.database.query('DELETE FROM sessions WHERE id = $1', [left.sessionId]);
  const [ticket] = (await ask<StaffTicketList>('GET', 'tickets?filter=all')).body.tickets;
  assert.deepEqual([ticket?.reference, ticket?.sessionId], [left.reference, undefined]);
  const alone = await startHarness({
    model: modelThat(() => saysText('Hello.')),
    siteTickets: createSiteTickets({ url: 'http://127.0.0.1:1' }),
    databaseUrl: harness.config.DATABASE_URL,
    config: { TRUSTED_ISSUERS: [tools.site.issuer] },
  });
  t.after(async () => await alone.close());
  const authorization = `Bearer ${await signToken('staff-assertion', tools.site.key, { sub: 'site', scopes: staffScopes, jti: randomUUID() })}`;
  const response = await alone.orchestrator.app.inject({ url: '/staff/tickets', headers: { authorization } });
  assert.deepEqual([response.statusCode, response.json().code], [502, 'tool_unavailable']);
});
