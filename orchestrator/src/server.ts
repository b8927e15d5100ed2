// The orchestrator's process: configuration, schema, listening, and an orderly end on SIGTERM or SIGINT.
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { migrate, openDatabase } from '@aiguy/manifests/database';
import { loadManifests } from '@aiguy/manifests/load';
import { startTelemetry } from '@aiguy/manifests/telemetry';
import { buildApp } from './app.ts';
import { readConfig } from './config.ts';
import { createKnowledgeModel, createModel } from './model/create-model.ts';
import { toolsFor } from './tools/catalogue.ts';
import { createToolClient } from './tools/client.ts';
import { createCorpusVersion } from './tools/corpus-version.ts';
import { createFetchFile } from './tools/fetch-file.ts';
import { createToolGuards } from './tools/guards.ts';
import { createAskHours } from './tools/opening-hours.ts';
import { createRelayPrivacy } from './tools/relay-privacy.ts';
import { readFormerKeys, readSigningKey } from './tools/signing-key.ts';
import { createSiteKnowledge } from './tools/site-knowledge.ts';
import { createSiteTickets } from './tools/site-tickets.ts';
import { createSiteTools } from './tools/site-tools.ts';
import { createSuggestArticles } from './tools/suggest-articles.ts';
import { createAskTask } from './tools/task-status.ts';

/** Runs may finish for so long after SIGTERM; the rest is interrupted and says so. */
const shutdownGraceMs = 10_000;

const config = readConfig();
const telemetry = await startTelemetry('aiguy-orchestrator', config.OTEL_EXPORTER_OTLP_ENDPOINT);
await migrate({ url: config.DATABASE_URL, folder: new URL('../migrations', import.meta.url).pathname });
const database = openDatabase({
  url: config.DATABASE_URL,
  connectionsMax: config.DATABASE_CONNECTIONS_MAX,
  connectTimeoutMs: 2000,
  statementTimeoutMs: 5000,
});
const key = await readSigningKey(config.ORCHESTRATOR_SIGNING_KEY, config.ORCHESTRATOR_ISSUER);
const catalogue = loadManifests();
const instance = `${hostname()}:${config.ORCHESTRATOR_PORT}`;
const guards = createToolGuards();
const tools = toolsFor(catalogue, []).needingSignIn;
const model = createModel({
  tools,
  anthropicApiKey: config.ANTHROPIC_API_KEY,
  anthropicBaseUrl: config.ANTHROPIC_BASE_URL,
  planModel: config.PLAN_MODEL,
  answerModel: config.ANSWER_MODEL,
  requestTimeoutMs: config.TURN_WALL_MS,
  idleTimeoutMs: config.MODEL_IDLE_TIMEOUT_MS,
});
const { app, liveRuns, metrics } = buildApp(config, {
  database,
  key,
  formerKeys: await readFormerKeys(config.ORCHESTRATOR_FORMER_KEYS),
  catalogue,
  model,
  tools: createToolClient({ url: config.TOOLS_API_URL, key, guards }),
  corpusVersion: createCorpusVersion({ url: config.TOOLS_API_URL, key }),
  fetchFile: createFetchFile({ url: config.TOOLS_API_URL, key }),
  siteKnowledge: createSiteKnowledge({ url: config.TOOLS_API_URL }),
  siteTickets: createSiteTickets({ url: config.TOOLS_API_URL }),
  relayPrivacy: createRelayPrivacy({ url: config.TOOLS_API_URL }),
  suggestArticles: createSuggestArticles({ url: config.TOOLS_API_URL, key }),
  knowledge: model.isExtractive ? model : createKnowledgeModel(),
  askTask: createAskTask({ url: config.TOOLS_API_URL, key }),
  askHours: createAskHours({ url: config.TOOLS_API_URL, key }),
  siteTools: createSiteTools({ url: config.TOOLS_API_URL, key, catalogue }),
  owner: `${instance} ${randomUUID()}`,
});
guards.registerIn(metrics);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());

await app.listen({ host: config.ORCHESTRATOR_HOST, port: config.ORCHESTRATOR_PORT });
// The tools API asks this process for its public keys before it carries anything out, so runs are taken up only when it can be asked.
await liveRuns.begin(instance);

async function stop(): Promise<void> {
  await Promise.all([liveRuns.stop(shutdownGraceMs), app.close()]);
  await database.end();
  await telemetry.stop();
}
