// One database at one size: filling the table, building the index, and searching it exactly and by the index.
import pg from 'pg';
import type { BenchDatabase } from './knowledge-databases.ts';
import { articleOf, nearest, recall, toSqlText, type Vectors, vectorAt } from './knowledge-vectors.ts';
import { percentile } from './processes.ts';
import { startProgress } from './progress.ts';

export type SearchFigures = {
  name: string;
  p50Ms: number;
  p95Ms: number;
  recallAt20: number;
  /** Whether Postgres takes the index without being told; null for the searches that are to do without. */
  indexChosen: boolean | null;
};
export type Figures = {
  database: string;
  chunks: number;
  memoryIdleMb?: number;
  insertRowsPerSecond?: number;
  indexBuildSeconds?: number;
  tableMb?: number;
  indexMb?: number;
  searches: SearchFigures[];
  memoryMb?: number;
  insertIntoIndexRowsPerSecond?: number;
  insertIntoIndexRows?: number;
  /** What was not measured, and why. */
  stopped?: string;
};
/** `all` and `tenth` are the exact answers to each query, nearest first. */
export type Exercise = { corpus: Vectors; queries: Vectors; all: number[][]; tenth: number[][] };
export type Job = { name: string; database: BenchDatabase; exercise: Exercise; say: (line: string) => void; signal: AbortSignal };

const top = 20;
const batchRows = 100;
const warmUps = 5;
const exactQueries = 25;
/** Every tenth article is of the source that the filter asks for. */
const sources = 10;
const sourceAsked = 3;

type Search = { name: string; isFiltered: boolean; settings: Record<string, string>; queriesMax: number };
const byIndex = { enable_sort: 'off' };
const everyRow = { enable_indexscan: 'off' };
const searches: Search[] = [
  { name: 'every row', isFiltered: false, settings: everyRow, queriesMax: exactQueries },
  { name: 'HNSW, ef_search 40', isFiltered: false, settings: { ...byIndex, 'hnsw.ef_search': '40' }, queriesMax: Infinity },
  { name: 'HNSW, ef_search 100', isFiltered: false, settings: { ...byIndex, 'hnsw.ef_search': '100' }, queriesMax: Infinity },
  { name: 'a tenth: every row', isFiltered: true, settings: everyRow, queriesMax: exactQueries },
  { name: 'a tenth: HNSW, ef_search 40', isFiltered: true, settings: { ...byIndex, 'hnsw.ef_search': '40' }, queriesMax: Infinity },
  ...['40', '100'].map((efSearch) => ({
    name: `a tenth: HNSW, ef_search ${efSearch}, strict_order`,
    isFiltered: true,
    settings: { ...byIndex, 'hnsw.ef_search': efSearch, 'hnsw.iterative_scan': 'strict_order' },
    queriesMax: Infinity,
  })),
];

/** @returns the corpus and the queries with what a search should find */
export function prepareExercise(corpus: Vectors, queries: Vectors): Exercise {
  const all = Array.from({ length: queries.count }, (_, index) => nearest(corpus, vectorAt(queries, index), { top }));
  const accepts = (chunk: number) => sourceOf(chunk) === sourceAsked;
  const tenth = all.map((_, index) => nearest(corpus, vectorAt(queries, index), { top, accepts }));
  return { corpus, queries, all, tenth };
}

/** Measures step by step into `figures`, so that what was measured stays when the signal ends it; rejects then. */
export async function measure(job: Job, figures: Figures): Promise<void> {
  const client = new pg.Client({ connectionString: job.database.url, connectionTimeoutMillis: 10_000 });
  // An ended database breaks the connection; the statement under way rejects with it.
  client.on('error', () => undefined);
  const onAbort = () => void job.database.stop();
  job.signal.throwIfAborted();
  job.signal.addEventListener('abort', onAbort, { once: true });
  try {
    await client.connect();
    figures.memoryIdleMb = job.database.memoryMb();
    await createTables(client, job);
    await insert(client, job, {
      table: 'embeddings',
      what: 'filling the table',
      record: (perSecond) => {
        figures.insertRowsPerSecond = perSecond;
      },
    });
    figures.indexBuildSeconds = await buildIndex(client, job);
    await client.query('ANALYZE embeddings, chunks');
    Object.assign(figures, await sizes(client));
    for (const search of searches) figures.searches.push(await measureSearch(client, job, search));
    figures.memoryMb = job.database.memoryMb();
    await client.query(indexSql('embeddings_indexed'));
    await insert(client, job, {
      table: 'embeddings_indexed',
      what: 'filling the indexed table',
      record: (perSecond, rows) => {
        figures.insertIntoIndexRowsPerSecond = perSecond;
        figures.insertIntoIndexRows = rows;
      },
    });
  } finally {
    job.signal.removeEventListener('abort', onAbort);
    await client.end().catch(() => undefined);
  }
}

const tableSql = (name: string) => `CREATE TABLE ${name} (
  index_id integer NOT NULL, chunk_id text NOT NULL, position integer NOT NULL, embedding vector NOT NULL,
  PRIMARY KEY (index_id, chunk_id, position))`;
/** The dimension is the index's, so that another embedder gets another index over the same table. */
const indexSql = (table: string) => `CREATE INDEX ${table}_1 ON ${table} USING hnsw ((embedding::vector(512)) vector_cosine_ops) WHERE index_id = 1`;

async function createTables(client: pg.Client, job: Job): Promise<void> {
  await client.query('CREATE EXTENSION IF NOT EXISTS vector');
  await client.query(tableSql('embeddings'));
  await client.query(tableSql('embeddings_indexed'));
  await client.query('CREATE TABLE chunks (chunk_id text PRIMARY KEY, source integer NOT NULL)');
  const rows = Array.from({ length: job.exercise.corpus.count }, (_, index) => index);
  await client.query('INSERT INTO chunks SELECT * FROM unnest($1::text[], $2::int[])', [rows.map(idOf), rows.map(sourceOf)]);
}

const idOf = (index: number) => `chunk-${index}`;
const toIndex = (row: { chunk_id: string }) => Number(row.chunk_id.slice('chunk-'.length));
const sourceOf = (index: number) => articleOf(index) % sources;

type Insert = { table: string; what: string; record: (perSecond: number, rows: number) => void };

/** One statement, and so one commit, a batch. The time that vectors take to become text is not counted. */
async function insert(client: pg.Client, job: Job, { table, what, record }: Insert): Promise<void> {
  const { corpus } = job.exercise;
  const progress = startProgress({ what: `${job.name}, ${what}`, total: corpus.count, say: job.say });
  let ms = 0;
  for (let rows = 0; rows < corpus.count; ) {
    const batch = Array.from({ length: Math.min(batchRows, corpus.count - rows) }, (_, index) => rows + index);
    const values = [batch.map(idOf), batch.map((index) => toSqlText(vectorAt(corpus, index)))];
    const startedMs = performance.now();
    await client.query(
      `INSERT INTO ${table} SELECT 1, chunk_id, 0, embedding::vector FROM unnest($1::text[], $2::text[]) AS rows (chunk_id, embedding)`,
      values,
    );
    ms += performance.now() - startedMs;
    rows += batch.length;
    record((rows / ms) * 1000, rows);
    progress(rows);
  }
}

async function buildIndex(client: pg.Client, job: Job): Promise<number> {
  // The default of 64 MB holds the graph of some 25,000 chunks; beyond, a build is many times slower.
  await client.query("SET maintenance_work_mem = '512MB'");
  const startedMs = performance.now();
  const timer = setInterval(() => job.say(`${job.name}, building the index: ${Math.round((performance.now() - startedMs) / 1000)} s so far`), 10_000);
  try {
    await client.query(indexSql('embeddings'));
  } finally {
    clearInterval(timer);
  }
  return (performance.now() - startedMs) / 1000;
}

async function sizes(client: pg.Client): Promise<{ tableMb: number; indexMb: number }> {
  const sql = "SELECT pg_table_size('embeddings') / 1048576.0 AS table, pg_relation_size('embeddings_1') / 1048576.0 AS index";
  const { rows } = await client.query<{ table: string; index: string }>(sql);
  return { tableMb: Number(rows[0]?.table), indexMb: Number(rows[0]?.index) };
}

async function measureSearch(client: pg.Client, job: Job, search: Search): Promise<SearchFigures> {
  const { queries, all, tenth } = job.exercise;
  const sql = `SELECT chunk_id FROM embeddings ${search.isFiltered ? 'JOIN chunks USING (chunk_id)' : ''}
    WHERE index_id = 1 ${search.isFiltered ? `AND source = ${sourceAsked}` : ''} ORDER BY embedding::vector(512) <=> $1::vector(512) LIMIT ${top}`;
  const texts = Array.from({ length: Math.min(search.queriesMax, queries.count) }, (_, index) => toSqlText(vectorAt(queries, index)));
  const takesIndex = async () => JSON.stringify((await client.query(`EXPLAIN ${sql}`, [texts[0]])).rows).includes('embeddings_1');
  const { enable_sort: _sort, enable_indexscan: _scan, ...free } = search.settings;
  const byIndexIsWanted = 'enable_sort' in search.settings;
  await set(client, free);
  const indexChosen = byIndexIsWanted ? await takesIndex() : null;
  await set(client, search.settings);
  if ((await takesIndex()) !== byIndexIsWanted)
    throw new Error(`${job.name}, ${search.name}: the settings did not lead to the search that is to be timed`);
  for (const text of texts.slice(0, warmUps)) await client.query(sql, [text]);
  const durationsMs: number[] = [];
  const recalls: number[] = [];
  for (const [index, text] of texts.entries()) {
    const startedMs = performance.now();
    const { rows } = await client.query<{ chunk_id: string }>(sql, [text]);
    durationsMs.push(performance.now() - startedMs);
    const expected = (search.isFiltered ? tenth : all)[index] ?? [];
    recalls.push(recall(rows.map(toIndex), expected));
  }
  return {
    name: search.name,
    p50Ms: percentile(durationsMs, 0.5),
    p95Ms: percentile(durationsMs, 0.95),
    recallAt20: recalls.reduce((sum, one) => sum + one, 0) / recalls.length,
    indexChosen,
  };
}

async function set(client: pg.Client, settings: Record<string, string>): Promise<void> {
  await client.query('RESET ALL');
  for (const [name, value] of Object.entries(settings)) await client.query(`SET ${name} = ${value}`);
}
