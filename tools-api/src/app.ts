// Builds the tools API: every port and every route, in order, no logic.
import type { Database } from '@aiguy/manifests/database';
import type { Catalogue } from '@aiguy/manifests/load';
import { findPairedSite } from '@aiguy/manifests/pairing';
import { createRateLimits } from '@aiguy/manifests/rate-limit';
import { createService, type Service } from '@aiguy/manifests/service';
import { TokenVerifier } from '@aiguy/manifests/tokens';
import type { Audit } from './audit/audit.ts';
import type { Files } from './backends/files/files.ts';
import type { Guests } from './backends/guests/guests.ts';
import type { Knowledge } from './backends/knowledge/search.ts';
import type { SiteDocuments } from './backends/knowledge/site-documents.ts';
import type { OpeningHours } from './backends/opening-hours.ts';
import type { PersonalData } from './backends/personal-data.ts';
import type { SiteAbilities } from './backends/site-abilities.ts';
import type { SiteTickets } from './backends/site-tickets.ts';
import type { Config } from './config.ts';
import { addCallToolRoute } from './http/call-tool.ts';
import { addFileRoute } from './http/files.ts';
import { addKnowledgeVersionRoute } from './http/knowledge-version.ts';
import { addListToolsRoute } from './http/list-tools.ts';
import { addMcpRoutes } from './http/mcp.ts';
import { addOpenapiRoute } from './http/openapi.ts';
import { addOpeningHoursRoute } from './http/opening-hours.ts';
import { addPairSiteRoute } from './http/pair-site.ts';
import { addPreviewToolRoute } from './http/preview-tool.ts';
import { addPrivacyRoutes } from './http/privacy.ts';
import { addSiteAbilitiesRoute } from './http/site-abilities.ts';
import { addSiteDocumentRoutes } from './http/site-documents.ts';
import { addSiteTicketRoutes } from './http/site-tickets.ts';
import { addSuggestionsRoute } from './http/suggestions.ts';
import { addTaskStatusRoute } from './http/task-status.ts';
import { addTryKnowledgeRoute } from './http/try-knowledge.ts';
import type { Learner } from './ingestion/learner.ts';
import { createToolMetrics } from './observe/metrics.ts';
import type { LongTasks } from './tasks/long-tasks.ts';
import { assertComplete, type Handlers } from './tools/index.ts';

export type AppPorts = {
  database: Database;
  catalogue: Catalogue;
  handlers: Handlers;
  audit: Audit;
  /** undefined where nobody may ask for it. */
  personalData?: PersonalData | undefined;
  siteTickets?: SiteTickets | undefined;
  /** undefined where guests can show nothing and have to sign in. */
  guests?: Guests | undefined;
  knowledge: Knowledge;
  openingHours: OpeningHours;
  siteAbilities: SiteAbilities;
  documents: SiteDocuments;
  learner: Pick<Learner, 'soon'>;
  files: Files;
  tasks?: LongTasks | undefined;
};

/** Arguments are small; nothing is uploaded here. */
const bodyBytesMax = 64 * 1024;
const requestTimeoutMs = 10_000;

export function buildApp(config: Config, ports: AppPorts): Service {
  const { database, catalogue, handlers, audit, guests, knowledge, files, tasks, personalData, siteTickets } = ports;
  assertComplete(catalogue, handlers);
  const service = createService({
    name: 'tools_api',
    bodyBytesMax,
    requestTimeoutMs,
    trustProxy: config.TRUST_PROXY,
    logLevel: config.LOG_LEVEL,
    metricsToken: config.METRICS_TOKEN,
    ready: async () => void (await database.query('SELECT 1')),
  });
  const paired = { kinds: ['visitor-assertion', 'staff-assertion'], scopes: config.PAIRED_SITE_SCOPES } as const;
  const verifier = new TokenVerifier(config.TRUSTED_ISSUERS, { find: findPairedSite(database, paired) });
  const limits = createRateLimits({ redisUrl: config.REDIS_URL, prefix: 'aiguy-tools' });
  const metrics = createToolMetrics(service.metrics);

  const { app } = service;
  const calls = { database, catalogue, handlers, limits, audit, metrics, guests, verifier, tasks };
  addCallToolRoute(app, calls);
  addPreviewToolRoute(app, calls);
  addTaskStatusRoute(app, calls);
  addFileRoute(app, { files, catalogue, limits, verifier });
  addListToolsRoute(app, { catalogue, verifier });
  addKnowledgeVersionRoute(app, { verifier, knowledge });
  addOpeningHoursRoute(app, { verifier, openingHours: ports.openingHours });
  addSiteAbilitiesRoute(app, { verifier, siteAbilities: ports.siteAbilities });
  addSuggestionsRoute(app, { verifier, knowledge, limits });
  addSiteDocumentRoutes(app, { verifier, limits, documents: ports.documents, learner: ports.learner });
  if (siteTickets) addSiteTicketRoutes(app, { verifier, limits, siteTickets });
  addTryKnowledgeRoute(app, { verifier, knowledge, limits });
  if (personalData) addPrivacyRoutes(app, { verifier, personalData });
  addMcpRoutes(app, { ...calls, issuers: config.TRUSTED_ISSUERS });
  addPairSiteRoute(app, { database, limits, configured: new Set(config.TRUSTED_ISSUERS.map(({ issuer }) => issuer)) });
  addOpenapiRoute(app, catalogue);
  app.addHook('onClose', async () => limits.close());
  return service;
}
