// The tools API's process: configuration, schema, listening, and an orderly end on SIGTERM or SIGINT.
import { migrate, openDatabase } from '@aiguy/manifests/database';
import { loadManifests } from '@aiguy/manifests/load';
import { startTelemetry } from '@aiguy/manifests/telemetry';
import { buildApp } from './app.ts';
import { openAudit } from './audit/audit.ts';
import { startSweeping } from './backends/files/files.ts';
import { openFiles } from './backends/files/open-files.ts';
import { createDemoBilling } from './backends/guests/billing.ts';
import { createCodeMailer } from './backends/guests/code-mail.ts';
import { createCodes } from './backends/guests/codes.ts';
import { createGuestEvents } from './backends/guests/guest-events.ts';
import { openGuestHash } from './backends/guests/guest-key.ts';
import { createGuests } from './backends/guests/guests.ts';
import { createGuides } from './backends/guides.ts';
import { createInvoices } from './backends/invoices.ts';
import { createSiteDocuments } from './backends/knowledge/site-documents.ts';
import { readOpeningHours } from './backends/opening-hours.ts';
import { createPageBrowser } from './backends/pages/page-browser.ts';
import { createSitePages } from './backends/pages/site-pages.ts';
import { createPersonalData } from './backends/personal-data.ts';
import { createProductSearch } from './backends/product-search/product-search.ts';
import { createProducts } from './backends/products.ts';
import { createProfiles } from './backends/profiles.ts';
import { mayBeReader, readOnly } from './backends/read-only.ts';
import { createDemoShop, type Namings } from './backends/shop.ts';
import { createSiteAbilities } from './backends/site-abilities.ts';
import { createSiteTickets } from './backends/site-tickets.ts';
import { createDesk } from './backends/ticket-desk/create-desk.ts';
import { readDeskSettings, readMailSettings } from './backends/ticket-desk/settings.ts';
import { createTickets } from './backends/tickets.ts';
import { createWooBilling } from './backends/woocommerce/billing.ts';
import { createWooClient } from './backends/woocommerce/client.ts';
import { createWooInvoices } from './backends/woocommerce/invoices.ts';
import { createWooProducts } from './backends/woocommerce/products.ts';
import { readWooSettings } from './backends/woocommerce/settings.ts';
import { createWooShop } from './backends/woocommerce/woo-shop.ts';
import { readConfig } from './config.ts';
import { startForgetting } from './effects/idempotency.ts';
import { keepIndex } from './ingestion/keep-index.ts';
import { createLearner } from './ingestion/learner.ts';
import { createIngestion } from './ingestion/run-ingestion.ts';
import { startSchedule } from './ingestion/schedule.ts';
import { createGuestMetrics } from './observe/guest-metrics.ts';
import { openKnowledge } from './open-knowledge.ts';
import { openLongTasks } from './tasks/long-tasks.ts';
import { codeTool, createCodePost, createCodeTask } from './tasks/mail-code.ts';
import { createReportTask } from './tasks/make-report.ts';
import { ticketRunners } from './tasks/ticket-runners.ts';
import { createVisitTask } from './tasks/visit-page.ts';
import { createHandlers } from './tools/index.ts';
import { createReports } from './tools/make_order_report/make-report.ts';

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
const asRole = await mayBeReader(database);
const reading = readOnly(database, { asRole });
const { knowledge, embedder, words, spelling, ...helpCentre } = openKnowledge(config, { database: reading, catalogue });
const configured = new Map(config.TRUSTED_ISSUERS.map(({ issuer, customers }) => [issuer, customers ?? []]));
// Whoever is asked about has been verified: an issuer that is not configured is a paired site, whose users are customers.
const namings: Namings = { get: (issuer) => configured.get(issuer) ?? ['wp-users'] };
const woo = readWooSettings(config);
const wooClient = woo && createWooClient(woo);
const shop = wooClient ? createWooShop({ client: wooClient, database: reading, namings }) : createDemoShop(reading, namings);
const files = openFiles(config.FILES_LOCATION);
const desk = createDesk(readDeskSettings(config));
const tickets = createTickets(reading, desk);
const mail = readMailSettings(config);
const mailer = mail && createCodeMailer(mail);
const billing = wooClient ? createWooBilling(wooClient) : createDemoBilling(database);
const hash = await openGuestHash(database, config.GUEST_CODES_KEY);
const codes = createCodes({ database, hash, nowMs: Date.now });
const guestEvents = createGuestEvents();
const pageBrowser =
  config.PAGE_BROWSER === undefined
    ? undefined
    : createPageBrowser({ executablePath: config.PAGE_BROWSER, hasSandbox: config.PAGE_BROWSER_SANDBOX === 'on' });
const pages = createSitePages({ browser: pageBrowser });
const reports = createReports({ shop, files, seller: config.INVOICE_SELLER });
const runners = {
  make_order_report: createReportTask(reports),
  navigate_page: createVisitTask(pages),
  ...(desk && ticketRunners({ desk, tickets, nowMs: Date.now })),
  ...(mailer && { [codeTool]: createCodeTask({ codes, hash, billing, mailer, events: guestEvents, nowMs: Date.now }) }),
};
const tasks = await openLongTasks({ database, databaseUrl: config.TOOLS_DATABASE_URL, runners });
const post = mailer && createCodePost(database, tasks);
const guests = createGuests({ database, billing, hash, codes, events: guestEvents, post, nowMs: Date.now });
const documents = createSiteDocuments(database);
// Its log is the service's, which is built with it.
const learner = createLearner({ documents, ingest: async (task, signal) => await ingest(task, signal) });
const openingHours = readOpeningHours(config);
const siteAbilities = createSiteAbilities();
const audit = await openAudit(database);
const { app, metrics } = buildApp(config, {
  database,
  catalogue,
  handlers: createHandlers({
    shop,
    guests,
    invoices: wooClient ? createWooInvoices(wooClient, reading) : createInvoices(reading),
    files,
    knowledge,
    guides: createGuides(reading),
    openingHours,
    productSearch: createProductSearch({
      database: reading,
      products: woo ? createWooProducts({ settings: woo }) : createProducts(reading),
      words,
      spelling,
    }),
    pages,
    tickets,
    profiles: createProfiles(reading),
    reports,
    returnDays: config.RETURN_DAYS,
    siteAbilities,
    seller: config.INVOICE_SELLER,
  }),
  audit,
  siteTickets: createSiteTickets({ database, audit, desk }),
  personalData: createPersonalData({ database, shop, files }),
  guests,
  knowledge,
  openingHours,
  siteAbilities,
  documents,
  learner,
  files,
  tasks,
});
if (!asRole)
  app.log.warn('reads run in read-only transactions, but not as the role aiguy_tools_reader: it could not be made, or this user is not in it');
guestEvents.observe(createGuestMetrics(metrics).happened);
helpCentre.registerMetrics(metrics);
await helpCentre.warmUp();

await tasks.work({ log: app.log, metrics });
const forgetting = startForgetting(database);
const sweeping = startSweeping(files, () => app.log.warn('expired files could not be deleted'));
const stopping = new AbortController();
const ingest = createIngestion(app.log);
const keeping = keepIndex({ database, embedder, ingest, log: app.log }, stopping.signal);
const schedule = { databaseUrl: config.TOOLS_DATABASE_URL, cron: config.KNOWLEDGE_REFRESH_CRON, ingest, log: app.log };
const stopSchedule = config.KNOWLEDGE_SOURCES.length > 0 ? await startSchedule(schedule) : undefined;
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());

// Documents whose vectors an earlier process has not come to.
learner.soon();
await app.listen({ host: config.TOOLS_API_HOST, port: config.TOOLS_API_PORT });

async function stop(): Promise<void> {
  stopping.abort();
  forgetting.stop();
  sweeping.stop();
  guests.close();
  await Promise.all([app.close(), stopSchedule?.(), tasks.stop(), keeping, learner.stop()]);
  mailer?.close();
  desk?.close();
  files.close();
  await pageBrowser?.close();
  helpCentre.close();
  await database.end();
  await telemetry.stop();
}
