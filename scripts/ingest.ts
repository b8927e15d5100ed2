// npm run ingest: brings the knowledge up to date with folders, buckets, sitemaps and WordPress sites. Can be stopped and called again at any time.
import { parseArgs } from 'node:util';
import { isDatabaseDown, migrate, openDatabase } from '@aiguy/manifests/database';
import { ConfigError } from '@aiguy/manifests/environment';
import { createEmbedder } from '../tools-api/src/backends/embedding/create-embedder.ts';
import { type Embedder, EmbeddingError } from '../tools-api/src/backends/embedding/embedder.ts';
import { createLocalEmbedder } from '../tools-api/src/backends/embedding/local.ts';
import { fits, readActiveIndex } from '../tools-api/src/backends/knowledge/indexes.ts';
import { ingestSources, type Summary } from '../tools-api/src/backends/knowledge/ingest-source.ts';
import { withIngestionLock } from '../tools-api/src/backends/knowledge/ingestion-lock.ts';
import { openSource } from '../tools-api/src/backends/knowledge/sources/open-source.ts';
import { type Source, SourceError } from '../tools-api/src/backends/knowledge/sources/source.ts';
import { readEmbeddingConfig } from '../tools-api/src/config.ts';
import { migrationsFolder } from '../tools-api/src/demo/load-demo.ts';
import { dataDirectory } from './data-directory.ts';
import { holdPostgres, readHolder } from './held-postgres.ts';
import { startReport, summaryText } from './ingest-report.ts';

const help = `Usage: npm run ingest -- [--dry-run] [--site-url URL] [--max-age DAYS] [--json] SOURCE...

Brings the knowledge up to date: new and changed documents are read, what is gone from a source is removed, the rest costs nothing.
A source is one of
  ./docs                            a folder of Markdown, HTML, PDF, DOCX and text files
  s3://bucket/prefix                the same in an S3 bucket (credentials as the AWS SDK finds them)
  https://site.example/sitemap.xml  a sitemap or an index of sitemaps
  wordpress:https://site.example    the posts and pages of a WordPress site (or its address with /wp-json)

  --dry-run       only say what would be done
  --site-url URL  where documents of folders and buckets stand that name no address (default: http://localhost:<AIGUY_WP_PORT>/help)
  --max-age DAYS  leave out documents that were last changed longer ago, and remove those that were in
  --json          the last line is one JSON object

Writes to TOOLS_DATABASE_URL, or else to the embedded database in AIGUY_DATA_DIR (.data), also while npm start is running.
Embeds by EMBEDDING_PROVIDER, EMBEDDING_MODEL, EMBEDDING_BASE_URL, EMBEDDING_API_KEY and EMBEDDING_DIMENSIONS (unset: on this machine).
Ctrl-C stops; called again, it goes on where it was. Exit code: 0 all well, 1 documents failed or the run broke off, 2 not begun or a source that
can't be read, 130 stopped by Ctrl-C.
`;

const connectTimeoutMs = 5000;
const statementTimeoutMs = 600_000;

class UsageError extends Error {
  override name = 'UsageError';
}
class Interrupted extends Error {
  override name = 'Interrupted';
}

type Options = { sources: string[]; dryRun: boolean; json: boolean; siteUrl: string; maxAgeDays: number | undefined };
type Result = { exitCode: number; summaries: Summary[]; stopped?: string };

const options = readOptions();
if (options === undefined) process.stdout.write(help);
else process.exitCode = await main(options);

/** @returns undefined when help is asked for */
function readOptions(): Options | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        'dry-run': { type: 'boolean', default: false },
        'site-url': { type: 'string' },
        'max-age': { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return undefined;
    if (positionals.length === 0) throw new UsageError('Name at least one source.');
    const siteUrl = values['site-url'] ?? `http://localhost:${process.env.AIGUY_WP_PORT || 8080}/help`;
    return { sources: positionals, dryRun: values['dry-run'], json: values.json, siteUrl, maxAgeDays: readDays(values['max-age']) };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    process.exit(2);
  }
}

function readDays(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new UsageError(`--max-age takes a number of days, such as 365; not «${text}».`);
  return Number(text);
}

async function main(options: Options): Promise<number> {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop(stopping));
  const startedMs = performance.now();
  const { exitCode, summaries, stopped } = await run(options, stopping.signal);
  if (summaries.length > 0) process.stdout.write(`${options.dryRun ? 'Would be done:\n' : ''}${summaryText(summaries)}\n`);
  if (stopped) process.stderr.write(`${stopped}\n`);
  if (options.json) {
    const seconds = Math.round(performance.now() - startedMs) / 1000;
    process.stdout.write(`${JSON.stringify({ dryRun: options.dryRun, exitCode, seconds, ...(stopped ? { stopped } : {}), sources: summaries })}\n`);
  }
  return exitCode;
}

function stop(stopping: AbortController): void {
  if (stopping.signal.aborted) process.exit(130);
  process.stderr.write('\nStopping; again Ctrl-C ends at once …\n');
  stopping.abort(new Interrupted('Stopped. What was ingested stays; the same command goes on from here.'));
}

/** Never rejects. */
async function run(options: Options, signal: AbortSignal): Promise<Result> {
  try {
    const embedder = createEmbedder(readEmbeddingConfig());
    const sources: Source[] = [];
    for (const text of options.sources) sources.push(await openSource(text, { siteUrl: options.siteUrl }));
    const database = await openPostgres();
    try {
      return await ingest({ options, embedder, sources, url: database.url }, signal);
    } finally {
      await database.stop();
    }
  } catch (error) {
    return { exitCode: exitCodeOf(error), summaries: [], stopped: reasonOf(error) };
  }
}

/** The configured database, the embedded one that a running `npm start` has open, or the embedded one opened for this run. */
async function openPostgres(): Promise<{ url: string; stop: () => Promise<void> }> {
  const configured = process.env.TOOLS_DATABASE_URL;
  if (configured) return { url: configured, stop: async () => undefined };
  const holder = await readHolder(dataDirectory(), 'shop');
  return holder?.url === undefined ? await holdPostgres(dataDirectory(), 'shop') : { url: holder.url, stop: async () => undefined };
}

type Task = { options: Options; embedder: Embedder; sources: Source[]; url: string };

async function ingest(task: Task, signal: AbortSignal): Promise<Result> {
  await migrate({ url: task.url, folder: migrationsFolder });
  const outcome = await withIngestionLock(task.url, async () => await ingestLocked(task, signal));
  if (!outcome.isBusy) return outcome.result;
  throw new UsageError('Another ingestion is writing to this database (npm run ingest, or the daily one); call again when it has ended.');
}

async function ingestLocked({ options, embedder, sources, url }: Task, signal: AbortSignal): Promise<Result> {
  const { dryRun, maxAgeDays } = options;
  const database = openDatabase({ url, connectionsMax: 1, connectTimeoutMs, statementTimeoutMs });
  const report = startReport(process.stderr);
  const summaries: Summary[] = [];
  try {
    const active = await readActiveIndex(database);
    if (active && !fits(active, embedder) && !dryRun) {
      const change = `${active.model} (${active.dimensions}) → ${embedder.model} (${embedder.dimensions})`;
      process.stderr.write(`The embedding model was changed: ${change}. Answers go on from the old index until the new one is complete.\n`);
    }
    const onSummary = (summary: Summary) => summaries.push(summary);
    const writers = { database, embedder, words: createLocalEmbedder() };
    await ingestSources(writers, sources, { signal, dryRun, maxAgeDays, onProgress: report.show, onSummary });
    report.clear();
    const failed = summaries.some(({ failures }) => failures.length > 0);
    return { exitCode: summaries.some(({ refused }) => refused !== undefined) ? 2 : Number(failed), summaries };
  } catch (error) {
    report.clear();
    return { exitCode: exitCodeOf(error), summaries, stopped: reasonOf(error) };
  } finally {
    await database.end();
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return 130;
  return error instanceof UsageError || error instanceof SourceError || error instanceof ConfigError ? 2 : 1;
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const goesOn = 'What was ingested stays; the same command goes on from here.';
  if (error instanceof EmbeddingError) return `The embedding provider failed: ${message} ${goesOn}`;
  return isDatabaseDown(error) ? `The database can't be reached: ${message}. ${goesOn}` : message;
}
