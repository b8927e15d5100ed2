import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Knowledge, SearchRequest } from '../../backends/knowledge/search.ts';
import type { ToolContext } from '../handler.ts';
import { createRetrieveDocs } from './handler.ts';

const { signal } = new AbortController();
const asked: SearchRequest[] = [];
const knowledge: Pick<Knowledge, 'search'> = {
  search: async (request) => {
    asked.push(request);
    return { passages: [], answerable: false, confidence: 0, corpus_version: '0' };
  },
};

async function ask(args: object, subject: string): Promise<SearchRequest | undefined> {
  const context: ToolContext = { subject: { issuer: 'https://shop.example', subject }, signal };
  await createRetrieveDocs({ knowledge: knowledge as Knowledge })(args as never, context);
  return asked.at(-1);
}

test('five passages are asked for when no limit is given, and the manifest’s time is handed on', async () => {
  const request = await ask({ query: 'How?' }, 'anon:0123456789abcdef');
  assert.deepEqual(request, {
    text: 'How?',
    context: [],
    language: undefined,
    productTags: undefined,
    limit: 5,
    audiences: ['public'],
    site: 'https://shop.example',
    collections: undefined,
    signal,
  });
  assert.equal((await ask({ query: 'How?', limit: 1 }, 'anon:0123456789abcdef'))?.limit, 1);
});

test('what is meant for customers is searched for those who are signed in only', async () => {
  assert.deepEqual((await ask({ query: 'How?' }, 'anon:0123456789abcdef'))?.audiences, ['public']);
  assert.deepEqual((await ask({ query: 'How?' }, 'wp:1:1008'))?.audiences, ['public', 'customers']);
  assert.deepEqual((await ask({ query: 'How?' }, 'customer:aarav_martin_9556'))?.audiences, ['public', 'customers']);
});
