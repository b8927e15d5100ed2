// Handing over to a person: never silent, with a reason and a queue, and with the hour at which somebody reads it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Service } from '@aiguy/manifests/service';
import type { AgentSettings } from '@aiguy/manifests/tokens';
import { readOpeningHours } from '../src/backends/opening-hours.ts';
import { createTickets } from '../src/backends/tickets.ts';
import { createTicketTask } from '../src/tasks/deliver-ticket.ts';
import { type Harness, newSid, startHarness, visitorHeaders } from './harness.ts';
import { bent, sendFor } from './write-harness.ts';

let nowMs = Date.parse('2026-11-23T18:00:00Z');
const openingHours = readOpeningHours(
  { OPENING_HOURS: 'Mon-Fri 09:00-17:00', OPENING_HOURS_TIME_ZONE: 'America/Los_Angeles', OPENING_HOURS_CLOSED: [] },
  () => nowMs,
);
let harness: Harness;
let service: Service;

before(async () => {
  harness = await startHarness({ shopOnly: true, openingHours });
  service = await harness.build({ catalogue: bent() });
});
after(async () => await harness.close());

type Visitor = { sub: string; sid?: string; agent?: AgentSettings };
const customer: Visitor = { sub: 'wp:1:1008' };
const contents = { reason: 'policy', summary: 'Wants an exception to the return period.', details: 'Was in hospital.', queue: 'orders' };
const escalate = async (visitor: Visitor, args: object, preview = false) =>
  await sendFor(harness, visitor, { on: service, tool: 'escalate_to_human', args, preview });

test('a handoff is a ticket with reason and queue, which its owner finds by its reference and nobody else does', async () => {
  const { status, body } = await escalate(customer, contents);
  assert.equal(status, 200, JSON.stringify(body));
  const { reference, created_at: createdAt, text, ...rest } = body.output ?? {};
  assert.deepEqual(rest, { status: 'open', reason: 'policy', queue: 'orders', people: 'open' });
  assert.match(String(text), new RegExp(`${reference}. Our team is there now, until Monday 23 November at 17:00 Pacific Time`));
  const seen = await sendFor(harness, customer, { on: service, tool: 'get_ticket_status', args: { reference } });
  const { updated_at: _, ...ticket } = seen.body.output ?? {};
  const told = { status: 'open', status_words: 'open: our team answers by e-mail' };
  assert.deepEqual(ticket, { reference, ...told, category: 'handoff', summary: contents.summary, created_at: createdAt });
  const other = await sendFor(harness, { sub: 'wp:1:1001' }, { on: service, tool: 'get_ticket_status', args: { reference } });
  assert.equal(other.body.code, 'not_found');
  const { rows } = await harness.database.query('SELECT handoff_reason, queue, category, priority FROM tickets WHERE reference = $1', [reference]);
  assert.deepEqual(rows, [{ handoff_reason: 'policy', queue: 'orders', category: 'handoff', priority: 'normal' }]);
});

test('when nobody is there the visitor reads it before his click and after, with the hour', async () => {
  nowMs = Date.parse('2026-11-21T22:00:00Z');
  const { body } = await escalate(customer, contents, true);
  assert.deepEqual(body.preview?.facts.at(-1), { label: 'Read', value: 'From Monday 23 November at 09:00 Pacific Time: nobody is there before' });
  const { output } = (await escalate(customer, { reason: 'tool_failure', summary: 'The invoice can’t be made.' })).body;
  assert.deepEqual([output?.people, output?.read_from, output?.queue], ['closed', '2026-11-23T17:00:00.000Z', 'general']);
  assert.match(String(output?.text), /Nobody is there at this hour: it will be read from Monday 23 November at 09:00 Pacific Time\./);
});

const withHours = (hours: string, timeZone: string): Visitor & { agent: AgentSettings } => ({
  ...customer,
  agent: { id: 'shop', opening_hours: { hours, time_zone: timeZone } },
});

test('the hours that the site has signed for its agent are told, before the click and after; without them the configured ones', async () => {
  nowMs = Date.parse('2026-11-24T08:00:00Z');
  const vienna = withHours('Mon 09:00-17:00, Tue 10:00-24:00', 'Europe/Vienna');
  const { body } = await escalate(vienna, contents, true);
  const text = 'Tuesday 24 November at 10:00 Central European Time';
  assert.deepEqual(body.preview?.facts.at(-1), { label: 'Read', value: `From ${text}: nobody is there before` });
  const { output } = (await escalate(vienna, contents)).body;
  assert.deepEqual([output?.people, output?.read_from], ['closed', '2026-11-24T09:00:00.000Z']);
  assert.ok(String(output?.text).includes(`it will be read from ${text}.`));
  assert.equal((await escalate(withHours('Tue 10:00-24:00', '+02:00'), contents)).body.output?.people, 'open');
  assert.equal((await escalate(customer, contents)).body.output?.read_from, '2026-11-24T17:00:00.000Z');
});

test('GET /opening-hours answers with the agent’s own hours too', async () => {
  nowMs = Date.parse('2026-11-24T08:00:00Z');
  const ask = async (visitor: Visitor) => {
    const headers = await visitorHeaders(harness, { ...visitor, tool: 'escalate_to_human', scope: 'handoff:write', args: {} });
    return (await service.app.inject({ url: '/opening-hours', headers })).json();
  };
  assert.deepEqual(await ask(withHours('Tue 10:00-17:00', '+02:00')), { state: 'open', text: 'Tuesday 24 November at 17:00 GMT+02:00' });
  assert.deepEqual(await ask(customer), { state: 'closed', text: 'Tuesday 24 November at 09:00 Pacific Time' });
});

test('a claim of hours that its schema does not know refuses the whole assertion', async () => {
  for (const [hours, timeZone] of [
    ['', 'UTC'],
    ['always', 'UTC'],
    ['Mon 09:00-25:00', 'UTC'],
    ['Mon 09:00-17:00,', 'UTC'],
    [Array(29).fill('Mon 09:00-17:00').join(', '), 'UTC'],
    ['Mon 09:00-17:00', ''],
    ['Mon 09:00-17:00', 'Europe/Vienna; now'],
  ] as const)
    assert.deepEqual([(await escalate(withHours(hours, timeZone), contents)).body.code], ['invalid_token'], `${hours} ${timeZone}`);
  const more = { sub: customer.sub, agent: { id: 'shop', opening_hours: { hours: 'Mon 09:00-17:00' } } } as unknown as Visitor;
  assert.equal((await escalate(more, contents)).body.code, 'invalid_token');
});

test('a guest leaves an address, which no preview repeats', async () => {
  const guest = { sub: `anon:${newSid()}`, sid: newSid() };
  assert.equal((await escalate(guest, contents)).body.code, 'invalid_input');
  for (const preview of [true, false]) {
    const answer = await escalate(guest, { ...contents, email: 'mia@example.com' }, preview);
    assert.equal(answer.status, 200);
    assert.ok(!answer.text.includes('mia@example.com'));
  }
});

test('a reason that is none, and a queue that is none, are refused', async () => {
  assert.equal((await escalate(customer, { ...contents, reason: 'bored' })).body.code, 'invalid_input');
  assert.equal((await escalate(customer, { ...contents, queue: 'ceo' })).body.code, 'invalid_input');
});

test('the desk of the team gets reason and queue with the ticket, and personal data masked', async () => {
  const { output } = (await escalate(customer, { ...contents, details: 'Write to mia@example.com.' })).body;
  const delivered: object[] = [];
  const desk = { name: 'webhook' as const, deliver: async (ticket: object) => void delivered.push(ticket), close: () => undefined };
  const task = createTicketTask({ desk, tickets: createTickets(harness.database), nowMs: Date.now });
  await task.run({ reference: output?.reference }, {
    id: 'b9a7f3f0-0000-4000-8000-000000000000',
    isRepeated: false,
    signal: AbortSignal.timeout(5000),
  } as never);
  const [{ details, category, priority } = {} as Record<string, unknown>] = delivered as Record<string, unknown>[];
  assert.deepEqual([category, priority], ['handoff', 'normal']);
  assert.match(String(details), /^Handed over by the chat: policy\. Queue: orders\.\n\nWrite to /);
  assert.ok(!String(details).includes('mia@example.com'));
});
