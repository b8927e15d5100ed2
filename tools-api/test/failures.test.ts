// What a caller sees when a part that the tools API leans on is gone, slow or lying. No database is needed for that.
import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { openDatabase } from '@aiguy/manifests/database';
import { loadManifests } from '@aiguy/manifests/load';
import type { Service } from '@aiguy/manifests/service';
import { buildApp } from '../src/app.ts';
import { type Audit, type AuditEntry, openAudit } from '../src/audit/audit.ts';
import { createLocalEmbedder } from '../src/backends/embedding/local.ts';
import { createDiskFiles } from '../src/backends/files/disk.ts';
import { createFiles } from '../src/backends/files/files.ts';
import { createKnowledge } from '../src/backends/knowledge/search.ts';
import { createSiteDocuments } from '../src/backends/knowledge/site-documents.ts';
import { createDemoShop } from '../src/backends/shop.ts';
import { createSiteAbilities } from '../src/backends/site-abilities.ts';
import type { Config } from '../src/config.ts';
import { createHandlers } from '../src/tools/index.ts';
import { configOf, directToken, makeParties, newSid, type Parties, visitorHeaders } from './harness.ts';

const tool = 'get_order_status';
const args = { order_id: 'W2530531' };
const catalogue = loadManifests();
const output = catalogue.get(tool)?.manifest.examples[0]?.output ?? {};
const database = openDatabase({ url: 'postgres://postgres@127.0.0.1:1/none', connectionsMax: 2, connectTimeoutMs: 500, statementTimeoutMs: 500 });
const knowledge = createKnowledge({ database, words: createLocalEmbedder(), embedders: [] });
const answering = { ...createHandlers({} as never), [tool]: async () => output };

let parties: Parties;
const services: Service[] = [];
before(async () => {
  parties = await makeParties();
});
after(async () => {
  await Promise.all(services.map((service) => service.app.close()));
  await database.end();
});

const files = createFiles(createDiskFiles('nothing-is-kept-here'));
const documents = createSiteDocuments(database);
const learner = { soon: () => undefined };

type Bent = { config?: Partial<Config>; audit?: Audit; handlers?: typeof answering };

function build({ config, audit, handlers }: Bent = {}): Service {
  const ports = {
    database,
    catalogue,
    handlers: handlers ?? answering,
    audit: audit ?? { record: async () => undefined },
    knowledge,
    files,
    documents,
    learner,
    openingHours: { now: () => ({ state: 'unknown' as const }) },
    siteAbilities: createSiteAbilities(),
  };
  const service = buildApp(configOf(parties, { TOOLS_DATABASE_URL: 'postgres://postgres@127.0.0.1:1/none', ...config }), ports);
  services.push(service);
  return service;
}

async function call(service: Service, headers?: Record<string, string>) {
  const response = await service.app.inject({
    method: 'POST',
    url: `/tools/${tool}`,
    headers: { authorization: `Bearer ${await directToken(parties)}`, 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(args),
  });
  return { status: response.statusCode, code: (response.json() as { code?: string }).code };
}

test('without its database the service is alive but not ready, and a call that needs it is 503', async () => {
  const namings = new Map([[parties.direct.issuer.issuer, ['direct'] as const]]);
  const handlers = { ...answering, ...createHandlers({ shop: createDemoShop(database, namings) } as never) };
  const service = build({ handlers });
  assert.equal((await service.app.inject('/livez')).statusCode, 200);
  assert.equal((await service.app.inject('/readyz')).statusCode, 503);
  assert.deepEqual(await call(service), { status: 503, code: 'database_unavailable' });
});

test('no result leaves when the attempt can’t be recorded', async () => {
  const audit: Audit = { record: async () => void (await openAudit(database)) };
  assert.deepEqual(await call(build({ audit })), { status: 503, code: 'database_unavailable' });
});

test('every refusal after the tokens are verified is on record, once', async () => {
  const recorded: AuditEntry[] = [];
  const service = build({ audit: { record: async (entry) => void recorded.push(entry) } });
  const mine = { tool, scope: 'order:read', args };
  const headers = await visitorHeaders(parties, mine);
  const stranger = await visitorHeaders(parties, { ...mine, sub: 'wp:1:1009', sid: newSid() });
  await call(service, { ...headers, 'x-visitor-assertion': stranger['x-visitor-assertion'] });
  await call(service, await visitorHeaders(parties, { ...mine, scopes: [] }));
  await call(service, await visitorHeaders(parties, { ...mine, args: { order_id: 'W0000000' } }));
  await call(service, headers);
  await call(service, { authorization: 'Bearer a.b.c' });
  assert.deepEqual(
    recorded.map(({ decision, code }) => [decision, code]),
    [
      ['denied', 'subject_mismatch'],
      ['denied', 'insufficient_scope'],
      ['denied', 'invalid_token'],
      ['allowed', 'ok'],
    ],
  );
});

for (const [name, behave] of [
  ['accepts and never answers', (socket: import('node:net').Socket) => void socket.resume()],
  ['hangs up at once', (socket: import('node:net').Socket) => void socket.destroy()],
] as const) {
  test(`a Redis that ${name} delays nobody for long, refuses nobody, and the limit holds within the process`, async (t) => {
    const redis = createServer((socket) => behave(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => redis.listen(0, '127.0.0.1', resolve));
    t.after(() => redis.close());
    const service = build({ config: { REDIS_URL: `redis://127.0.0.1:${(redis.address() as AddressInfo).port}` } });
    const perMinute = catalogue.get(tool)?.manifest.rate.per_minute ?? 0;
    const startedMs = performance.now();
    const statuses: number[] = [];
    for (let attempt = 0; attempt <= perMinute; attempt += 1) statuses.push((await call(service)).status);
    assert.ok((performance.now() - startedMs) / statuses.length < 250);
    assert.deepEqual(statuses, [...Array(perMinute).fill(200), 429]);
  });
}

test('calls, refusals and times are counted by tool and code', async () => {
  const service = build({ config: { METRICS_TOKEN: 'a-token-of-sixteen' } });
  await call(service);
  const page = (await service.app.inject({ url: '/metrics', headers: { authorization: 'Bearer a-token-of-sixteen' } })).body;
  assert.match(page, /aiguy_tool_calls_total\{tool="get_order_status",decision="allowed",code="ok"\} 1/);
  assert.match(page, /aiguy_tool_duration_seconds_count\{tool="get_order_status"\} 1/);
});
