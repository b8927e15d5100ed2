// An embedding provider that is down while visitors ask: shared words still find the article.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Embedder, EmbeddingError } from '../src/backends/embedding/embedder.ts';
import { createLocalEmbedder } from '../src/backends/embedding/local.ts';
import { createKnowledge } from '../src/backends/knowledge/search.ts';
import { type Harness, startHarness } from './harness.ts';

let harness: Harness;
const local = createLocalEmbedder();
before(async () => {
  harness = await startHarness();
});
after(async () => await harness.close());

const find = async (embed: Embedder['embed'], signal = new AbortController().signal) =>
  await createKnowledge({ database: harness.database, words: local, embedders: [{ ...local, embed }] }).find({
    text: 'Which cards and other payment methods are accepted?',
    context: [],
    audiences: ['public'],
    limit: 5,
    signal,
  });

const never: Embedder['embed'] = async (_texts, { signal }) => {
  signal.throwIfAborted();
  return await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
};

for (const [name, embed] of [
  ['refuses', async () => await Promise.reject(new EmbeddingError('The provider is down.', { retryable: true }))],
  ['does not answer', never],
] as [string, Embedder['embed']][]) {
  test(`a provider that ${name} leaves words, and the result is not for keeping`, async () => {
    const { result, isProvisional } = await find(embed);
    assert.equal(result.passages[0]?.document_id, 'payment-methods');
    assert.equal(isProvisional, true);
  });
}

test('who leaves meanwhile is not kept waiting, and what is no failure of the provider is not hidden', async () => {
  const leaving = new AbortController();
  const left = find(never, leaving.signal);
  leaving.abort(new Error('left'));
  await assert.rejects(left, /left/);
  await assert.rejects(
    find(async () => await Promise.reject(new TypeError('a fault of ours'))),
    /a fault of ours/,
  );
});
