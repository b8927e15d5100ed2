// The real client against a Zendesk on loopback.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, test } from 'node:test';
import { DeskError, type DeskTicket } from './desk.ts';
import { createZendesk } from './zendesk.ts';
import { type Mood, startZendesk, type ZendeskDouble } from './zendesk-double.fixture.ts';

const ticket: DeskTicket = {
  reference: 'T-7K3M9Q',
  category: 'product',
  priority: 'high',
  summary: 'The kettle leaks',
  details: 'Since Monday.',
  email: 'jo@example.com',
  createdAt: new Date('2026-11-21T09:30:00Z'),
};
let zendesk: ZendeskDouble;

beforeEach(async () => {
  zendesk = await startZendesk();
});
afterEach(async () => await zendesk.stop());

const deliver = async (delivery: { id?: string; isRepeated?: boolean; signal?: AbortSignal } = {}, settings = zendesk.settings) =>
  await createZendesk(settings).deliver(ticket, { id: randomUUID(), isRepeated: false, signal: AbortSignal.timeout(5000), ...delivery });

test('a ticket is made with its reference as external id, its priority, and the address that the team answers to', async () => {
  const id = randomUUID();
  await deliver({ id });
  assert.deepEqual(zendesk.tickets, [
    {
      id: 1,
      status: 'new',
      updated_at: '2026-11-20T10:00:00Z',
      subject: '[T-7K3M9Q] The kettle leaks',
      comment: { body: 'The kettle leaks\n\nSince Monday.' },
      priority: 'high',
      external_id: 'T-7K3M9Q',
      tags: ['aiguy', 'aiguy_product'],
      requester: { name: 'jo@example.com', email: 'jo@example.com' },
    },
  ]);
  assert.deepEqual(zendesk.requests, [{ method: 'POST', url: '/api/v2/tickets.json', key: id }]);
});

test('delivered again under its key, it is one ticket', async () => {
  const id = randomUUID();
  await deliver({ id });
  await deliver({ id });
  assert.equal(zendesk.tickets.length, 1);
});

test('delivered again when the key is long forgotten, it is found by its external id', async () => {
  await deliver();
  await deliver({ isRepeated: true });
  assert.equal(zendesk.tickets.length, 1);
  assert.equal(zendesk.requests.at(-1)?.method, 'GET');
});

for (const [mood, kind, retryAfterS] of [
  ['down', 'unavailable', undefined],
  ['busy', 'unavailable', 93],
  ['redirecting', 'unavailable', undefined],
  ['talking nonsense', 'unavailable', undefined],
  ['losing the answer', 'unavailable', undefined],
  ['refusing', 'refused', undefined],
] as [Mood, string, number | undefined][]) {
  test(`${mood}, it is ${kind}, and the error repeats nothing that it said`, async () => {
    zendesk.mood = () => mood;
    await assert.rejects(
      deliver(),
      (error) => error instanceof DeskError && error.kind === kind && error.retryAfterS === retryAfterS && !/suspended|kettle/.test(error.message),
    );
  });
}

test('an answer that does not come ends with the attempt', async () => {
  zendesk.mood = () => 'hanging';
  await assert.rejects(deliver({ signal: AbortSignal.timeout(50) }), (error) => error instanceof DeskError && error.kind === 'unavailable');
});

test('a wrong login is nothing that the ticket is to blame for', async () => {
  await assert.rejects(
    deliver({}, { ...zendesk.settings, apiToken: 'another' }),
    (error) => error instanceof DeskError && error.kind === 'unavailable',
  );
});
