// A whole tools API for a test: real Postgres dialect with the demo's data, real tokens; handlers and catalogue may be bent.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCache } from '@aiguy/manifests/cache';
import { type Database, openDatabase } from '@aiguy/manifests/database';
import { argumentsDigest } from '@aiguy/manifests/digest';
import { type Catalogue, loadManifests } from '@aiguy/manifests/load';
import type { Service } from '@aiguy/manifests/service';
import { type AgentSettings, type SigningKey, signToken } from '@aiguy/manifests/tokens';
import { exportJWK, generateKeyPair, type JSONWebKeySet } from 'jose';
import { Registry } from 'prom-client';
import { contentSiteUrl, shopContent } from '../../scripts/demo-content.ts';
import { embeddedConnectionsMax, startEmbeddedPostgres } from '../../scripts/embedded-postgres.ts';
import { allScopes, staffScopes } from '../../scripts/keys.ts';
import { buildApp } from '../src/app.ts';
import { openAudit } from '../src/audit/audit.ts';
import { createLocalEmbedder } from '../src/backends/embedding/local.ts';
import { createDiskFiles } from '../src/backends/files/disk.ts';
import { createFiles, type Files } from '../src/backends/files/files.ts';
import { type Billing, createDemoBilling } from '../src/backends/guests/billing.ts';
import type { CodeMailer } from '../src/backends/guests/code-mail.ts';
import { createCodes } from '../src/backends/guests/codes.ts';
import { createGuestEvents, type GuestEvents } from '../src/backends/guests/guest-events.ts';
import { openGuestHash } from '../src/backends/guests/guest-key.ts';
import { createGuests, type Guests } from '../src/backends/guests/guests.ts';
import { createGuides } from '../src/backends/guides.ts';
import { createInvoices } from '../src/backends/invoices.ts';
import { cacheKnowledge } from '../src/backends/knowledge/cached-knowledge.ts';
import { rebuildIndex } from '../src/backends/knowledge/indexes.ts';
import { createKnowledge, type SearchEngine } from '../src/backends/knowledge/search.ts';
import { createSiteDocuments } from '../src/backends/knowledge/site-documents.ts';
import { createSpelling } from '../src/backends/knowledge/spelling.ts';
import { learnWords } from '../src/backends/knowledge/words.ts';
import { type OpeningHours, readOpeningHours } from '../src/backends/opening-hours.ts';
import { createSitePages } from '../src/backends/pages/site-pages.ts';
import { createPersonalData } from '../src/backends/personal-data.ts';
import { createProductSearch } from '../src/backends/product-search/product-search.ts';
import { createProducts } from '../src/backends/products.ts';
import { createProfiles } from '../src/backends/profiles.ts';
import { mayBeReader, readOnly } from '../src/backends/read-only.ts';
import { type CustomerNaming, createDemoShop, type Shop } from '../src/backends/shop.ts';
import { createSiteAbilities } from '../src/backends/site-abilities.ts';
import { createSiteTickets } from '../src/backends/site-tickets.ts';
import type { TicketDesk } from '../src/backends/ticket-desk/desk.ts';
import { createTickets } from '../src/backends/tickets.ts';
import { type Config, type ToolsIssuer, variables } from '../src/config.ts';
import { type LongTasks, type OpenTasks, openLongTasks } from '../src/tasks/long-tasks.ts';
import { codeTool, createCodePost, createCodeTask } from '../src/tasks/mail-code.ts';
import { createHandlers, type Handlers } from '../src/tools/index.ts';
import { createReports, type Reports } from '../src/tools/make_order_report/make-report.ts';

export const siteUrl = contentSiteUrl;
const scopes = [...allScopes, ...staffScopes];

export type Party = { issuer: ToolsIssuer; key: SigningKey };
/** The three kinds of issuers that a tools API trusts. */
export type Parties = { site: Party; orchestrator: Party; direct: Party };
export type Harness = Parties & {
  database: Database;
  databaseUrl: string;
  /** Builds another app on the same data. */
  build: (change?: {
    handlers?: Partial<Handlers>;
    catalogue?: Catalogue;
    config?: Partial<Config>;
    database?: Database;
    files?: Files;
    tasks?: LongTasks;
    desk?: TicketDesk;
  }) => Promise<Service>;
  handlers: Handlers;
  files: Files;
  reports: Reports;
  shop: Shop;
  /** Where they are kept. */
  filesFolder: string;
  /** The database as handlers have it. */
  reading: Database;
  /** Computes what is missing of vectors and words, as the process that ingests does. */
  learn: () => Promise<void>;
  /** Without the cache that handlers have. */
  knowledge: SearchEngine;
  guestEvents: GuestEvents;
  /** The queue of mails with codes; undefined without a mailer. */
  codeTasks: OpenTasks | undefined;
  close: () => Promise<void>;
};

type TestDatabase = { url: string; stop: () => Promise<void> };

/**
 * @param options.start another database than the embedded one, which may have several connections
 * @param options.shopOnly without the help centre, whose loading takes most of the time
 * @param options.mailer who mails codes to guests; nobody when left out
 * @param options.billing to whom orders are billed, where it is not the demo shop that says so
 */
export async function startHarness(
  options: {
    start?: (() => Promise<TestDatabase>) | undefined;
    shopOnly?: boolean;
    openingHours?: OpeningHours;
    mailer?: CodeMailer;
    billing?: Billing;
    nowMs?: () => number;
  } = {},
): Promise<Harness> {
  const content = shopContent(!options.shopOnly);
  const embedded = await (options.start ? options.start() : startEmbeddedPostgres({ content }));
  const connectionsMax = options.start ? 10 : embeddedConnectionsMax;
  // Fifty calls at once stand in line for the embedded database's one connection.
  const database = openDatabase({ url: embedded.url, connectionsMax, connectTimeoutMs: 20_000, statementTimeoutMs: 5000 });
  if (options.start) await content.load(embedded.url);
  const parties = await makeParties();
  const namings = new Map(Object.values(parties).map(({ issuer: { issuer, customers } }) => [issuer, customers ?? []]));
  const { mailer, billing = createDemoBilling(database), nowMs = Date.now } = options;
  const { guests, ...mails } = await openGuests({ database, databaseUrl: embedded.url, billing, mailer, nowMs });
  const { openingHours = readOpeningHours({ OPENING_HOURS: undefined, OPENING_HOURS_TIME_ZONE: 'UTC', OPENING_HOURS_CLOSED: [] }) } = options;
  const parts = await makeHandlers(database, { namings, guests, openingHours });
  const { knowledge, cached, handlers, files, filesFolder } = parts;
  // As the process does at boot: loading the model takes longer than a tool may.
  if (!options.shopOnly) await knowledge.search({ text: 'How?', context: [], audiences: ['public'], limit: 1, signal: AbortSignal.timeout(60_000) });
  const services: Service[] = [];
  return {
    ...parties,
    database,
    databaseUrl: embedded.url,
    ...parts,
    ...mails,
    learn: async () => await learnAll(database),
    build: async (change = {}) => {
      const config = configOf(parties, { TOOLS_DATABASE_URL: embedded.url, ...change.config });
      const audit = await openAudit(change.database ?? database);
      const ports = {
        database: change.database ?? database,
        catalogue: change.catalogue ?? loadManifests(),
        handlers: { ...handlers, ...change.handlers } as Handlers,
        audit,
        siteTickets: createSiteTickets({ database: change.database ?? database, audit, desk: change.desk }),
        personalData: createPersonalData({ database, shop: parts.shop, files: change.files ?? files }),
        guests,
        knowledge: cached,
        openingHours,
        siteAbilities,
        documents: createSiteDocuments(change.database ?? database),
        learner: { soon: () => undefined },
        files: change.files ?? files,
        tasks: change.tasks,
      };
      const service = buildApp(config, ports);
      services.push(service);
      return service;
    },
    close: async () => {
      await Promise.all(services.map((service) => service.app.close()));
      guests.close();
      await mails.codeTasks?.stop();
      await database.end();
      await embedded.stop();
      await rm(filesFolder, { recursive: true, force: true });
    },
  };
}

export const guestKey = 'w7Qh2mTzR0cN9xKdVbY4fLpS6uJgE1aXoH3iBtMkZnA';

type GuestParts = { database: Database; databaseUrl: string; billing: Billing; mailer: CodeMailer | undefined; nowMs: () => number };

/** As the process does, with a queue that is worked on where codes are mailed. */
async function openGuests({ database, databaseUrl, billing, mailer, nowMs }: GuestParts) {
  const hash = await openGuestHash(database, mailer && guestKey);
  const codes = createCodes({ database, hash, nowMs });
  const guestEvents = createGuestEvents();
  const parts = { hash, codes, billing, events: guestEvents, nowMs };
  const runners = mailer && { [codeTool]: createCodeTask({ ...parts, mailer }) };
  const codeTasks = runners && (await openLongTasks({ database, databaseUrl, runners }));
  await codeTasks?.work({ log: { warn: () => undefined }, metrics: new Registry() });
  const guests = createGuests({ ...parts, database, post: codeTasks && createCodePost(database, codeTasks) });
  return { guests, guestEvents, codeTasks };
}

/** Remembers nothing that one test says of a site for another: each of them has a site of its own. */
const siteAbilities = createSiteAbilities();

type Given = { guests: Guests; namings: Map<string, readonly CustomerNaming[]>; openingHours: OpeningHours };

async function makeHandlers(database: Database, { guests, namings, openingHours }: Given) {
  const local = createLocalEmbedder();
  const reading = readOnly(database, { asRole: await mayBeReader(database) });
  const spelling = createSpelling(local);
  const knowledge = createKnowledge({ database: reading, words: local, embedders: [local], spelling });
  const cache = createCache({ prefix: 'test', entriesMax: 1000 });
  const cached = cacheKnowledge(knowledge, { cache, ttlS: 1800, models: [local.model], lookedUp: () => undefined });
  const filesFolder = await mkdtemp(join(tmpdir(), 'aiguy-files-'));
  const files = createFiles(createDiskFiles(filesFolder));
  const shop = createDemoShop(reading, namings);
  const seller = ['Fernhill Goods', '1 Example Street'];
  const reports = createReports({ shop, files, seller });
  const handlers = createHandlers({
    shop,
    guests,
    invoices: createInvoices(reading),
    files,
    knowledge: cached,
    guides: createGuides(reading),
    pages: createSitePages(),
    openingHours,
    productSearch: createProductSearch({ database: reading, products: createProducts(reading), words: local, spelling }),
    tickets: createTickets(reading),
    profiles: createProfiles(reading),
    reports,
    siteAbilities,
    seller,
  });
  return { handlers, files, shop, reports, filesFolder, reading, knowledge, cached };
}

async function learnAll(database: Database): Promise<void> {
  const local = createLocalEmbedder();
  const signal = AbortSignal.timeout(60_000);
  await rebuildIndex({ database, embedder: local }, { signal });
  await learnWords({ database, words: local }, signal);
}

export async function makeParties(): Promise<Parties> {
  return {
    site: await makeParty(siteUrl, { kinds: ['visitor-assertion', 'staff-assertion'], customers: ['wp-users'] }),
    orchestrator: await makeParty('https://orchestrator.example', { kinds: ['tool-token'] }),
    direct: await makeParty('urn:test:direct', { kinds: ['tools-access'], customers: ['direct', 'wp-users'] }),
  };
}

/** The defaults of the configuration, silent, with the parties as trusted issuers. */
export function configOf(parties: Parties, change: Partial<Config>): Config {
  const defaults = Object.fromEntries(Object.entries(variables).map(([name, schema]) => [name, schema.default]));
  return { ...defaults, LOG_LEVEL: 'silent', TRUSTED_ISSUERS: Object.values(parties).map(({ issuer }) => issuer), ...change } as Config;
}

async function makeParty(issuer: string, rest: Pick<ToolsIssuer, 'kinds' | 'customers'>): Promise<Party> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const jwks: JSONWebKeySet = { keys: [{ ...(await exportJWK(publicKey)), kid: 'key-1', alg: 'EdDSA' }] };
  return { issuer: { issuer, scopes: [...scopes, ...staffScopes], jwks, ...rest }, key: { issuer, kid: 'key-1', privateKey } };
}

export const newSid = () => randomBytes(24).toString('base64url');

export async function directToken(harness: Parties, claims: { sub?: string; scopes?: string[] } = {}): Promise<string> {
  return await signToken('tools-access', harness.direct.key, { sub: 'customer:aarav_martin_9556', scopes, jti: randomUUID(), ...claims });
}

type VisitorCall = {
  sub?: string;
  sid?: string;
  scopes?: string[];
  tool: string;
  scope: string;
  args: unknown;
  /** Another site than the harness'. */
  key?: SigningKey;
  agent?: AgentSettings;
};

/** The two headers of a call on behalf of a visitor. */
export async function visitorHeaders(harness: Parties, call: VisitorCall): Promise<{ authorization: string; 'x-visitor-assertion': string }> {
  const identity = { sub: call.sub ?? 'wp:1:1008', sid: call.sid ?? newSid() };
  const token = await signToken('tool-token', harness.orchestrator.key, {
    ...identity,
    scope: call.scope,
    tool: call.tool,
    args_digest: argumentsDigest(call.args),
    jti: randomUUID(),
  });
  const claims = { ...identity, scopes: call.scopes ?? scopes, ...(call.agent ? { agent: call.agent } : {}), jti: randomUUID() };
  const assertion = await signToken('visitor-assertion', call.key ?? harness.site.key, claims);
  return { authorization: `Bearer ${token}`, 'x-visitor-assertion': assertion };
}
