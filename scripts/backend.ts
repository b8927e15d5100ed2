// The two services with their databases and keys: what npm start, the whole-system tests and the benchmark all run.

import { join } from 'node:path';
import type { TrustedIssuer } from '@aiguy/manifests/tokens';
import type { JSONWebKeySet } from 'jose';
import { createEmbedder } from '../tools-api/src/backends/embedding/create-embedder.ts';
import { createLocalEmbedder } from '../tools-api/src/backends/embedding/local.ts';
import { readEmbeddingConfig } from '../tools-api/src/config.ts';
import { loadDemo } from '../tools-api/src/demo/load-demo.ts';
import { moveArticles, shopContent } from './demo-content.ts';
import { embeddedConnectionsMax, startEmbeddedPostgres } from './embedded-postgres.ts';
import { holdPostgres } from './held-postgres.ts';
import { keepEmbeddings } from './kept-embeddings.ts';
import { allScopes, developmentKey, developmentSecret, staffScopes, trustedDevelopmentIssuer } from './keys.ts';
import { type ServiceProcess, startServiceProcess } from './service-process.ts';
import { sessionsContent } from './sessions-content.ts';

export type Backend = {
  orchestratorUrl: string;
  toolsUrl: string;
  pids: { orchestrator: number; tools: number };
  /** The orchestrator's environment, for starting another one beside it. */
  orchestratorEnv: Record<string, string>;
  stop: () => Promise<void>;
};

export type BackendOptions = {
  dataDir: string;
  /** Home URL of the site whose visitors are served. */
  siteUrl: string;
  /** The site's public keys; without them the services fetch them from the site. */
  siteKeys?: JSONWebKeySet;
  ports: { orchestrator: number; tools: number };
  /** Variables handed through to the services, such as ANTHROPIC_API_KEY. */
  orchestratorEnv?: Record<string, string>;
  toolsEnv?: Record<string, string>;
  /** Keep the databases in memory instead of in the data directory. */
  inMemory?: boolean;
  /** Postgres databases that are there already, by URL. */
  databases?: { sessions: string; shop: string };
  /** false: the shop without its help centre, which takes the most time to load. */
  withArticles?: boolean;
  log: (line: string) => void;
};

export async function startBackend(options: BackendOptions): Promise<Backend> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    return { ...(await startAll(options, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the services need to be started, by themselves or again. */
export type Prepared = { orchestratorEnv: Record<string, string>; toolsEnv: Record<string, string> };

/** As the demo's help centre says. */
const demoHours = { OPENING_HOURS: 'Mon-Fri 09:00-17:00', OPENING_HOURS_TIME_ZONE: 'America/Los_Angeles' };

/** Makes databases, schema, demo shop and keys, and starts no service. What it started is put into `stops`. */
export async function prepareBackend(options: BackendOptions, stops: (() => Promise<void>)[]): Promise<Prepared> {
  const { dataDir, siteUrl, ports } = options;
  const orchestratorUrl = `http://127.0.0.1:${ports.orchestrator}`;
  const [sessions, shop] = [await database(options, 'DATABASE_URL', stops), await database(options, 'TOOLS_DATABASE_URL', stops)];
  const issuers = await trustedIssuers(options, orchestratorUrl);
  if (shop.hasContent) await moveArticles(shop.url, siteUrl);
  else await bringUpToDate(options, shop.url);
  const toolsEnv = {
    TOOLS_DATABASE_URL: shop.url,
    ...shop.env,
    TRUSTED_ISSUERS: JSON.stringify(issuers.tools),
    ...demoHours,
    GUEST_CODES_KEY: developmentSecret(dataDir, 'guest-codes'),
    ...options.toolsEnv,
  };
  const orchestratorEnv = {
    ORCHESTRATOR_ISSUER: orchestratorUrl,
    ORCHESTRATOR_SIGNING_KEY: JSON.stringify(await developmentKey(dataDir, 'orchestrator')),
    DATABASE_URL: sessions.url,
    ...sessions.env,
    TOOLS_API_URL: `http://127.0.0.1:${ports.tools}`,
    TRUSTED_ISSUERS: JSON.stringify(issuers.orchestrator),
    CORS_ORIGINS: JSON.stringify([siteUrl]),
    ...options.orchestratorEnv,
  };
  return { toolsEnv, orchestratorEnv };
}

async function bringUpToDate({ siteUrl, toolsEnv = {}, withArticles = true, log }: BackendOptions, databaseUrl: string): Promise<void> {
  const embedder = createEmbedder(readEmbeddingConfig(toolsEnv));
  const demo = await loadDemo({ databaseUrl, siteUrl, embedder, local: keepEmbeddings(createLocalEmbedder()), withArticles });
  log(`demo shop loaded: ${demo.records} records, ${demo.articles} help articles (${demo.articlesIngested} new)`);
  for (const { key, reason } of demo.failures) log(`demo article ${key} left out: ${reason}`);
}

async function startAll(options: BackendOptions, stops: (() => Promise<void>)[]): Promise<Omit<Backend, 'stop'>> {
  const { dataDir, ports } = options;
  const { toolsEnv, orchestratorEnv } = await prepareBackend(options, stops);
  const toolsApi = await startToolsApi({ dataDir, port: ports.tools, env: toolsEnv });
  stops.push(toolsApi.stop);
  const orchestrator = await startOrchestrator({ dataDir, port: ports.orchestrator, env: orchestratorEnv });
  stops.push(orchestrator.stop);
  return {
    orchestratorUrl: orchestrator.url,
    toolsUrl: toolsApi.url,
    pids: { orchestrator: orchestrator.pid, tools: toolsApi.pid },
    orchestratorEnv,
  };
}

type Start = { dataDir: string; port: number; env: Record<string, string> };

export async function startToolsApi(options: Start): Promise<ServiceProcess> {
  return await startServiceProcess({
    name: 'tools-api',
    entry: 'tools-api/src/server.ts',
    port: options.port,
    logFile: join(options.dataDir, 'logs', 'tools-api.log'),
    env: { FILES_LOCATION: join(options.dataDir, 'files'), ...options.env, TOOLS_API_PORT: String(options.port) },
  });
}

/** Starts one orchestrator; with another port and environment it stands beside the first. */
export async function startOrchestrator(options: Start): Promise<ServiceProcess> {
  return await startServiceProcess({
    name: 'orchestrator',
    entry: 'orchestrator/src/server.ts',
    port: options.port,
    logFile: join(options.dataDir, 'logs', `orchestrator-${options.port}.log`),
    env: { ...options.env, ORCHESTRATOR_PORT: String(options.port) },
  });
}

type StartedDatabase = { url: string; env: Record<string, string>; hasContent?: boolean };

/** The configured Postgres, or an embedded one of its own for each service. */
async function database(
  options: BackendOptions,
  variable: 'DATABASE_URL' | 'TOOLS_DATABASE_URL',
  stops: (() => Promise<void>)[],
): Promise<StartedDatabase> {
  const name = variable === 'DATABASE_URL' ? 'sessions' : 'shop';
  const configured = options.databases?.[name] ?? process.env[variable];
  if (configured) return { url: configured, env: {} };
  const content = name === 'sessions' ? sessionsContent : shopContent(options.withArticles ?? true);
  const embedded = options.inMemory ? await startEmbeddedPostgres({ content }) : await holdPostgres(options.dataDir, name);
  stops.push(embedded.stop);
  return { url: embedded.url, env: { DATABASE_CONNECTIONS_MAX: String(embeddedConnectionsMax) }, hasContent: options.inMemory === true };
}

async function trustedIssuers(options: BackendOptions, orchestratorUrl: string): Promise<{ orchestrator: TrustedIssuer[]; tools: object[] }> {
  const development = await trustedDevelopmentIssuer(options.dataDir);
  const site: TrustedIssuer = {
    issuer: options.siteUrl,
    kinds: ['visitor-assertion', 'staff-assertion'],
    ...(options.siteKeys ? { jwks: options.siteKeys } : { jwksUri: `${options.siteUrl}/wp-json/aiguy/v1/jwks` }),
    scopes: [...allScopes, ...staffScopes],
  };
  const own: TrustedIssuer = {
    issuer: orchestratorUrl,
    kinds: ['tool-token'],
    jwksUri: `${orchestratorUrl}/.well-known/jwks.json`,
    scopes: allScopes,
  };
  return {
    orchestrator: [site, development],
    tools: [{ ...site, customers: ['wp-users'] }, { ...development, customers: ['wp-users', 'direct'] }, own],
  };
}
