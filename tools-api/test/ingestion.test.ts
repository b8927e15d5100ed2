// What ingestion promises of documents that come, change, move and go, on a real folder and a real Postgres dialect.
import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { openDatabase } from '@aiguy/manifests/database';
import { EmbeddingError } from '../src/backends/embedding/embedder.ts';
import { openSource } from '../src/backends/knowledge/sources/open-source.ts';
import { type Source, type SourceDocument, SourceError } from '../src/backends/knowledge/sources/source.ts';
import {
  type FakeEmbedder,
  fakeEmbedder,
  inconsistencies,
  ingest,
  type KnowledgeHarness,
  makeFolder,
  site,
  startKnowledge,
  stored,
} from './knowledge-harness.ts';

let knowledge: KnowledgeHarness;
let embedder: FakeEmbedder;
before(async () => {
  knowledge = await startKnowledge();
});
after(async () => await knowledge.close());
beforeEach(async () => {
  await knowledge.empty();
  embedder = fakeEmbedder();
});

const run = async (source: string | Source, options: Partial<Parameters<typeof ingest>[0]> = {}) =>
  await ingest({ database: knowledge.database, embedder, source, ...options });
const versionOf = async () => (await knowledge.database.query('SELECT version FROM corpus')).rows[0]?.version;

/** Counts what is read. */
async function counting(path: string): Promise<{ source: Source; read: string[] }> {
  const source = await openSource(path, { siteUrl: site });
  const read: string[] = [];
  const watch = (document: SourceDocument): SourceDocument => ({
    ...document,
    read: async (signal) => {
      read.push(document.key);
      return await document.read(signal);
    },
  });
  return {
    read,
    source: {
      ...source,
      list: async function* (signal) {
        for await (const document of source.list(signal)) yield watch(document);
      },
    },
  };
}

test('what has not changed is neither read nor embedded, and changes nothing that a reader could notice', async (t) => {
  const folder = makeFolder(t);
  folder.write('parcels.md', '# Parcels\n\nParcels take three days.\n');
  folder.write('deep/returns.html', '<h1>Returns</h1><p>Send it back within thirty days.</p>');
  const first = await run(folder.path);
  assert.deepEqual([first.counts.new, first.counts.failed], [2, 0]);
  const version = await versionOf();
  embedder.texts = [];
  const { source, read } = await counting(folder.path);
  const second = await run(source);
  assert.deepEqual(second.counts, { new: 0, changed: 0, unchanged: 2, removed: 0, tooOld: 0, failed: 0, chunks: 0 });
  assert.deepEqual([read, embedder.texts, await versionOf()], [[], [], version]);
});

test('a file that was only touched is read, but not embedded', async (t) => {
  const folder = makeFolder(t);
  const text = '---\nlast_updated: 2026-01-05\n---\n# Parcels\n\nParcels take three days.\n';
  folder.write('parcels.md', text, '2026-01-05T10:00:00Z');
  await run(folder.path);
  folder.write('parcels.md', text, '2026-01-06T10:00:00Z');
  embedder.texts = [];
  const { source, read } = await counting(folder.path);
  assert.equal((await run(source)).counts.unchanged, 1);
  assert.deepEqual([read, embedder.texts], [['parcels.md'], []]);
  const again = await counting(folder.path);
  await run(again.source);
  assert.deepEqual(again.read, []);
});

test('a changed document is replaced as a whole: a reader meanwhile sees the old passages or the new ones, never both', async (t) => {
  const folder = makeFolder(t);
  const pages = (word: string, count: number) =>
    Array.from({ length: count }, (_, index) => `## Part ${index}\n\nThis ${word} part tells what holds for number ${index}.\n`).join('\n');
  folder.write('long.md', `# Long\n\n${pages('old', 30)}`);
  await run(folder.path);
  folder.write('long.md', `# Long\n\n${pages('new', 20)}`);
  const reader = openDatabase({ url: knowledge.url, connectionsMax: 1, connectTimeoutMs: 5000, statementTimeoutMs: 5000 });
  const seen = new Set<string>();
  let isDone = false;
  const look = async () => {
    const { rows } = await reader.query<{ old: number; fresh: number; bare: number }>(
      `SELECT count(*) FILTER (WHERE body LIKE '%old part%')::int AS old, count(*) FILTER (WHERE body LIKE '%new part%')::int AS fresh,
         count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM embeddings WHERE embeddings.chunk_id = chunks.chunk_id))::int AS bare FROM chunks`,
    );
    seen.add(JSON.stringify(rows[0]));
  };
  const looking = (async () => {
    while (!isDone) await look();
    await look();
  })();
  try {
    const { counts } = await run(folder.path);
    assert.deepEqual([counts.changed, counts.new], [1, 0]);
  } finally {
    isDone = true;
    await looking;
    await reader.end();
  }
  assert.deepEqual([...seen].toSorted(), ['{"old":0,"fresh":20,"bare":0}', '{"old":30,"fresh":0,"bare":0}']);
});

test('a renamed file keeps its id and its vectors, and one that is gone goes', async (t) => {
  const folder = makeFolder(t);
  folder.write('old-name.md', '---\nid: parcels\ntitle: Parcels\nlast_updated: 2026-01-05\n---\nParcels take three days.\n');
  folder.write('gone.md', 'Gone tomorrow.\n');
  await run(folder.path);
  embedder.texts = [];
  renameSync(join(folder.path, 'old-name.md'), join(folder.path, 'new-name.md'));
  folder.remove('gone.md');
  const { counts } = await run(folder.path);
  assert.deepEqual([counts.unchanged, counts.removed, counts.failed], [1, 1, 0]);
  assert.deepEqual(await stored(knowledge.database), { parcels: { key: 'new-name.md', text: 'Parcels take three days.' } });
  assert.deepEqual(embedder.texts, []);
});

test('a list that breaks off removes nothing, is said, and what came before it is in', async (t) => {
  const folder = makeFolder(t);
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) folder.write(`${name}.md`, `This is ${name}.\n`);
  await run(folder.path);
  folder.write('a.md', 'This is a, anew.\n');
  folder.remove('g.md');
  const whole = await openSource(folder.path, { siteUrl: site });
  const broken: Source = {
    ...whole,
    list: async function* (signal) {
      for await (const document of whole.list(signal)) {
        if (document.key === 'f.md') throw new SourceError('the connection was lost');
        yield document;
      }
    },
  };
  const { counts, refused } = await run(broken);
  assert.equal(refused, 'the connection was lost');
  assert.deepEqual([counts.changed, counts.removed], [1, 0]);
  assert.equal(Object.keys(await stored(knowledge.database)).length, 7);
});

test('of two documents with one id the second is refused with both keys, also when it was there first', async (t) => {
  const folder = makeFolder(t);
  folder.write('m.md', '---\nid: same\n---\nThe first one.\n');
  await run(folder.path);
  folder.write('z.md', '---\nid: same\n---\nThe last one.\n');
  assert.deepEqual((await run(folder.path)).failures, [{ key: 'z.md', reason: 'has the id «same», which m.md has already; ids must be unique' }]);
  folder.remove('z.md');
  folder.write('a.md', '---\nid: same\n---\nThe early one.\n');
  const { failures } = await run(folder.path);
  assert.deepEqual(failures, [{ key: 'm.md', reason: 'has the id «same», which a.md has already; ids must be unique' }]);
  const other = makeFolder(t);
  other.write('elsewhere.md', '---\nid: same\n---\nOf another folder.\n');
  assert.match((await run(other.path)).failures[0]?.reason ?? '', /has the id «same», which a\.md of folder:.* has already/);
});

test('documents grow too old: those that were in go, unread, and others don’t come in', async (t) => {
  const folder = makeFolder(t);
  folder.write('fresh.md', 'Fresh.\n');
  folder.write('old.md', 'Old.\n', '2020-01-05T10:00:00Z');
  await run(folder.path);
  const { source, read } = await counting(folder.path);
  const { counts } = await run(source, { maxAgeDays: 365 });
  assert.deepEqual([counts.unchanged, counts.tooOld, counts.removed, read], [1, 1, 1, []]);
  assert.deepEqual(Object.keys(await stored(knowledge.database)), ['fresh']);
  assert.deepEqual((await run(folder.path, { maxAgeDays: 365 })).counts.tooOld, 1);
  assert.deepEqual(Object.keys(await stored(knowledge.database)), ['fresh']);
});

test('when the provider fails midway the run stops with its reason, the index is consistent, and the next run does only the rest', async (t) => {
  const folder = makeFolder(t);
  for (let index = 0; index < 10; index += 1) folder.write(`d${index}.md`, `This is document number ${index}.\n`);
  embedder.beforeEach = (text) => {
    if (text.includes('number 5')) throw new EmbeddingError('openai:model answers 503.', { retryable: true });
  };
  await assert.rejects(run(folder.path), { name: 'EmbeddingError', message: 'openai:model answers 503.' });
  assert.deepEqual([Object.keys(await stored(knowledge.database)).length, await inconsistencies(knowledge.database)], [5, 0]);
  embedder.beforeEach = undefined;
  const { source, read } = await counting(folder.path);
  const { counts } = await run(source);
  assert.deepEqual([counts.new, counts.unchanged, read.length, await inconsistencies(knowledge.database)], [5, 5, 5, 0]);
});

test('a dry run says what would be done and does nothing', async (t) => {
  const folder = makeFolder(t);
  folder.write('a.md', 'First.\n');
  folder.write('b.md', 'Second.\n');
  await run(folder.path);
  folder.write('a.md', 'First, anew.\n');
  folder.remove('b.md');
  folder.write('c.md', 'Third.\n');
  const before = [await stored(knowledge.database), await versionOf()];
  embedder.texts = [];
  const { counts } = await run(folder.path, { dryRun: true });
  assert.deepEqual(counts, { new: 1, changed: 1, unchanged: 0, removed: 1, tooOld: 0, failed: 0, chunks: 2 });
  assert.deepEqual([[await stored(knowledge.database), await versionOf()], embedder.texts], [before, []]);
});
