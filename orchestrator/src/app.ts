// Builds the orchestrator: every port and every route, in order, no logic.
import { type Cache, createCache } from '@aiguy/manifests/cache';
import type { Database } from '@aiguy/manifests/database';
import type { Catalogue } from '@aiguy/manifests/load';
import { findPairedSite } from '@aiguy/manifests/pairing';
import { createRateLimits } from '@aiguy/manifests/rate-limit';
import { createService, type Service } from '@aiguy/manifests/service';
import { TokenVerifier } from '@aiguy/manifests/tokens';
import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import type { JWK } from 'jose';
import { type Ceilings, microUsdOf } from './budget/caps.ts';
import type { Config } from './config.ts';
import { type SocketLimits, socketLimits } from './http/chat-socket.ts';
import { addReceiptCheckRoutes } from './http/check-receipts.ts';
import { addContinueRoutes } from './http/continue-links.ts';
import { addFeedbackRoute } from './http/feedback.ts';
import { addFileRoute } from './http/files.ts';
import { addHandoffRoute } from './http/handoff.ts';
import { addInterruptRoutes } from './http/interrupts.ts';
import { addMemoryRoutes } from './http/memory.ts';
import { addOpenapiRoute } from './http/openapi.ts';
import { addOwnSessionRoutes } from './http/own-sessions.ts';
import { addPageRoute } from './http/page.ts';
import { addPairSiteRoute } from './http/pair-site.ts';
import type { HttpPorts } from './http/ports.ts';
import { addChatRoutes } from './http/post-chat.ts';
import { addReceiptRoutes } from './http/receipts.ts';
import { addSessionRoutes } from './http/sessions.ts';
import { addStaffConversationRoutes } from './http/staff-conversations.ts';
import { addStaffKnowledgeRoutes } from './http/staff-knowledge.ts';
import { addStaffPeopleRoutes } from './http/staff-people.ts';
import { addStaffPrivacyRoutes } from './http/staff-privacy.ts';
import { addStaffReportsRoute } from './http/staff-reports.ts';
import { addStaffSiteRoute } from './http/staff-site.ts';
import { addStaffStreamRoute } from './http/staff-stream.ts';
import { addStaffTicketRoutes } from './http/staff-tickets.ts';
import { addSuggestionsRoute } from './http/suggestions.ts';
import { addUndoRoute } from './http/undo.ts';
import { addSocketRoutes, socketPath } from './http/web-socket.ts';
import type { ModelPort } from './model/port.ts';
import { createTurnMetrics, type TurnMetrics } from './observe/metrics.ts';
import { Conversations } from './session/conversations.ts';
import { Effects } from './session/effects.ts';
import { EventLog } from './session/event-log.ts';
import { Handoffs } from './session/handoffs.ts';
import { Interrupts } from './session/interrupts.ts';
import { Memories } from './session/memory.ts';
import { StaffNotes } from './session/notes.ts';
import { Pages } from './session/pages.ts';
import { ReceiptVerifier } from './session/receipt-token.ts';
import { Receipts } from './session/receipts.ts';
import { noteRuns } from './session/run-facts.ts';
import { Runs } from './session/runs.ts';
import { expireSessions } from './session/sessions.ts';
import { Tasks } from './session/tasks.ts';
import { Usage } from './session/usage.ts';
import type { ToolCaller } from './tools/client.ts';
import type { CorpusVersion } from './tools/corpus-version.ts';
import type { FetchFile } from './tools/fetch-file.ts';
import type { AskHours } from './tools/opening-hours.ts';
import type { RelayPrivacy } from './tools/relay-privacy.ts';
import type { OwnKey } from './tools/signing-key.ts';
import type { SiteKnowledge } from './tools/site-knowledge.ts';
import type { SiteTickets } from './tools/site-tickets.ts';
import type { SiteTools } from './tools/site-tools.ts';
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
  siteKnowledge: SiteKnowledge;
  siteTickets: SiteTickets;
  fetchFile: FetchFile;
  relayPrivacy: RelayPrivacy;
  askTask: AskTask;
  askHours: AskHours;
  siteTools: SiteTools;
  /** Answers from the knowledge, without cost, when a cap is reached. */
  knowledge: ModelPort;
  catalogue: Catalogue;
  key: OwnKey;
  /** Public keys that signed receipts before; they sign nothing else any more. */
  formerKeys?: JWK[];
  /** Names this process among those of its database: instance and boot. */
  owner: string;
  /** Another clock, for tests. */
  nowMs?: () => number;
  /** Others than the usual ones, for tests. */
  socketLimits?: Partial<SocketLimits>;
};
export type Orchestrator = Service & { liveRuns: LiveRuns; afterwards: Afterwards };

/** A message is at most 4,000 characters; an AG-UI client sends its history along. */
const bodyBytesMax = 256 * 1024;
const requestTimeoutMs = 10_000;
/** Times in a minute that one address may try a pairing code. */
const pairingsPerMinute = 10;
/** Links that a session may make or try in a minute. */
const linksPerMinute = 5;
/** Answers that this process keeps when there is no Redis; one takes a few kB. */
const answersMax = 1000;
const socketsPerSessionMax = 10;
/** A socket that is cut comes back with a new ticket; ten tabs do so at once after a restart. */
const ticketsPerMinute = 60;
/** Ratings, lists and transcripts of a session in a minute. */
const feedbackPerMinute = 60;

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
  const paired = { kinds: ['visitor-assertion', 'staff-assertion'], scopes: config.PAIRED_SITE_SCOPES } as const;
  const verifier = new TokenVerifier(config.TRUSTED_ISSUERS, { find: findPairedSite(database, paired) });
  const httpPorts: HttpPorts = {
    ...turnPorts,
    database,
    liveRuns,
    verifier,
    suggestArticles,
    fetchFile,
    askHours: ports.askHours,
    sessionIdleDays: config.SESSION_IDLE_DAYS,
    ...visitorLimits,
  };

  const { app } = service;
  app.register(cors, corsOf(config));
  const sockets = { origins: config.CORS_ORIGINS, limits: { ...socketLimits, ...ports.socketLimits }, socketsPerSessionMax };
  const receiptChecks = { verifier: new ReceiptVerifier({ keys: [...key.publicKeys.keys, ...formerKeys] }), ...visitorLimits };
  app.register(async (scope) => addRoutes(scope, httpPorts, key));
  const { relayPrivacy, siteTickets } = ports;
  app.register(async (scope) => addStaffRoutes(scope, config, { ...httpPorts, nowMs: turnPorts.nowMs, relayPrivacy, siteTickets }));
  const configured = new Set(config.TRUSTED_ISSUERS.map(({ issuer }) => issuer));
  const { limitPairing } = visitorLimits;
  app.register(async (scope) => addPairSiteRoute(scope, { database, toolsUrl: config.TOOLS_API_URL, configured, limitPairing }));
  app.register(async (scope) => addKnowledgeRoutes(scope, httpPorts, { turnPorts, siteKnowledge: ports.siteKnowledge }));
  app.register(async (scope) => await addSocketRoutes(scope, httpPorts, sockets));
  app.register(async (scope) => await addReceiptCheckRoutes(scope, receiptChecks));
  app.addHook('onClose', async () => {
    visitorLimits.close();
    cache.close();
  });
  return { ...service, liveRuns, afterwards: turnPorts.afterwards };
}

function openTurnPorts(config: Config, ports: AppPorts, { metrics, cache }: { metrics: TurnMetrics; cache: Cache }): TurnPorts {
  const { database, model, knowledge, tools, corpusVersion, askTask, siteTools, catalogue } = ports;
  const log = new EventLog(database);
  const runs = new Runs(database, log, ports.owner);
  const receipts = new Receipts(database, ports.key, catalogue);
  return {
    model,
    knowledge,
    usage: new Usage(database),
    ceilings: ceilingsOf(config),
    prices: config.MODEL_PRICES,
    tools,
    corpusVersion,
    answers: config.ANSWER_CACHE_TTL_S > 0 ? createAnswerCache(cache, config.ANSWER_CACHE_TTL_S) : undefined,
    catalogue,
    siteTools,
    log,
    runs,
    interrupts: new Interrupts(database, runs),
    effects: new Effects(database, receipts),
    receipts,
    pages: new Pages(database),
    tasks: new Tasks(database),
    handoffs: new Handoffs(database, runs, config.HANDOFF_WAIT_S),
    askTask,
    expireSessions: async () => void (await expireSessions(database, config.SESSION_IDLE_DAYS)),
    noteRuns: async () => void (await noteRuns(database)),
    memories: new Memories(database),
    afterwards: new Afterwards(),
    metrics,
    limits: { tokens: config.TURN_TOKENS_MAX, tools: config.TURN_TOOLS_MAX, wallMs: config.TURN_WALL_MS },
    answerTokensMax: config.ANSWER_TOKENS_MAX,
    agentModels: config.AGENT_MODELS,
    nowMs: ports.nowMs ?? Date.now,
    random: Math.random,
  };
}

function ceilingsOf(config: Config): Ceilings {
  return {
    guestMessages: config.CAP_GUEST_MESSAGES_DAY,
    guestsPerNetwork: config.CAP_GUESTS_PER_NETWORK,
    customerMessages: config.CAP_CUSTOMER_MESSAGES_DAY,
    siteMessages: config.CAP_SITE_MESSAGES_DAY,
    siteMicroUsd: microUsdOf(config.CAP_SITE_COST_DAY_USD),
    siteMonthMicroUsd: microUsdOf(config.CAP_SITE_COST_MONTH_USD),
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
  addHandoffRoute(scope, httpPorts);
  addMemoryRoutes(scope, httpPorts);
  addContinueRoutes(scope, httpPorts);
  addSuggestionsRoute(scope, httpPorts);
  addFeedbackRoute(scope, httpPorts);
  addOwnSessionRoutes(scope, httpPorts);
  addOpenapiRoute(scope);
  scope.get('/.well-known/jwks.json', async (_request, reply) => await reply.header('Cache-Control', 'public, max-age=300').send(key.publicKeys));
}

type StaffPorts = HttpPorts & Pick<TurnPorts, 'nowMs'> & Pick<AppPorts, 'relayPrivacy' | 'siteTickets'>;

/** For the people of a site: each route asks for a staff assertion and cuts what it reads to its issuer. */
function addStaffRoutes(scope: FastifyInstance, config: Config, ports: StaffPorts): void {
  const { verifier, catalogue, database, sessionIdleDays, nowMs } = ports;
  const model = {
    provider: config.ANTHROPIC_API_KEY ? 'anthropic' : 'offline',
    plan: config.PLAN_MODEL,
    answer: config.ANSWER_MODEL,
    allowed: config.AGENT_MODELS,
  } as const;
  addStaffSiteRoute(scope, { verifier, catalogue, model });
  addStaffStreamRoute(scope, { verifier });
  addStaffReportsRoute(scope, { verifier, catalogue, database, sessionIdleDays, ceilings: ceilingsOf(config), nowMs });
  const inbox = { ...ports, conversations: new Conversations(database), notes: new StaffNotes(database) };
  addStaffConversationRoutes(scope, inbox);
  addStaffPeopleRoutes(scope, inbox);
  addStaffTicketRoutes(scope, inbox);
  addStaffPrivacyRoutes(scope, ports);
}

/** What its agent answers from. */
function addKnowledgeRoutes(
  scope: FastifyInstance,
  { verifier }: HttpPorts,
  { turnPorts, siteKnowledge }: { turnPorts: TurnPorts; siteKnowledge: SiteKnowledge },
): void {
  addStaffKnowledgeRoutes(scope, { ...turnPorts, verifier, siteKnowledge });
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
    limitFeedback: async (sessionId: string) => await limits.consume(`feedback ${sessionId}`, { ...aMinute, points: feedbackPerMinute }),
    limitReceiptChecks: async (address: string) =>
      await limits.consume(`receipts address ${address}`, { ...aMinute, points: config.RECEIPT_CHECKS_PER_MINUTE }),
    limitLinks: async ({ session, address }: { session: string; address: string }) => {
      await limits.consume(`links address ${address}`, { ...aMinute, points: config.SUGGESTIONS_PER_MINUTE_AND_ADDRESS });
      await limits.consume(`links session ${session}`, { ...aMinute, points: linksPerMinute });
    },
    limitPairing: async (address: string) => await limits.consume(`pairing address ${address}`, { ...aMinute, points: pairingsPerMinute }),
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
