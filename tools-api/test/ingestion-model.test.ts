// The embedding model is changed while the tools API runs: questions are answered all the time, from the old vectors until the new are complete.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Database } from '@aiguy/manifests/database';
import pg from 'pg';
import { freePort } from '../../scripts/free-port.ts';
import { type ServiceProcess, startServiceProcess } from '../../scripts/service-process.ts';
import { until } from '../../scripts/until.ts';
import { createLocalEmbedder } from '../src/backends/embedding/local.ts';
import { type Asked, type Reply, startDouble, vectorOf } from '../src/backends/embedding/provider-double.fixture.ts';
import { ingestSources } from '../src/backends/knowledge/ingest-source.ts';
import { openSource } from '../src/backends/knowledge/sources/open-source.ts';
import { directToken, makeParties, type Parties } from './harness.ts';
import { fakeEmbedder, inconsistencies, makeFolder, site, startKnowledge } from './knowledge-harness.ts';

const dimensions = 256;
const documents = 40;

test('a change of model: old vectors answer, a killed rebuild goes on where it was, the swap comes at the end', { timeout: 120_000 }, async (t) => {
  const knowledge = await startKnowledge();
  t.after(async () => await knowledge.close());
  await fill(t, knowledge.database);
  const asked: string[] = [];
  let budget = 60;
  const provider = await startDouble(t, (request) => {
    const texts = request.body.input as string[];
    budget -= texts.length;
    if (budget < 0) return 'silence';
    asked.push(...texts);
    return answer(request);
  });
  const parties = await makeParties();
  const variables = {
    TOOLS_DATABASE_URL: knowledge.url,
    DATABASE_CONNECTIONS_MAX: '1',
    TRUSTED_ISSUERS: JSON.stringify(Object.values(parties).map(({ issuer }) => issuer)),
    EMBEDDING_PROVIDER: 'openai',
    EMBEDDING_BASE_URL: provider.url,
    EMBEDDING_MODEL: 'own-model',
    EMBEDDING_DIMENSIONS: String(dimensions),
  };

  const first = await startToolsApi(t, variables);
  await until(async () => (await countOf(knowledge.database, 'building')) > 0);
  const before = await ask(first.url, parties);
  assert.equal(before.passages[0]?.document_id, 'd7');
  assert.equal((await activeModel(knowledge.database)).model, 'local:use-lite-en');
  assert.ok(!asked.some(isQuestion), 'the old vectors can only be compared with those of the old model');
  process.kill(first.pid, 'SIGKILL');
  await first.exited;

  const done = await countOf(knowledge.database, 'building');
  asked.length = 0;
  budget = Number.POSITIVE_INFINITY;
  const second = await startToolsApi(t, variables);
  await until(async () => (await activeModel(knowledge.database)).model === 'openai:own-model');
  assert.deepEqual(await activeModel(knowledge.database), { model: 'openai:own-model', dimensions, indexes: 1 });
  assert.equal(await inconsistencies(knowledge.database), 0);
  const passages = asked.filter((text) => text.includes('. . '));
  assert.equal(passages.length, documents - done, 'what was done before is not asked for again');
  const after = await ask(second.url, parties);
  assert.ok(asked.some(isQuestion), 'the question is now compared by the new model');
  assert.notEqual(after.corpus_version, before.corpus_version);
  assert.ok(after.passages.length > 0);
  await second.stop();
});

test('the schedule refreshes the configured sources in one of two processes, and says what it did', { timeout: 150_000 }, async (t) => {
  const knowledge = await startKnowledge();
  t.after(async () => await knowledge.close());
  const folder = makeFolder(t);
  folder.write('parcels.md', '# Parcels\n\nParcels take three days.\n');
  const provider = await startDouble(t, answer);
  const parties = await makeParties();
  const variables = {
    TOOLS_DATABASE_URL: knowledge.url,
    DATABASE_CONNECTIONS_MAX: '1',
    TRUSTED_ISSUERS: JSON.stringify(Object.values(parties).map(({ issuer }) => issuer)),
    EMBEDDING_PROVIDER: 'openai',
    EMBEDDING_BASE_URL: provider.url,
    EMBEDDING_MODEL: 'own-model',
    EMBEDDING_DIMENSIONS: String(dimensions),
    KNOWLEDGE_SOURCES: JSON.stringify([folder.path, '/no/such/folder']),
    KNOWLEDGE_SITE_URL: site,
    // Never by itself in the time of a test.
    KNOWLEDGE_REFRESH_CRON: '0 0 29 2 *',
  };
  const services = [await startToolsApi(t, variables), await startToolsApi(t, variables)];
  const client = new pg.Client({ connectionString: knowledge.url });
  await client.connect();
  const { rows: schedules } = await client.query('SELECT name, cron, timezone FROM knowledge_jobs.schedule');
  assert.deepEqual(schedules, [{ name: 'refresh-knowledge', cron: '0 0 29 2 *', timezone: 'UTC' }]);
  await client.query(`INSERT INTO knowledge_jobs.job (name, data) VALUES ('refresh-knowledge', '{}')`);
  const jobs = async () => (await client.query<{ state: string }>(`SELECT state FROM knowledge_jobs.job WHERE name = 'refresh-knowledge'`)).rows;
  await until(async () => (await jobs()).every(({ state }) => state === 'completed'));
  const { rows } = await knowledge.database.query('SELECT document_id AS id, url FROM documents');
  assert.deepEqual(rows, [{ id: 'parcels', url: `${site}/parcels/` }]);
  assert.equal((await jobs()).length, 1);
  await client.end();
  await Promise.all(services.map((service) => service.stop()));
  const refreshed = services.map((service) => service.log()).filter((log) => log.includes('source refreshed'));
  assert.equal(refreshed.length, 1);
  assert.match(refreshed[0] ?? '', /"source":"\/no\/such\/folder","reason":"folder \/no\/such\/folder can't be read/);
});

const question = 'What does document number 7 say about seven kettles?';

/** However it is spelled on its way. */
const isQuestion = (text: string) => /what does/i.test(text);

async function fill(t: TestContext, database: Database): Promise<void> {
  const folder = makeFolder(t);
  const numbers = ['kettles', 'shoes', 'lamps', 'chairs', 'books', 'tents', 'bags', 'kettles', 'clocks', 'cups'];
  for (let index = 0; index < documents; index += 1) {
    folder.write(`d${index}.md`, `Document number ${index} tells about ${index === 7 ? 'seven ' : ''}${numbers[index % 10]} only.\n`);
  }
  const source = await openSource(folder.path, { siteUrl: site });
  const writers = { database, embedder: createLocalEmbedder(), words: fakeEmbedder('fake:words') };
  await ingestSources(writers, [source], { signal: AbortSignal.timeout(60_000) });
}

function answer({ body }: Asked): Reply {
  const data = (body.input as string[]).map((text, index) => ({ object: 'embedding', index, embedding: vectorOf(text, dimensions) }));
  return { json: { object: 'list', model: body.model, data } };
}

async function startToolsApi(t: TestContext, env: Record<string, string>): Promise<ServiceProcess & { log: () => string }> {
  const logs = mkdtempSync(join(tmpdir(), 'aiguy-logs-'));
  t.after(() => rmSync(logs, { recursive: true, force: true }));
  const port = await freePort();
  const logFile = join(logs, 'tools-api.log');
  const options = { name: 'tools-api', entry: 'tools-api/src/server.ts', port, logFile };
  const service = await startServiceProcess({ ...options, env: { ...env, TOOLS_API_PORT: String(port) } });
  t.after(async () => await service.stop());
  return { ...service, log: () => readFileSync(logFile, 'utf8') };
}

type Answer = { passages: { document_id: string }[]; corpus_version: string };

async function ask(url: string, parties: Parties): Promise<Answer> {
  const headers = { authorization: `Bearer ${await directToken(parties)}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ query: question });
  const response = await fetch(`${url}/tools/retrieve_docs`, { method: 'POST', headers, body, signal: AbortSignal.timeout(60_000) });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return (JSON.parse(text) as { output: Answer }).output;
}

async function countOf(database: Database, state: string): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    'SELECT count(DISTINCT chunk_id)::int AS count FROM embeddings JOIN indexes USING (index_id) WHERE state = $1',
    [state],
  );
  return rows[0]?.count ?? 0;
}

async function activeModel(database: Database): Promise<{ model: string; dimensions: number; indexes: number }> {
  const { rows } = await database.query(
    `SELECT model, dimensions, (SELECT count(*)::int FROM indexes) AS indexes FROM indexes WHERE state = 'active'`,
  );
  return rows[0];
}

/** Asks again until it is so. @throws when it is not so in time */
