// npm run bench -- ingest: how fast documents come in, what memory that takes, and what a visitor feels of it meanwhile.
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signToken } from '@aiguy/manifests/tokens';
import { projectRoot } from '../scripts/data-directory.ts';
import { freePort } from '../scripts/free-port.ts';
import { developmentSigner, trustedDevelopmentIssuer } from '../scripts/keys.ts';
import { startServiceProcess } from '../scripts/service-process.ts';
import { loadDemo } from '../tools-api/src/demo/load-demo.ts';
import type { IngestDone, IngestJob, IngestSaid } from './ingest-process.ts';
import { percentile, rssMb, start } from './processes.ts';
import { number } from './progress.ts';

export type Answering = { questions: number; p50Ms: number; p95Ms: number; maxMs: number; failed: number };
export type IngestBench = { made: IngestDone; local: IngestDone; answering: { idle: Answering; refreshing: Answering } };

export const defaultDocuments = '10000';
const localDocuments = 300;
const idleSeconds = 20;

/** @throws Error naming what is wrong */
export function parseDocuments(text: string): number {
  const documents = Number(text);
  if (Number.isInteger(documents) && documents >= 100 && documents <= 100_000) return documents;
  throw new Error(`--documents takes a whole number from 100 to 100000; not «${text}».`);
}

export async function benchIngest(options: { documents: number; say: (line: string) => void }): Promise<IngestBench> {
  const directory = mkdtempSync(join(tmpdir(), 'aiguy-bench-'));
  try {
    const made = await measure({ directory, documents: options.documents, embedder: 'made', say: options.say });
    const local = await measure({ directory, documents: localDocuments, embedder: 'local', say: options.say });
    return { made, local, answering: await measureAnswering(directory, options.say) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

type Measurement = { directory: string; documents: number; embedder: IngestJob['embedder']; say: (line: string) => void };

async function measure({ directory, documents, embedder, say }: Measurement): Promise<IngestDone> {
  const name = `${number(documents)} documents, ${embedder === 'made' ? 'vectors that cost nothing' : 'local embedder'}`;
  const folder = makeArticles(join(directory, embedder), documents);
  const database = await start<{ url: string }>('embedded-process.ts', [join(directory, `postgres-${embedder}`)]);
  try {
    const child = fork(join(projectRoot, 'bench', 'ingest-process.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.send({ databaseUrl: database.said.url, folder, embedder } satisfies IngestJob);
    const done = await new Promise<IngestDone>((resolve, reject) => {
      child.on('message', (said: IngestSaid) => {
        if (said.kind === 'done') return resolve(said.done);
        const { milestone } = said;
        const memory = `${number(milestone.rssMb)} MB here, ${number(rssMb(database.pid))} MB database`;
        say(`${name}: ${number(milestone.documents)} after ${number(milestone.seconds)} s, ${memory}`);
      });
      child.once('exit', () => reject(new Error('ingestion ended without figures')));
    });
    const rate = (count: number) => (count / done.documentsSeconds).toFixed(1);
    say(
      `${name}: ${rate(done.documents)} documents/s, ${rate(done.passages)} passages/s; ${done.failed} failed; ${number(done.seconds)} s with the words`,
    );
    return done;
  } finally {
    database.stop();
  }
}

const things = ['kettle', 'lamp', 'chair', 'tent', 'shoe', 'clock', 'cup', 'bag', 'book', 'radio'];
const doings = ['clean', 'return', 'repair', 'order', 'store', 'assemble', 'charge', 'exchange', 'recycle', 'insure'];

/** Short articles, no two alike: a title and two sentences, which make one passage and four vectors. @returns the folder */
function makeArticles(folder: string, documents: number): string {
  for (let index = 0; index < documents; index += 1) {
    const [thing, doing] = [things[index % 10], doings[Math.floor(index / 10) % 10]];
    const model = `model ${index}`;
    const within = join(folder, `part-${Math.floor(index / 500)}`);
    mkdirSync(within, { recursive: true });
    writeFileSync(
      join(within, `article-${index}.md`),
      `# How to ${doing} the ${thing} of ${model}\n\nYou can ${doing} the ${thing} of ${model} within ${1 + (index % 60)} days after it has arrived. ` +
        `Keep the receipt number ${index * 7} at hand, because our workshop asks for it within ${1 + (index % 9)} working days.\n`,
    );
  }
  return folder;
}

/** Questions to a tools API of its own, first alone, then while its own refresh goes on. */
async function measureAnswering(directory: string, say: (line: string) => void): Promise<IngestBench['answering']> {
  const database = await start<{ url: string }>('embedded-process.ts', [join(directory, 'postgres-answering')]);
  const keys = join(directory, 'keys');
  await loadDemo({ databaseUrl: database.said.url, siteUrl: 'https://shop.example' });
  const port = await freePort();
  const env = {
    TOOLS_API_PORT: String(port),
    TOOLS_DATABASE_URL: database.said.url,
    DATABASE_CONNECTIONS_MAX: '1',
    LOG_LEVEL: 'warn',
    TRUSTED_ISSUERS: JSON.stringify([await trustedDevelopmentIssuer(keys)]),
  };
  const service = await startServiceProcess({
    name: 'tools-api',
    entry: 'tools-api/src/server.ts',
    port,
    env,
    logFile: join(directory, 'tools-api.log'),
  });
  try {
    const stopAfter = AbortSignal.timeout(idleSeconds * 1000);
    const idle = await askUntil(stopAfter, { url: service.url, keys });
    say(`Answering alone: ${toLine(idle)}`);
    const refresh = fork(join(projectRoot, 'tools-api/src/ingestion/ingestion-process.ts'), ['refresh'], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, ...env, KNOWLEDGE_SITE_URL: 'https://shop.example/help', KNOWLEDGE_SOURCES: JSON.stringify([join(directory, 'local')]) },
    });
    const ended = new AbortController();
    refresh.once('exit', () => ended.abort());
    const refreshing = await askUntil(ended.signal, { url: service.url, keys });
    say(`Answering while ${localDocuments} documents come in: ${toLine(refreshing)}`);
    return { idle, refreshing };
  } finally {
    await service.stop();
    database.stop();
  }
}

const questions = [
  'How long do I have to send something back?',
  'Where is my parcel?',
  'How do I pay?',
  'My kettle does not switch on',
  'Do you ship abroad?',
];
const betweenMs = 500;

async function askUntil(signal: AbortSignal, { url, keys }: { url: string; keys: string }): Promise<Answering> {
  const key = await developmentSigner(keys);
  const times: number[] = [];
  let failed = 0;
  for (let index = 0; !signal.aborted; index += 1) {
    // A new customer each time, because a customer may ask only so often.
    const token = await signToken('tools-access', key, { sub: `customer:bench_${index}`, scopes: ['docs:read'], jti: randomUUID() });
    const startedMs = performance.now();
    const response = await fetch(`${url}/tools/retrieve_docs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: `${questions[index % questions.length]} ${index}` }),
    });
    await response.text();
    times.push(performance.now() - startedMs);
    if (!response.ok) failed += 1;
    await new Promise((resolve) => setTimeout(resolve, betweenMs));
  }
  return { questions: times.length, p50Ms: percentile(times, 0.5), p95Ms: percentile(times, 0.95), maxMs: Math.max(...times), failed };
}

function toLine({ questions: asked, p50Ms, p95Ms, maxMs, failed }: Answering): string {
  return `p50 ${number(p50Ms)} ms, p95 ${number(p95Ms)} ms, longest ${number(maxMs)} ms of ${number(asked)} questions, ${failed} failed`;
}
