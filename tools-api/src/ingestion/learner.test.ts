import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLearner } from './learner.ts';
import type { IngestionEnd } from './run-ingestion.ts';

const done: IngestionEnd = { kind: 'done', summaries: [] };

test('several documents at once are learnt in one run, and one that comes during it in another', async () => {
  const runs: PromiseWithResolvers<IngestionEnd>[] = [];
  const began = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const learner = createLearner({
    documents: { isPending: async () => true },
    ingest: async (task) => {
      assert.equal(task, 'learn');
      const run = Promise.withResolvers<IngestionEnd>();
      runs.push(run);
      began[runs.length - 1]?.resolve();
      return await run.promise;
    },
  });
  for (let put = 0; put < 5; put += 1) learner.soon();
  await began[0]?.promise;
  learner.soon();
  learner.soon();
  assert.equal(runs.length, 1);
  runs[0]?.resolve(done);
  await began[1]?.promise;
  runs[1]?.resolve(done);
  await learner.stop();
  assert.equal(runs.length, 2);
});

test('nothing is begun where nothing is pending, nor after the end, and the end does not wait for a retry', async () => {
  let asked = 0;
  const looked = Promise.withResolvers<void>();
  const idle = createLearner({
    documents: {
      isPending: async () => {
        looked.resolve();
        return false;
      },
    },
    ingest: async () => {
      asked += 1;
      return done;
    },
  });
  idle.soon();
  await looked.promise;
  await idle.stop();
  idle.soon();
  assert.equal(asked, 0);

  const refused = Promise.withResolvers<void>();
  const failing = createLearner({
    documents: { isPending: async () => true },
    ingest: async () => {
      refused.resolve();
      return { kind: 'failed', reason: 'the provider is away' };
    },
  });
  failing.soon();
  await refused.promise;
  await failing.stop();
});
