import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Knowledge } from '../../backends/knowledge/search.ts';
import type { ToolContext } from '../handler.ts';
import { createRetrieveDocs } from './handler.ts';

test('four passages are asked for when no limit is given, and the manifest’s time is handed on', async () => {
  const asked: unknown[] = [];
  const knowledge: Knowledge = {
    search: async (...given) => {
      asked.push(given);
      return { passages: [], answerable: false, confidence: 0, corpus_version: '0' };
    },
  };
  const { signal } = new AbortController();
  const context: ToolContext = { subject: { issuer: 'https://shop.example', subject: 'anon:0123456789abcdef' }, signal };
  await createRetrieveDocs({ knowledge })({ query: 'How?' } as never, context);
  await createRetrieveDocs({ knowledge })({ query: 'How?', limit: 1 } as never, context);
  assert.deepEqual(asked, [
    ['How?', 4, signal],
    ['How?', 1, signal],
  ]);
});
