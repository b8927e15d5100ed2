// npm run bench: processor time, time to the first token, memory and page weight, beside a loop by hand and a framework in the same run.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { signToken } from '@aiguy/manifests/tokens';
import { measureBusySite } from '../bench/busy-site.ts';
import { benchIngest, defaultDocuments, parseDocuments } from '../bench/ingest.ts';
import { benchKnowledge, defaultSizes, parseSizes } from '../bench/knowledge.ts';
import type { LoadJob, LoadResult } from '../bench/load.ts';
import { measurePageSpeed } from '../bench/page-speed.ts';
import { pageWeight } from '../bench/page-weight.ts';
import { cpuSeconds, give, percentile, rssMb, start } from '../bench/processes.ts';
import { measureRelay } from '../bench/relay.ts';
import { benchSessions } from '../bench/sessions.ts';
import { type Backend, startBackend } from './backend.ts';
import { projectRoot } from './data-directory.ts';
import { freePort } from './free-port.ts';
import { allScopes, developmentSigner } from './keys.ts';
import { hasPrograms, installHint } from './system-packages.ts';
import { buildWidget } from './widget.ts';

const help = `Usage: npm run bench [-- [knowledge|ingest|sessions|page|busy] [--json] [--sizes LIST] [--documents N]]

Measures on a scripted Messages API without delay, one tool call a turn: CPU seconds a thousand turns and time to the first
token at 1, 32 and 256 at once (beside a loop by hand on node:http and the AI SDK), memory idle and with 1,000 open streams,
the delay of a chunk through WordPress (needs php and mariadbd), and the bytes a page loads.
With knowledge: the vector index instead, embedded and on a real Postgres (needs root and debootstrap): rows a second, time and
exactness of a search, memory and size. Half an hour with the default sizes; 10 minutes at most for each size of a database.
With ingest: documents and passages a second and memory while generated articles come in, with vectors that cost nothing and (300 of
them) with the local embedder, and how long an answer takes meanwhile; on the embedded Postgres. A quarter of an hour.
With sessions: 1,000 sessions open on one process, half SSE and half WebSocket, idle and then each with a turn: memory, delay of the
event loop, and time from the model to the reader; on the embedded Postgres and on a real one (needs root and debootstrap). 3 minutes.
With page: what the chat costs a page in Chromium, without it, closed and opened (needs php, mariadbd and chromium-headless-shell). 3 minutes.
With busy: how long a site's home page takes while fifty visitors wait for answers, by the way that their chats take (needs php,
mariadbd and nginx). 5 minutes.
  --json         the last line is one JSON object
  --sizes LIST   numbers of chunks, by default ${defaultSizes}
  --documents N  articles that are generated, by default ${defaultDocuments}
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    sizes: { type: 'string', default: defaultSizes },
    documents: { type: 'string', default: defaultDocuments },
    help: { type: 'boolean', default: false },
  },
});
const levels = [
  { concurrency: 1, turns: 100 },
  { concurrency: 32, turns: 320 },
  { concurrency: 256, turns: 512 },
];
const streams = 1000;
const part = positionals[0];
const dataDir = part !== undefined || values.help ? '' : mkdtempSync(join(tmpdir(), 'aiguy-bench-'));

if (values.help) process.stdout.write(help);
else if (part === 'knowledge') tell(await benchKnowledge({ sizes: parseSizes(values.sizes), say }));
else if (part === 'ingest') tell(await benchIngest({ documents: parseDocuments(values.documents), say }));
else if (part === 'sessions') tell(await benchSessions({ say }));
else if (part === 'page') await benchPage();
else if (part === 'busy') await benchBusySite();
else if (part === undefined) await main();
else throw new Error(`There is no «${part}» to measure.\n${help}`);

type Figures = { cpuPer1000Turns: number; p50: number; p95: number; turnsPerSecond: number };

function tell(result: object): void {
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
}

async function benchPage(): Promise<void> {
  if (!hasPrograms(['php', 'mariadbd', 'chromium-headless-shell']))
    throw new Error(`This needs php, mariadbd and chromium-headless-shell. ${installHint}`);
  await buildWidget();
  tell({ pages: await measurePageSpeed({ runs: 7, say }) });
}

async function benchBusySite(): Promise<void> {
  if (!hasPrograms(['php', 'mariadbd', 'nginx'])) throw new Error(`This needs php, mariadbd and nginx. ${installHint}`);
  await buildWidget();
  tell({ busy: await measureBusySite({ say }) });
}

async function main(): Promise<void> {
  const outside = await start<{ messagesUrl: string; toolUrl: string }>('outside.ts');
  const ports = { orchestrator: await freePort(), tools: await freePort() };
  const environment = {
    ANTHROPIC_API_KEY: 'bench-key-of-no-value',
    ANTHROPIC_BASE_URL: outside.said.messagesUrl,
    CHAT_PER_MINUTE: '100000',
    CAP_GUEST_MESSAGES_DAY: '10000000',
    CAP_CUSTOMER_MESSAGES_DAY: '10000000',
    CAP_SITE_MESSAGES_DAY: '10000000',
    CAP_SITE_COST_DAY_USD: '100000',
    LOG_LEVEL: 'warn',
  };
  const backend = await startBackend({
    dataDir,
    siteUrl: 'http://shop.example',
    ports,
    inMemory: true,
    orchestratorEnv: environment,
    toolsEnv: { LOG_LEVEL: 'warn' },
    log: say,
  });
  try {
    const rssIdleMb = rssMb(backend.pids.orchestrator);
    const yardsticks = [outside.said.messagesUrl, outside.said.toolUrl];
    const [bare, framework] = [
      await start<{ url: string }>('bare-loop.ts', yardsticks),
      await start<{ url: string }>('framework-loop.ts', yardsticks),
    ];
    const rows: { name: string; concurrency: number; figures: Figures }[] = [];
    for (const level of levels) {
      rows.push({
        name: 'AIGuy',
        concurrency: level.concurrency,
        figures: await measure(`${backend.orchestratorUrl}/chat`, [backend.pids.orchestrator, backend.pids.tools], level),
      });
      rows.push({ name: 'node:http by hand', concurrency: level.concurrency, figures: await measure(bare.said.url, [bare.pid], level) });
      rows.push({ name: 'AI SDK', concurrency: level.concurrency, figures: await measure(framework.said.url, [framework.pid], level) });
      say(rows.slice(-3).map(toLine).join('\n'));
    }
    bare.stop();
    framework.stop();
    const rssPerOpenStreamKb = await memoryOfStreams(backend);
    await report(rows, { rssIdleMb, rssPerOpenStreamKb });
  } finally {
    await backend.stop();
    outside.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measure(url: string, pids: number[], level: { concurrency: number; turns: number }): Promise<Figures> {
  await give<LoadJob, LoadResult>('load.ts', { url, concurrency: Math.min(8, level.concurrency), turns: await makeTurns(30) });
  const job = { url, concurrency: level.concurrency, turns: await makeTurns(level.turns) };
  const before = pids.map(cpuSeconds);
  const result = await give<LoadJob, LoadResult>('load.ts', job);
  const used = pids.reduce((sum, pid, index) => sum + cpuSeconds(pid) - (before[index] ?? 0), 0);
  if (result.failures.length > 0)
    throw new Error(`${result.failures.length} of ${level.turns} turns failed at ${url}, the first with: ${result.failures[0]}`);
  return {
    cpuPer1000Turns: (used / level.turns) * 1000,
    p50: percentile(result.firstTokenMs, 0.5),
    p95: percentile(result.firstTokenMs, 0.95),
    turnsPerSecond: level.turns / result.seconds,
  };
}

/** Each turn is a new session of a customer who asks for an order of his own. */
async function makeTurns(count: number): Promise<LoadJob['turns']> {
  const key = await developmentSigner(dataDir);
  const users = new Map(
    readLines<{ customer_id: string; wp_user_id: number }>('customers').map((customer) => [customer.customer_id, customer.wp_user_id]),
  );
  const orders = readLines<{ order_id: string; customer_id: string }>('orders');
  return await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const order = orders[index % orders.length];
      const sub = `wp:1:${users.get(order?.customer_id ?? '')}`;
      const assertion = await signToken('visitor-assertion', key, {
        sub,
        sid: randomBytes(24).toString('base64url'),
        scopes: allScopes,
        jti: randomUUID(),
      });
      return { headers: { authorization: `Bearer ${assertion}` }, body: JSON.stringify({ message: `Where is my order ${order?.order_id}?` }) };
    }),
  );
}

function readLines<T>(name: string): T[] {
  return readFileSync(join(projectRoot, 'tools-api/demo/store', `${name}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

async function memoryOfStreams(backend: Backend): Promise<number> {
  const before = rssMb(backend.pids.orchestrator);
  const key = await developmentSigner(dataDir);
  const closers: (() => void)[] = [];
  for (let index = 0; index < streams; index += 1) {
    const sid = randomBytes(24).toString('base64url');
    const assertion = await signToken('visitor-assertion', key, { sub: 'wp:1:1008', sid, scopes: allScopes, jti: randomUUID() });
    const headers = { authorization: `Bearer ${assertion}` };
    await (await fetch(`${backend.orchestratorUrl}/sessions`, { method: 'POST', headers })).text();
    closers.push(
      await new Promise((resolve, reject) => {
        const request = get(`${backend.orchestratorUrl}/sessions/${sid}/events?follow=1`, { headers, agent: false }, (response) => {
          response.resume();
          resolve(() => request.destroy());
        });
        request.on('error', (error) => (closers.length === index ? reject(error) : undefined));
      }),
    );
  }
  const perStreamKb = ((rssMb(backend.pids.orchestrator) - before) * 1024) / streams;
  for (const close of closers) close();
  return perStreamKb;
}

function toLine({ name, concurrency, figures }: { name: string; concurrency: number; figures: Figures }): string {
  const cells = [figures.cpuPer1000Turns.toFixed(2), figures.p50.toFixed(1), figures.p95.toFixed(1), figures.turnsPerSecond.toFixed(0)];
  return `${name.padEnd(20)}${String(concurrency).padStart(4)} at once   ${cells.map((cell) => cell.padStart(9)).join('')}   (CPU s per 1,000 turns, first token p50 and p95 ms, turns/s)`;
}

async function report(
  rows: { name: string; concurrency: number; figures: Figures }[],
  memory: { rssIdleMb: number; rssPerOpenStreamKb: number },
): Promise<void> {
  const of = (name: string, concurrency: number) =>
    rows.find((row) => row.name === name && row.concurrency === concurrency)?.figures ?? {
      cpuPer1000Turns: Number.NaN,
      p50: Number.NaN,
      p95: Number.NaN,
      turnsPerSecond: Number.NaN,
    };
  await buildWidget();
  const relay = hasPrograms(['php', 'mariadbd']) ? await measureRelay() : { relayChunkMsP50: null, relayChunkMsP95: null };
  const ours = of('AIGuy', 32);
  const figures = {
    cpuPer1000Turns: ours.cpuPer1000Turns,
    cpuRatioToBareLoop: ours.cpuPer1000Turns / of('node:http by hand', 32).cpuPer1000Turns,
    cpuRatioToFastestFramework: ours.cpuPer1000Turns / of('AI SDK', 32).cpuPer1000Turns,
    addedFirstTokenMsP50: of('AIGuy', 1).p50 - of('node:http by hand', 1).p50,
    addedFirstTokenMsP95: of('AIGuy', 1).p95 - of('node:http by hand', 1).p95,
    turnsPerSecond: ours.turnsPerSecond,
    ...memory,
    ...relay,
    ...pageWeight(),
  };
  if (relay.relayChunkMsP50 === null) say(`The relay through WordPress was left out: needs php and mariadbd. ${installHint}`);
  for (const [name, value] of Object.entries(figures)) say(`${name.padEnd(28)}${value === null ? '–' : Math.round(value * 100) / 100}`);
  if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
}

function say(line: string): void {
  if (!values.json) process.stdout.write(`${line}\n`);
  else process.stderr.write(`${line}\n`);
}
