// Builds the orchestrator: every port and every route, in order, no logic.
import { createCache } from '@aiguy/manifests/cache';
import type { Database } from '@aiguy/manifests/database';
import type { Catalogue } from '@aiguy/manifests/load';
import { createRateLimits } from '@aiguy/manifests/rate-limit';
import { createService, type Service } from '@aiguy/manifests/service';
import { TokenVerifier } from '@aiguy/manifests/tokens';
import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import type { Config } from './config.ts';
import { addContinueRoutes } from './http/continue-links.ts';
import { addInterruptRoutes } from './http/interrupts.ts';
import { addMemoryRoutes } from './http/memory.ts';
import { addOpenapiRoute } from './http/openapi.ts';
import type { HttpPorts } from './http/ports.ts';
import { addChatRoutes } from './http/post-chat.ts';
import { addSessionRoutes } from './http/sessions.ts';
import { addSuggestionsRoute } from './http/suggestions.ts';
import type { ModelPort } from './model/port.ts';
import { createTurnMetrics } from './observe/metrics.ts';
import { Effects } from './session/effects.ts';
import { EventLog } from './session/event-log.ts';
import { Interrupts } from './session/interrupts.ts';
import { Memories } from './session/memory.ts';
import { Runs } from './session/runs.ts';
import { expireSessions } from './session/sessions.ts';
import type { ToolCaller } from './tools/client.ts';
import type { CorpusVersion } from './tools/corpus-version.ts';
import type { OwnKey } from './tools/signing-key.ts';
import type { SuggestArticles } from './tools/suggest-articles.ts';
import { Afterwards } from './turn/afterwards.ts';
import { createAnswerCache } from './turn/answer-cache.ts';
import { LiveRuns } from './turn/live-runs.ts';

export type AppPorts = {
  database: Database;
  model: ModelPort;
  tools: ToolCaller;
  corpusVersion: CorpusVersion;
  suggestArticles: SuggestArticles;
  catalogue: Catalogue;
  key: OwnKey;
  /** Names this process among those of its database: instance and boot. */
  owner: string;
};
export type Orchestrator = Service & { liveRuns: LiveRuns; afterwards: Afterwards };

/** A message is at most 4,000 characters; an AG-UI client sends its history along. */
const bodyBytesMax = 256 * 1024;
const requestTimeoutMs = 10_000;
/** Links that a session may make or try in a minute. */
const linksPerMinute = 5;
/** Answers that this process keeps when there is no Redis; one takes a few kB. */
const answersMax = 1000;

export function buildApp(config: Config, ports: AppPorts): Orchestrator {
  const { database, model, tools, corpusVersion, suggestArticles, catalogue, key, owner } = ports;
  const service = createService({
    name: 'orchestrator',
    bodyBytesMax,
    requestTimeoutMs,
    trustProxy: config.TRUST_PROXY,
    logLevel: config.LOG_LEVEL,
    metricsToken: config.METRICS_TOKEN,
    ready: async () => void (await database.query('SELECT 1')),
  });
  const log = new EventLog(database);
  const runs = new Runs(database, log, owner);
  const interrupts = new Interrupts(database, runs);
  const metrics = createTurnMetrics(service.metrics, Date.now);
  const cache = createCache({ redisUrl: config.REDIS_URL, prefix: 'aiguy-answer', entriesMax: answersMax });
  const turnPorts = {
    model,
    tools,
    corpusVersion,
    answers: config.ANSWER_CACHE_TTL_S > 0 ? createAnswerCache(cache, config.ANSWER_CACHE_TTL_S) : undefined,
    catalogue,
    log,
    runs,
    interrupts,
    effects: new Effects(database),
    expireSessions: async () => void (await expireSessions(database, config.SESSION_IDLE_DAYS)),
    memories: new Memories(database),
    afterwards: new Afterwards(),
    metrics,
    limits: { tokens: config.TURN_TOKENS_MAX, tools: config.TURN_TOOLS_MAX, wallMs: config.TURN_WALL_MS },
    answerTokensMax: config.ANSWER_TOKENS_MAX,
    nowMs: Date.now,
    random: Math.random,
  };
  const liveRuns = new LiveRuns(turnPorts);
  const visitorLimits = openVisitorLimits(config);
  const verifier = new TokenVerifier(config.TRUSTED_ISSUERS);
  const sessionIdleDays = config.SESSION_IDLE_DAYS;
  const httpPorts: HttpPorts = { ...turnPorts, database, liveRuns, verifier, suggestArticles, sessionIdleDays, ...visitorLimits };

  const { app } = service;
  app.register(cors, corsOf(config));
  app.register(async (scope) => addRoutes(scope, httpPorts, key));
  app.addHook('onClose', async () => {
    visitorLimits.close();
    cache.close();
  });
  return { ...service, liveRuns, afterwards: turnPorts.afterwards };
}

function addRoutes(scope: FastifyInstance, httpPorts: HttpPorts, key: OwnKey): void {
  addChatRoutes(scope, httpPorts);
  addSessionRoutes(scope, httpPorts);
  addInterruptRoutes(scope, httpPorts);
  addMemoryRoutes(scope, httpPorts);
  addContinueRoutes(scope, httpPorts);
  addSuggestionsRoute(scope, httpPorts);
  addOpenapiRoute(scope);
  scope.get('/.well-known/jwks.json', async (_request, reply) => await reply.header('Cache-Control', 'public, max-age=300').send(key.publicKeys));
}

function openVisitorLimits(config: Config) {
  const limits = createRateLimits({ redisUrl: config.REDIS_URL, prefix: 'aiguy-chat' });
  const aMinute = { windowS: 60, code: 'rate_limited' } as const;
  return {
    limitChat: async (visitor: string) => await limits.consume(visitor, { ...aMinute, points: config.CHAT_PER_MINUTE }),
    limitSuggestions: async ({ session, address }: { session: string; address: string }) => {
      await limits.consume(`suggestions address ${address}`, { ...aMinute, points: config.SUGGESTIONS_PER_MINUTE_AND_ADDRESS });
      await limits.consume(`suggestions session ${session}`, { ...aMinute, points: config.SUGGESTIONS_PER_MINUTE });
    },
    limitLinks: async ({ session, address }: { session: string; address: string }) => {
      await limits.consume(`links address ${address}`, { ...aMinute, points: config.SUGGESTIONS_PER_MINUTE_AND_ADDRESS });
      await limits.consume(`links session ${session}`, { ...aMinute, points: linksPerMinute });
    },
    close: limits.close,
  };
}

function corsOf(config: Config) {
  return {
    origin: config.CORS_ORIGINS,
    methods: ['GET', 'POST', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'last-event-id', 'traceparent'],
    exposedHeaders: ['x-request-id', 'retry-after'],
    maxAge: 600,
  };
}
