// Brings the index up to date with a source: what is new or changed is ingested, what is gone is removed, one bad document never stops the rest.
import type { Database } from '@aiguy/manifests/database';
import type { Embedder } from '../embedding/embedder.ts';
import { openIndex, type RebuildProgress, rebuildIndex } from './indexes.ts';
import { compareDocument, cutArticle, type DocumentPorts, fingerprintOf, ingestDocument } from './ingest-document.ts';
import { type Article, DocumentError, type Source, type SourceDocument, SourceError } from './sources/source.ts';
import { learnWords } from './words.ts';

export type IngestOptions = {
  signal: AbortSignal;
  /** Compares only: nothing is embedded or written. */
  dryRun?: boolean;
  /** Documents whose last_updated lies further back are left out, and removed if they were in; undefined = none is too old. */
  maxAgeDays?: number | undefined;
  onProgress?: (progress: Progress) => void;
  /** After each source, and with what was done when the run breaks off in it. */
  onSummary?: (summary: Summary) => void;
};

export type Counts = { new: number; changed: number; unchanged: number; removed: number; tooOld: number; failed: number; chunks: number };
export type Progress =
  /** The embedding model was changed: passages get vectors of the new one. */
  | ({ step: 'rebuild' } & RebuildProgress)
  /** `total` is undefined when the source can't tell. */
  | { step: 'documents'; source: string; done: number; total: number | undefined; key: string; counts: Counts }
  /** The words that the documents brought are learnt. */
  | { step: 'words' };
export type Failure = { key: string; reason: string };
export type Summary = {
  source: string;
  counts: Counts;
  failures: Failure[];
  /** Why the source could not be listed to its end; nothing was removed then. */
  refused?: string;
  seconds: number;
};

export type KnowledgeWriters = {
  database: Database;
  /** Makes the vectors of passages. */
  embedder: Embedder;
  /** The local model, for single words. */
  words: Embedder;
};

/**
 * Brings the index up to date with several sources, one after the other, and learns the words they brought. When the embedding model was changed,
 * all passages get its vectors first; questions are answered from the old ones until the new are complete.
 * @throws as ingestSource does; what was ingested before stays
 */
export async function ingestSources(writers: KnowledgeWriters, sources: readonly Source[], options: IngestOptions): Promise<Summary[]> {
  const { database, embedder, words } = writers;
  const { signal, dryRun, onProgress } = options;
  if (!dryRun) await rebuildIndex({ database, embedder }, { signal, onProgress: (progress) => onProgress?.({ step: 'rebuild', ...progress }) });
  const index = dryRun ? undefined : await openIndex(database, embedder);
  const summaries: Summary[] = [];
  for (const source of sources) summaries.push(await ingestSource({ database, embedder, index }, source, options));
  if (dryRun) return summaries;
  onProgress?.({ step: 'words' });
  await learnWords({ database, words }, signal);
  return summaries;
}

/** Documents read at once, ahead of the one that is being embedded. */
const readAhead = 4;
const dayMs = 86_400_000;

type Known = { documentId: string; fingerprint: string | null; lastUpdated: string };
/** Without an index nothing is written. */
type RunPorts = Omit<DocumentPorts, 'index'> & { index: DocumentPorts['index'] | undefined };
type Read = { document: SourceDocument; article: Promise<Article> | undefined };

/**
 * Can be interrupted at any point and called again: each document is replaced as a whole, and those that were done cost nothing the next time.
 * @throws EmbeddingError when the provider fails; the signal's reason when it is aborted
 */
export async function ingestSource(ports: RunPorts, source: Source, options: IngestOptions): Promise<Summary> {
  const startedMs = performance.now();
  const run = new Run(ports, source, options);
  let refused: string | undefined;
  const summary = (): Summary => {
    const seconds = Math.round(performance.now() - startedMs) / 1000;
    return { source: source.name, counts: run.counts, failures: run.failures, ...(refused === undefined ? {} : { refused }), seconds };
  };
  try {
    await run.begin();
    for await (const read of ahead(source, run, options.signal)) await run.take(read);
    await run.removeGone();
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    refused = error.message;
  } finally {
    options.onSummary?.(summary());
  }
  return summary();
}

class Run {
  readonly counts: Counts = { new: 0, changed: 0, unchanged: 0, removed: 0, tooOld: 0, failed: 0, chunks: 0 };
  readonly failures: Failure[] = [];
  readonly #ports: RunPorts;
  readonly #source: Source;
  readonly #options: IngestOptions;
  #known: ReadonlyMap<string, Known> = new Map();
  /** Document id → the key that brought it in this run. */
  readonly #taken = new Map<string, string>();
  readonly #failed = new Set<string>();
  #total: number | undefined;

  constructor(ports: RunPorts, source: Source, options: IngestOptions) {
    this.#ports = ports;
    this.#source = source;
    this.#options = options;
  }

  async begin(): Promise<void> {
    this.#known = await readKnown(this.#ports.database, this.#source.name);
    this.#total = await this.#source.count(this.#options.signal);
  }

  isUnchanged({ key, fingerprint }: SourceDocument): boolean {
    const known = this.#known.get(key);
    return fingerprint !== undefined && known?.fingerprint === fingerprintOf({ fingerprint });
  }

  async take({ document, article }: Read): Promise<void> {
    this.#options.signal.throwIfAborted();
    try {
      if (article) await this.#ingest(document, await this.#read(article));
      else this.#keep(document.key);
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      this.#failed.add(document.key);
      this.counts.failed += 1;
      this.failures.push({ key: document.key, reason: error.message });
    }
    const { new: fresh, changed, unchanged, tooOld, failed } = this.counts;
    const done = fresh + changed + unchanged + tooOld + failed;
    const counts = { ...this.counts };
    this.#options.onProgress?.({ step: 'documents', source: this.#source.name, done, total: this.#total, key: document.key, counts });
  }

  /** What nobody foresaw in a document must not stop the others either. */
  async #read(article: Promise<Article>): Promise<Article> {
    try {
      return await article;
    } catch (error) {
      this.#options.signal.throwIfAborted();
      if (error instanceof DocumentError) throw error;
      throw new DocumentError(`can't be understood: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #keep(key: string): void {
    const known = this.#known.get(key);
    if (!known) return;
    if (this.#isTooOld(known)) {
      this.counts.tooOld += 1;
      return;
    }
    this.#take(known.documentId, key);
    this.counts.unchanged += 1;
  }

  /** @throws DocumentError when another document of this run has the id */
  #take(documentId: string, key: string): void {
    const other = this.#taken.get(documentId);
    if (other !== undefined) throw new DocumentError(`has the id «${documentId}», which ${other} has already; ids must be unique`);
    this.#taken.set(documentId, key);
  }

  async #ingest(document: SourceDocument, article: Article): Promise<void> {
    if (this.#isTooOld(article)) {
      this.counts.tooOld += 1;
      return;
    }
    this.#take(article.documentId, document.key);
    const { was, chunks } = await this.#write(document, article);
    this.counts[was] += 1;
    this.counts.chunks += chunks;
  }

  async #write(document: SourceDocument, article: Article): ReturnType<typeof ingestDocument> {
    const source = this.#source.name;
    const { index } = this.#ports;
    if (index) {
      const origin = { source, key: document.key, fingerprint: document.fingerprint };
      return await ingestDocument({ ...this.#ports, index }, article, { origin, signal: this.#options.signal });
    }
    const was = await compareDocument(this.#ports.database, article, source);
    return { was, chunks: was === 'unchanged' ? 0 : cutArticle(article).length };
  }

  #isTooOld({ lastUpdated }: Pick<Article, 'lastUpdated'>): boolean {
    const { maxAgeDays } = this.#options;
    return maxAgeDays !== undefined && Date.parse(lastUpdated) < Date.now() - maxAgeDays * dayMs;
  }

  /** Only after the whole list was seen. A document that could not be read this time stays as it was. */
  async removeGone(): Promise<void> {
    const gone = [...this.#known].filter(([key, { documentId }]) => !(this.#failed.has(key) || this.#taken.has(documentId)));
    this.counts.removed = gone.length;
    if (!this.#ports.index || gone.length === 0) return;
    const ids = gone.map(([, { documentId }]) => documentId);
    await this.#ports.database.query(
      `WITH gone AS (DELETE FROM documents WHERE source = $1 AND document_id = ANY ($2))
       UPDATE corpus SET version = version + 1`,
      [this.#source.name, ids],
    );
  }
}

async function readKnown(database: Database, source: string): Promise<Map<string, Known>> {
  const { rows } = await database.query<Known & { key: string }>(
    `SELECT source_key AS key, document_id AS "documentId", fingerprint, last_updated::text AS "lastUpdated" FROM documents WHERE source = $1`,
    [source],
  );
  return new Map(rows.map(({ key, ...known }) => [key, known]));
}

/** Reads some documents ahead, and hands them on in the order of the list. */
async function* ahead(source: Source, run: Run, signal: AbortSignal): AsyncGenerator<Read> {
  const reading: Read[] = [];
  for await (const document of source.list(signal)) {
    const article = run.isUnchanged(document) ? undefined : document.read(signal);
    // Whoever awaits it sees the failure; until then it must not count as unhandled.
    article?.catch(() => undefined);
    reading.push({ document, article });
    if (reading.length < readAhead) continue;
    const first = reading.shift();
    if (first) yield first;
  }
  yield* reading;
}
