import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection } from '@aiguy/manifests/database';
import { loadManifests } from '@aiguy/manifests/load';
import { createTickets, newReference, sessionDigest } from './tickets.ts';

test('references keep the manifest’s pattern and hardly ever meet', () => {
  const validate = loadManifests().get('get_ticket_status')?.validateInput ?? assert.fail();
  const references = Array.from({ length: 2000 }, newReference);
  for (const reference of references) assert.ok(validate({ reference }), reference);
  assert.ok(new Set(references).size >= 1999);
});

test('a reference that is taken is replaced by another; after five the ticket fails', async () => {
  const tried: unknown[] = [];
  const taken = (times: number) => ({
    query: (async (_text: string, values: unknown[]) => ({
      rows: tried.push(values[0]) > times ? [{ reference: values[0] }] : [],
    })) as unknown as Connection['query'],
  });
  const ticket = { category: 'other', priority: 'low', summary: 'Hello' };
  const who = { owner: 'customer:mia', session: undefined, issuer: 'https://a.example', subject: 'wp:1:7' };
  const tickets = createTickets({} as never);
  assert.equal((await tickets.within(taken(2)).open(ticket, who)).reference, tried[2]);
  assert.equal(new Set(tried).size, 3);
  await assert.rejects(tickets.within(taken(99)).open(ticket, who), /no free reference/);
});

test('a session is told apart by its issuer; direct callers have none', () => {
  const [one, other] = ['https://a.example', 'https://b.example'].map((issuer) => sessionDigest({ issuer, subject: 'anon:x' }, 'sid'));
  assert.notEqual(one, other);
  assert.equal(sessionDigest({ issuer: 'https://a.example', subject: 'anon:x' }, undefined), undefined);
});
