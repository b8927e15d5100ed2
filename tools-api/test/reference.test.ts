// What is to be expected of a question, from how the help centre fares with what is asked everywhere: with the real model, cut to what its reader may see.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Embedder, EmbeddingError } from '../src/backends/embedding/embedder.ts';
import { createLocalEmbedder } from '../src/backends/embedding/local.ts';
import type { Filter } from '../src/backends/knowledge/candidates.ts';
import { readCorpusState } from '../src/backends/knowledge/corpus.ts';
import { ingestSources } from '../src/backends/knowledge/ingest-source.ts';
import { createReference, type Measured, type Reference } from '../src/backends/knowledge/reference.ts';
import { referenceVectors } from '../src/backends/knowledge/reference-vectors.ts';
import { openSource } from '../src/backends/knowledge/sources/open-source.ts';
import { fakeEmbedder, type KnowledgeHarness, makeFolder, site, startKnowledge } from './knowledge-harness.ts';

const local = createLocalEmbedder();
const everybody: Filter = { audiences: ['public'] };
const texts = {
  returns: '# Returns\n\nSend anything back within thirty days. We refund the money to the card that you paid with, without a fee.',
  delivery: '---\naudience: "customers"\n---\n# Delivery\n\nDelivery takes three days. The carrier sends you a link that tracks the parcel.',
  login: '# Signing in\n\nWho has forgotten the password of the account gets a link to a new one by email.',
};
const questions = {
  returns: 'may I give it back for a refund',
  delivery: 'when does my parcel get here',
  login: 'I lost my password',
  cup: 'who won the cup final',
};

let knowledge: KnowledgeHarness;
let reference: Reference;

before(async () => {
  knowledge = await startKnowledge();
});
after(async () => await knowledge.close());

async function fill(t: Parameters<typeof makeFolder>[0], ...names: (keyof typeof texts)[]): Promise<void> {
  const folder = makeFolder(t);
  for (const name of names) folder.write(`${name}.md`, texts[name]);
  const ports = { database: knowledge.database, embedder: local, words: fakeEmbedder('fake:words') };
  await ingestSources(ports, [await openSource(folder.path, { siteUrl: site })], { signal: AbortSignal.timeout(60_000) });
}

async function measure(question: keyof typeof questions, { filter = everybody, embedder = local }: { filter?: Filter; embedder?: Embedder } = {}) {
  const signal = AbortSignal.timeout(60_000);
  const { version, index } = await readCorpusState(knowledge.database);
  const [vector] = await local.embed([questions[question]], { purpose: 'query', signal });
  assert.ok(index && vector);
  return await reference({ vector, embedder, index, filter, corpusVersion: version, signal });
}

const similarity = (one: number[], other: number[]): number =>
  one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0) / Math.hypot(...one) / Math.hypot(...other);
const fareOf = (measured: Measured | undefined): number => measured?.expectation?.fare ?? assert.fail('nothing is expected');

test('more is expected of questions like those that the help centre is near to, by what each reader may see, and anew when it changes', async (t) => {
  await fill(t, 'returns', 'delivery');
  reference = createReference(knowledge.database);
  // The first measure may take longer than a question waits for it.
  while (!(await measure('cup'))?.isCurrent);
  assert.ok(fareOf(await measure('returns')) > fareOf(await measure('cup')) + 0.1);
  const customers: Filter = { audiences: ['public', 'customers'] };
  assert.ok(fareOf(await measure('delivery', { filter: customers })) > fareOf(await measure('delivery')) + 0.1);
  assert.equal(fareOf(await measure('returns', { filter: { ...everybody, collections: ['another'] } })), 0, 'nothing is seen, so nothing is known');

  const before = fareOf(await measure('login'));
  await fill(t, 'login');
  const after = await measure('login');
  assert.equal(after?.isCurrent, true);
  assert.ok(fareOf(after) > before + 0.1);
});

test('the local model is not asked for the reference questions: they are shipped as it reads them', async () => {
  const signal = AbortSignal.timeout(60_000);
  const shipped = await referenceVectors({ ...local, embed: async () => assert.fail('asked') }, signal);
  const read = await referenceVectors({ ...local, model: 'the same under another name' }, signal);
  assert.deepEqual([shipped.all.length, shipped.ofHelpCentres.length], [read.all.length, read.ofHelpCentres.length]);
  const cosines = shipped.all.map((vector, at) => similarity(vector, read.all[at] ?? []));
  assert.ok(Math.min(...cosines) > 0.999, String(Math.min(...cosines)));
});

test('while another embedding model can’t be asked nothing is expected; then it is', async () => {
  reference = createReference(knowledge.database);
  let isDown = true;
  const embedder: Embedder = {
    ...local,
    model: 'a provider’s',
    embed: async (...asked) => {
      if (isDown) throw new EmbeddingError('down', { retryable: true });
      return await local.embed(...asked);
    },
  };
  assert.equal(await measure('returns', { embedder }), undefined);
  isDown = false;
  while (!(await measure('returns', { embedder }))?.isCurrent);
});
