// npm start: tools-api, orchestrator and a real WordPress with the plugin, a demo shop and a help centre. Ctrl-C stops all.

import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';
import type { JWK } from 'jose';
import { variables } from '../tools-api/src/config.ts';
import { type Backend, startBackend } from './backend.ts';
import { dataDirectory, projectRoot } from './data-directory.ts';
import { chatPage, chatPageSlug, demoLogins, demoUsers, frontPage, helpPages, owner } from './demo-site.ts';
import { readHolder } from './held-postgres.ts';
import { developmentKey, publicKeys } from './keys.ts';
import { buildWidget } from './widget.ts';

const help = `Usage: npm start [-- --no-wordpress] [-- --reset]

Starts tools-api, orchestrator and a WordPress with the chat, and prints their addresses. Ctrl-C stops all.
  --no-wordpress  only the two services
  --reset         wipe the demo data first (conversations, demo shop, WordPress; keys are kept)

Environment: AIGUY_WP_PORT (8080), ORCHESTRATOR_PORT (8787), TOOLS_API_PORT (8788), AIGUY_DATA_DIR (.data),
DATABASE_URL and TOOLS_DATABASE_URL (unset: embedded), REDIS_URL (unset: in-process),
EMBEDDING_*, KNOWLEDGE_* (who embeds, and which sources are read each day), TICKETS_*, ZENDESK_*, SMTP_* (where tickets and codes go), GUEST_CODES_KEY, OPENING_HOURS* (when people
answer): tools-api/README.md,
ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL (unset: the offline policy answers), RERANK_MODEL (unset: the score orders passages).
`;

const { values } = parseArgs({
  options: {
    'no-wordpress': { type: 'boolean', default: false },
    reset: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** Handed through to both services when set. */
const shared = ['REDIS_URL', 'LOG_LEVEL', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'METRICS_TOKEN'];
const toolsOnly = [
  ...Object.keys(variables).filter((name) => /^(EMBEDDING|GUEST|KNOWLEDGE|OPENING|TICKETS|ZENDESK|SMTP)_/.test(name)),
  // The tools hold a model's key only when they ask one.
  ...(process.env.RERANK_MODEL ? ['RERANK_MODEL', 'ANTHROPIC_API_KEY', 'ANTHROPIC_BASE_URL'] : []),
  ...['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE', 'AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3'],
];
const orchestratorOnly = [
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_BASE_URL',
  'PLAN_MODEL',
  'ANSWER_MODEL',
  'TURN_TOKENS_MAX',
  'TURN_TOOLS_MAX',
  'TURN_WALL_MS',
  'CHAT_PER_MINUTE',
  'ANSWER_CACHE_TTL_S',
  'SESSION_IDLE_DAYS',
  'MODEL_PRICES',
  'CAP_GUEST_MESSAGES_DAY',
  'CAP_GUESTS_PER_NETWORK',
  'CAP_CUSTOMER_MESSAGES_DAY',
  'CAP_SITE_MESSAGES_DAY',
  'CAP_SITE_COST_DAY_USD',
  'CAP_SITE_COST_MONTH_USD',
];

if (values.help) process.stdout.write(help);
else await main();

async function main(): Promise<void> {
  const stopping = new AbortController();
  const stops: (() => Promise<void>)[] = [];
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stopping.abort());
  try {
    await start(stops, stopping.signal);
    await new Promise<void>((resolve) => (stopping.signal.aborted ? resolve() : stopping.signal.addEventListener('abort', () => resolve())));
    say('\nStopping …');
  } catch (error) {
    if (!stopping.signal.aborted) {
      process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    }
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function start(stops: (() => Promise<void>)[], signal: AbortSignal): Promise<void> {
  const dataDir = dataDirectory();
  const holder = (await readHolder(dataDir, 'shop')) ?? (await readHolder(dataDir, 'sessions'));
  if (holder)
    throw new Error(`The databases in ${dataDir} are open in process ${holder.pid}. Stop that, or set AIGUY_DATA_DIR to another directory.`);
  if (values.reset) for (const part of ['postgres', 'wordpress-site', 'logs']) rmSync(`${dataDir}/${part}`, { recursive: true, force: true });
  const ports = { wordpress: port('AIGUY_WP_PORT', 8080), orchestrator: port('ORCHESTRATOR_PORT', 8787), tools: port('TOOLS_API_PORT', 8788) };
  for (const [name, number] of Object.entries(ports)) await assertFree(name, number);
  const siteUrl = `http://127.0.0.1:${ports.wordpress}`;

  const signingKey = values['no-wordpress'] ? undefined : await developmentKey(dataDir, 'site');
  const backend = await startBackend({
    dataDir,
    siteUrl,
    // PHP in WebAssembly may take longer over its keys than the services wait for them.
    ...(signingKey ? { siteKeys: await publicKeys(signingKey) } : {}),
    ports,
    orchestratorEnv: pick([...shared, ...orchestratorOnly]),
    toolsEnv: pick([...shared, ...toolsOnly]),
    log: say,
  });
  stops.push(backend.stop);
  signal.throwIfAborted();
  if (signingKey) stops.push(await startWordPress({ dataDir, siteUrl, port: ports.wordpress, signingKey, backend, signal }));
  announce(siteUrl, backend);
}

type Site = { dataDir: string; siteUrl: string; port: number; signingKey: JWK; backend: Backend; signal: AbortSignal };

async function startWordPress({ dataDir, siteUrl, port, signingKey, backend, signal }: Site): Promise<() => Promise<void>> {
  await buildWidget();
  const { startDemoWordPress } = await import('./wordpress/start-demo.ts');
  const wordpress = await startDemoWordPress({
    dataDir,
    port,
    pluginDir: `${projectRoot}/wp-plugin`,
    signingKey,
    site: {
      siteUrl,
      siteTitle: 'Fernhill Goods',
      orchestratorUrl: backend.orchestratorUrl,
      users: demoUsers(),
      pages: helpPages(),
      frontPage,
      chatPage,
    },
    log: say,
    signal,
  });
  return wordpress.stop;
}

function announce(siteUrl: string, backend: Backend): void {
  const model = process.env.ANTHROPIC_API_KEY ? 'Claude' : 'the offline policy (set ANTHROPIC_API_KEY for Claude)';
  const [customer, other, buyer] = demoLogins;
  const site = values['no-wordpress']
    ? []
    : [
        `  Chat          ${siteUrl}/${chatPageSlug}/`,
        `  Sign in       ${siteUrl}/wp-login.php   ${customer.login} / ${customer.password} (owns W2530531), ${other.login} / ${other.password}, ${buyer.login} / ${buyer.password} (may still cancel W6731310), ${owner.login} / ${owner.password} (the site's owner)`,
      ];
  say(
    [
      '',
      'AIGuy is running.',
      ...site,
      `  Orchestrator  ${backend.orchestratorUrl}`,
      `  Tools API     ${backend.toolsUrl}`,
      `  Answers come from ${model}.`,
      '  Ctrl-C stops everything.',
    ].join('\n'),
  );
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function pick(names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

function port(variable: string, fallback: number): number {
  const number = Number(process.env[variable] || fallback);
  if (!Number.isInteger(number) || number < 1 || number > 65535) throw new Error(`${variable} must be a port number.`);
  return number;
}

async function assertFree(name: string, number: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const server = createServer();
    server.once('error', () =>
      reject(new Error(`Port ${number} (${name}) is taken; set another one by its environment variable (npm start -- --help).`)),
    );
    server.listen(number, '127.0.0.1', () => server.close(() => resolve()));
  });
}
