// The tools API's process: configuration, schema, listening, and an orderly end on SIGTERM or SIGINT.
import { migrate, openDatabase } from '@aiguy/manifests/database';
import { loadManifests } from '@aiguy/manifests/load';
import { startTelemetry } from '@aiguy/manifests/telemetry';
import { buildApp } from './app.ts';
import { openAudit } from './audit/audit.ts';
import { createEmbedder } from './backends/embedding/create-embedder.ts';
import { createLocalEmbedder } from './backends/embedding/local.ts';
import { createKnowledge } from './backends/knowledge/search.ts';
import { createDemoShop } from './backends/shop.ts';
import { readConfig } from './config.ts';
import { keepIndex } from './ingestion/keep-index.ts';
import { createIngestion } from './ingestion/run-ingestion.ts';
import { startSchedule } from './ingestion/schedule.ts';
import { createHandlers } from './tools/index.ts';

const warmUpMs = 60_000;

const config = readConfig();
const telemetry = await startTelemetry('aiguy-tools-api', config.OTEL_EXPORTER_OTLP_ENDPOINT);
await migrate({ url: config.TOOLS_DATABASE_URL, folder: new URL('../migrations', import.meta.url).pathname });
const database = openDatabase({
  url: config.TOOLS_DATABASE_URL,
  connectionsMax: config.DATABASE_CONNECTIONS_MAX,
  connectTimeoutMs: 2000,
  statementTimeoutMs: 5000,
});
const local = createLocalEmbedder();
// While the index is of the local model, and the configured one's is being built, the local model answers.
const embedder = createEmbedder(config);
const knowledge = createKnowledge({ database, words: local, embedders: [embedder, local] });
const namings = new Map(config.TRUSTED_ISSUERS.map(({ issuer, customers }) => [issuer, customers ?? []]));
const { app } = buildApp(config, {
  database,
  catalogue: loadManifests(),
  handlers: createHandlers({ shop: createDemoShop(database, namings), knowledge }),
  audit: await openAudit(database),
  knowledge,
});
// The embedding model and the words of the help centre are loaded before the first visitor asks, not by him.
await knowledge.search({ text: 'How do I return an item?', context: [], audiences: ['public'], limit: 1, signal: AbortSignal.timeout(warmUpMs) });

const stopping = new AbortController();
const ingest = createIngestion(app.log);
const keeping = keepIndex({ database, embedder, ingest, log: app.log }, stopping.signal);
const schedule = { databaseUrl: config.TOOLS_DATABASE_URL, cron: config.KNOWLEDGE_REFRESH_CRON, ingest, log: app.log };
const stopSchedule = config.KNOWLEDGE_SOURCES.length > 0 ? await startSchedule(schedule) : undefined;
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());

await app.listen({ host: config.TOOLS_API_HOST, port: config.TOOLS_API_PORT });

async function stop(): Promise<void> {
  stopping.abort();
  await Promise.all([app.close(), stopSchedule?.(), keeping]);
  await database.end();
  await telemetry.stop();
}
