// The tools API's process: configuration, schema, listening, and an orderly end on SIGTERM or SIGINT.
import { createCache } from '@aiguy/manifests/cache';
import { migrate, openDatabase } from '@aiguy/manifests/database';
import { loadManifests } from '@aiguy/manifests/load';
import { startTelemetry } from '@aiguy/manifests/telemetry';
import { buildApp } from './app.ts';
import { openAudit } from './audit/audit.ts';
import { cacheEmbeddings } from './backends/embedding/cached-embedder.ts';
import { createEmbedder } from './backends/embedding/create-embedder.ts';
import { createLocalEmbedder } from './backends/embedding/local.ts';
import { cacheKnowledge } from './backends/knowledge/cached-knowledge.ts';
import { createAnthropicReranker } from './backends/knowledge/rerank/anthropic.ts';
import { createKnowledge } from './backends/knowledge/search.ts';
import { createDemoShop } from './backends/shop.ts';
import { readConfig } from './config.ts';
import { createKnowledgeMetrics } from './observe/knowledge-metrics.ts';
import { createHandlers } from './tools/index.ts';

const warmUpMs = 60_000;
/** Entries of each cache in this process when there is no Redis: some 3 KB a question's vector, some 9 KB a search. */
const keptMax = 2000;

const config = readConfig();
const telemetry = await startTelemetry('aiguy-tools-api', config.OTEL_EXPORTER_OTLP_ENDPOINT);
await migrate({ url: config.TOOLS_DATABASE_URL, folder: new URL('../migrations', import.meta.url).pathname });
const database = openDatabase({
  url: config.TOOLS_DATABASE_URL,
  connectionsMax: config.DATABASE_CONNECTIONS_MAX,
  connectTimeoutMs: 2000,
  statementTimeoutMs: 5000,
});
const catalogue = loadManifests();
const metrics = createKnowledgeMetrics();
const vectorCache = createCache({ redisUrl: config.REDIS_URL, prefix: 'aiguy-vectors', entriesMax: keptMax });
const searchCache = createCache({ redisUrl: config.REDIS_URL, prefix: 'aiguy-searches', entriesMax: keptMax });
const local = createLocalEmbedder();
// While the index is of the local model, and the configured one's is being built, the local model answers.
const embedders = [createEmbedder(config), local].map((embedder) => cacheEmbeddings(embedder, vectorCache));
const reranker =
  config.RERANK_MODEL && config.ANTHROPIC_API_KEY
    ? createAnthropicReranker({ apiKey: config.ANTHROPIC_API_KEY, baseUrl: config.ANTHROPIC_BASE_URL, model: config.RERANK_MODEL, metrics })
    : undefined;
const engine = createKnowledge({ database, words: local, embedders, reranker });
const knowledge = cacheKnowledge(engine, {
  cache: searchCache,
  ttlS: catalogue.get('retrieve_docs')?.manifest.cache.ttl_s ?? 0,
  models: [...embedders, ...(reranker ? [{ model: reranker.name }] : [])].map(({ model }) => model),
  lookedUp: metrics.lookedUp,
});
const namings = new Map(config.TRUSTED_ISSUERS.map(({ issuer, customers }) => [issuer, customers ?? []]));
const service = buildApp(config, {
  database,
  catalogue,
  handlers: createHandlers({ shop: createDemoShop(database, namings), knowledge }),
  audit: await openAudit(database),
  knowledge,
});
metrics.registerIn(service.metrics);
// The embedding model and the words of the help centre are loaded before the first visitor asks, not by him; what others kept would hide it.
const warmingUp = AbortSignal.timeout(warmUpMs);
await local.embed(['How do I return an item?'], { purpose: 'passage', signal: warmingUp });
await engine.search({ text: 'How do I return an item?', context: [], audiences: ['public'], limit: 1, signal: warmingUp });

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());

await service.app.listen({ host: config.TOOLS_API_HOST, port: config.TOOLS_API_PORT });

async function stop(): Promise<void> {
  await service.app.close();
  vectorCache.close();
  searchCache.close();
  await database.end();
  await telemetry.stop();
}
