// Builds the orchestrator: every port and every route, in order, no logic.
import { type Cache, createCache } from '@aiguy/manifests/cache';
import type { Database } from '@aiguy/manifests/database';
import type { Catalogue } from '@aiguy/manifests/load';
import { createRateLimits } from '@aiguy/manifests/rate-limit';
import { createService, type Service } from '@aiguy/manifests/service';
import { TokenVerifier } from '@aiguy/manifests/tokens';
import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import type { JWK } from 'jose';
import type { Config } from './config.ts';
import { type SocketLimits, socketLimits } from './http/chat-socket.ts';
import { addReceiptCheckRoutes } from './http/check-receipts.ts';
import { addContinueRoutes } from './http/continue-links.ts';
import { addFileRoute } from './http/files.ts';
import { addInterruptRoutes } from './http/interrupts.ts';
import { addMemoryRoutes } from './http/memory.ts';
import { addOpenapiRoute } from './http/openapi.ts';
import { addPageRoute } from './http/page.ts';
import type { HttpPorts } from './http/ports.ts';
import { addChatRoutes } from './http/post-chat.ts';
import { addReceiptRoutes } from './http/receipts.ts';
import { addSessionRoutes } from './http/sessions.ts';
import { addStaffSiteRoute } from './http/staff-site.ts';
import { addSuggestionsRoute } from './http/suggestions.ts';
import { addUndoRoute } from './http/undo.ts';
import { addSocketRoutes, socketPath } from './http/web-socket.ts';
import type { ModelPort } from './model/port.ts';
import { createTurnMetrics, type TurnMetrics } from './observe/metrics.ts';
import { Effects } from './session/effects.ts';
import { EventLog } from './session/event-log.ts';
import { Interrupts } from './session/interrupts.ts';
import { Memories } from './session/memory.ts';
import { Pages } from './session/pages.ts';
import { ReceiptVerifier } from './session/receipt-token.ts';
import { Receipts } from './session/receipts.ts';
import { Runs } from './session/runs.ts';
import { expireSessions } from './session/sessions.ts';
import { Tasks } from './session/tasks.ts';
import type { ToolCaller } from './tools/client.ts';
import type { CorpusVersion } from './tools/corpus-version.ts';
import type { FetchFile } from './tools/fetch-file.ts';
import type { OwnKey } from './tools/signing-key.ts';
import type { SuggestArticles } from './tools/suggest-articles.ts';
import type { AskTask } from './tools/task-status.ts';
import { Afterwards } from './turn/afterwards.ts';
import { createAnswerCache } from './turn/answer-cache.ts';
import { LiveRuns } from './turn/live-runs.ts';
import type { TurnPorts } from './turn/turn.ts';

export type AppPorts = {
  database: Database;
  model: ModelPort;
  tools: ToolCaller;
  corpusVersion: CorpusVersion;
  suggestArticles: SuggestArticles;
  fetchFile: FetchFile;
  askTask: AskTask;
  catalogue: Catalogue;
  key: OwnKey;
  /** Public keys that signed receipts before; they sign nothing else any more. */
  formerKeys?: JWK[];
  /** Names this process among those of its database: instance and boot. */
  owner: string;
  /** Others than the usual ones, for tests. */
  socketLimits?: Partial<SocketLimits>;
};
export type Orchestrator = Service & { liveRuns: LiveRuns; afterwards: Afterwards };

/** A message is at most 4,000 characters; an AG-UI client sends its history along. */
const bodyBytesMax = 256 * 1024;
const requestTimeoutMs = 10_000;
/** Links that a session may make or try in a minute. */
const linksPerMinute = 5;
/** Answers that this process keeps when there is no Redis; one takes a few kB. */
const answersMax = 1000;
const socketsPerSessionMax = 10;
/** A socket that is cut comes back with a new ticket; ten tabs do so at once after a restart. */
const ticketsPerMinute = 60;

export function buildApp(config: Config, ports: AppPorts): Orchestrator {
  const { database, suggestArticles, fetchFile, key, formerKeys = [] } = ports;
  const service = createService({
    name: 'orchestrator',
    bodyBytesMax,
    requestTimeoutMs,
    trustProxy: config.TRUST_PROXY,
    logLevel: config.LOG_LEVEL,
    metricsToken: config.METRICS_TOKEN,
    upgradePath: socketPath,
    ready: async () => void (await database.query('SELECT 1')),
  });
  const cache = createCache({ redisUrl: config.REDIS_URL, prefix: 'aiguy-answer', entriesMax: answersMax });
  const turnPorts = openTurnPorts(config, ports, { metrics: createTurnMetrics(service.metrics, Date.now), cache });
  const liveRuns = new LiveRuns(turnPorts);
  const visitorLimits = openVisitorLimits(config);
  const verifier = new TokenVerifier(config.TRUSTED_ISSUERS);
  const httpPorts: HttpPorts = {
    ...turnPorts,
    database,
    liveRuns,
    verifier,
    suggestArticles,
    fetchFile,
    sessionIdleDays: config.SESSION_IDLE_DAYS,
    ...visitorLimits,
  };

  const { app } = service;
  app.register(cors, corsOf(config));
  const sockets = { origins: config.CORS_ORIGINS, limits: { ...socketLimits, ...ports.socketLimits }, socketsPerSessionMax };
  const receiptChecks = { verifier: new ReceiptVerifier({ keys: [...key.publicKeys.keys, ...formerKeys] }), ...visitorLimits };
  app.register(async (scope) => addRoutes(scope, httpPorts, key));
  app.register(async (scope) => addStaffRoutes(scope, config, httpPorts));
  app.register(async (scope) => await addSocketRoutes(scope, httpPorts, sockets));
  app.register(async (scope) => await addReceiptCheckRoutes(scope, receiptChecks));
  app.addHook('onClose', async () => {
    visitorLimits.close();
    cache.close();
  });
  return { ...service, liveRuns, afterwards: turnPorts.afterwards };
}

function openTurnPorts(config: Config, ports: AppPorts, { metrics, cache }: { metrics: TurnMetrics; cache: Cache }): TurnPorts {
  const { database, model, tools, corpusVersion, askTask, catalogue } = ports;
  const log = new EventLog(database);
  const runs = new Runs(database, log, ports.owner);
  const receipts = new Receipts(database, ports.key, catalogue);
  return {
    model,
    tools,
    corpusVersion,
    answers: config.ANSWER_CACHE_TTL_S > 0 ? createAnswerCache(cache, config.ANSWER_CACHE_TTL_S) : undefined,
    catalogue,
    log,
    runs,
    interrupts: new Interrupts(database, runs),
    effects: new Effects(database, receipts),
    receipts,
    pages: new Pages(database),
    tasks: new Tasks(database),
    askTask,
    expireSessions: async () => void (await expireSessions(database, config.SESSION_IDLE_DAYS)),
    memories: new Memories(database),
    afterwards: new Afterwards(),
    metrics,
    limits: { tokens: config.TURN_TOKENS_MAX, tools: config.TURN_TOOLS_MAX, wallMs: config.TURN_WALL_MS },
    answerTokensMax: config.ANSWER_TOKENS_MAX,
    nowMs: Date.now,
    random: Math.random,
  };
}

function addRoutes(scope: FastifyInstance, httpPorts: HttpPorts, key: OwnKey): void {
  addChatRoutes(scope, httpPorts);
  addSessionRoutes(scope, httpPorts);
  addInterruptRoutes(scope, httpPorts);
  addReceiptRoutes(scope, httpPorts);
  addFileRoute(scope, httpPorts);
  addPageRoute(scope, httpPorts);
  addUndoRoute(scope, httpPorts);
  addMemoryRoutes(scope, httpPorts);
  addContinueRoutes(scope, httpPorts);
  addSuggestionsRoute(scope, httpPorts);
  addOpenapiRoute(scope);
  scope.get('/.well-known/jwks.json', async (_request, reply) => await reply.header('Cache-Control', 'public, max-age=300').send(key.publicKeys));
}

/** For the people of a site: each route asks for a staff assertion and cuts what it reads to its issuer. */
function addStaffRoutes(scope: FastifyInstance, config: Config, { verifier, catalogue }: HttpPorts): void {
  const model = { provider: config.ANTHROPIC_API_KEY ? 'anthropic' : 'offline', plan: config.PLAN_MODEL, answer: config.ANSWER_MODEL } as const;
  addStaffSiteRoute(scope, { verifier, catalogue, model });
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
    limitTickets: async (sessionId: string) => await limits.consume(`tickets ${sessionId}`, { ...aMinute, points: ticketsPerMinute }),
    limitReceiptChecks: async (address: string) =>
      await limits.consume(`receipts address ${address}`, { ...aMinute, points: config.RECEIPT_CHECKS_PER_MINUTE }),
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
