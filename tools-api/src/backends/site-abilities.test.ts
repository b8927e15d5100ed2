// What a site's abilities are to us, against a real HTTP server in the site's place.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { AiguyError } from '@aiguy/manifests/errors';
import { createSiteAbilities, type SiteAbilities, type SiteAccess } from './site-abilities.ts';

let server: Server;
let access: SiteAccess;
let abilities: SiteAbilities;
let asked: { method: string; authorization: string | undefined; body: string }[] = [];
let answer: { status: number; body: unknown } | undefined;

const pin = 'a'.repeat(64);
const hours = {
  name: 'shop/hours',
  pin,
  label: 'Hours',
  description: 'When a store is open.',
  questions: ['When are you open?'],
  input_schema: null,
};
const limit = () => AbortSignal.timeout(5000);

before(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      asked.push({ method: request.method ?? '', authorization: request.headers.authorization, body: Buffer.concat(parts).toString() });
      if (!answer) return;
      const { status, body } = answer;
      const headers = { 'Content-Type': 'application/json', ...(status === 302 ? { Location: '/elsewhere' } : {}) };
      response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  access = { issuer, abilities: `${issuer}/wp-json/aiguy/v1/abilities`, assertion: 'head.payload.signature' };
});
after(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
  abilities = createSiteAbilities();
});

async function refused(asking: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(asking, (error: unknown) => error instanceof AiguyError && error.code === code);
}

test('a site is asked in the visitor’s name, once in a while', async () => {
  answer = { status: 200, body: { abilities: [hours] } };
  const { input_schema: _none, ...said } = hours;
  const takes = { takes: 'nothing', input: { type: 'object', additionalProperties: false, properties: {} } };
  assert.deepEqual(await abilities.list(access, limit()), [{ ...said, ...takes }]);
  await abilities.list(access, limit());
  assert.deepEqual(asked, [{ method: 'GET', authorization: 'Bearer head.payload.signature', body: '' }]);
});

test('a schema is kept as far as a model needs it; what can’t be offered is left out, and the rest is not', async () => {
  const schema = {
    type: 'object',
    properties: {
      day: { type: 'string', required: true, pattern: '(a+)+$', format: 'date', minLength: 2, description: 'Which day.' },
      seats: { type: ['null', 'integer'], minimum: 1, maxLength: 4, default: 2 },
      odd: { $ref: '#/elsewhere' },
    },
  };
  const huge = {
    type: 'object',
    properties: Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`field_${at}`, { type: 'string', description: 'x'.repeat(300) }])),
  };
  const list = [
    { ...hours, input_schema: schema },
    { ...hours, name: 'shop/word', input_schema: { type: 'string', enum: ['a', 'b'] } },
    { ...hours, name: 'shop/huge', input_schema: huge },
    { ...hours, name: 'Not A Name' },
    'nonsense',
  ];
  answer = { status: 200, body: { abilities: list } };
  const kept = await abilities.list(access, limit());
  const day = { type: 'string', description: 'Which day.', minLength: 2 };
  const closed = { type: 'object', additionalProperties: false };
  assert.deepEqual(
    kept.map(({ name, takes, input }) => ({ name, takes, input })),
    [
      { name: 'shop/hours', takes: 'object', input: { ...closed, properties: { day, seats: { type: 'integer', minimum: 1 } }, required: ['day'] } },
      { name: 'shop/word', takes: 'value', input: { ...closed, required: ['input'], properties: { input: { type: 'string', enum: ['a', 'b'] } } } },
    ],
  );
});

test('one runs with its pin, and what the site refuses is told by its code', async () => {
  answer = { status: 200, body: { name: 'shop/hours', output: ['nine', 'five'] } };
  assert.deepEqual(await abilities.run(access, { name: 'shop/hours', pin, input: { day: 'Monday' } }, limit()), ['nine', 'five']);
  assert.deepEqual(JSON.parse(asked[0]?.body ?? ''), { name: 'shop/hours', pin, input: { day: 'Monday' } });
  const run = async () => await abilities.run(access, { name: 'shop/hours', pin }, limit());
  for (const [status, code, told] of [
    [404, 'not_found', 'not_found'],
    [403, 'insufficient_scope', 'not_allowed_now'],
    [400, 'invalid_request', 'invalid_input'],
    [429, 'rate_limited', 'tool_rate_limited'],
    [413, 'payload_too_large', 'tool_output_invalid'],
    [500, 'internal_error', 'tool_unavailable'],
    [401, 'session_required', 'tool_failed'],
  ] as const) {
    answer = { status, body: { code, message: 'the site’s own words' } };
    await refused(run(), told);
  }
});

test('a page instead of an answer, an answer without end, none in time and a redirect are failures', async () => {
  const run = async (signal = limit()) => await abilities.run(access, { name: 'shop/hours', pin }, signal);
  answer = { status: 200, body: '<html>Maintenance</html>' };
  await refused(run(), 'tool_output_invalid');
  answer = { status: 200, body: 'x'.repeat(200_000) };
  await refused(run(), 'tool_unavailable');
  answer = { status: 302, body: '' };
  await refused(run(), 'tool_unavailable');
  answer = undefined;
  await refused(run(AbortSignal.timeout(50)), 'tool_timeout');
});

test('an address of another site than the one that signs is not asked', async () => {
  for (const address of ['https://evil.example/abilities', access.abilities.replace('http://', 'http://user@'), 'nonsense'])
    await refused(abilities.list({ ...access, abilities: address }, limit()), 'invalid_input');
  assert.deepEqual(asked, []);
});
