import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from '@aiguy/manifests/environment';
import { readConfig } from '../../config.ts';
import { createEmbedder } from './create-embedder.ts';
import { answerBackwards, startDouble, unit, vectorOf } from './provider-double.fixture.ts';

const apiKey = 'sk-4Jq0vN7mKp2XsLd8';
const issuers = [{ issuer: 'https://shop.example', kinds: ['visitor-assertion'], jwksUri: 'https://shop.example/jwks', scopes: ['order:read'] }];
const configWith = (change: Record<string, string>) =>
  readConfig({ TOOLS_DATABASE_URL: 'postgres://127.0.0.1/shop', TRUSTED_ISSUERS: JSON.stringify(issuers), ...change });

for (const [change, model, dimensions] of [
  [{}, 'local:use-lite-en', 512],
  [{ EMBEDDING_PROVIDER: 'openai', EMBEDDING_API_KEY: apiKey }, 'openai:text-embedding-3-small', 1536],
  [{ EMBEDDING_PROVIDER: 'openai', EMBEDDING_API_KEY: apiKey, EMBEDDING_DIMENSIONS: '512' }, 'openai:text-embedding-3-small', 512],
  [{ EMBEDDING_PROVIDER: 'openai', EMBEDDING_API_KEY: apiKey, EMBEDDING_MODEL: 'text-embedding-3-large' }, 'openai:text-embedding-3-large', 3072],
  [
    { EMBEDDING_PROVIDER: 'openai', EMBEDDING_BASE_URL: 'http://127.0.0.1:11434/v1', EMBEDDING_MODEL: 'bge-m3', EMBEDDING_DIMENSIONS: '1024' },
    'openai:bge-m3',
    1024,
  ],
  [{ EMBEDDING_PROVIDER: 'voyage', EMBEDDING_API_KEY: 'pa-9TzR4wQe6YbU1hGk' }, 'voyage:voyage-4', 1024],
  [{ EMBEDDING_PROVIDER: 'voyage', EMBEDDING_API_KEY: apiKey, EMBEDDING_DIMENSIONS: '2048' }, 'voyage:voyage-4', 2048],
  [{ EMBEDDING_PROVIDER: 'bedrock' }, 'bedrock:amazon.titan-embed-text-v2:0', 1024],
  [{ EMBEDDING_PROVIDER: 'bedrock', EMBEDDING_MODEL: 'eu.cohere.embed-v4:0', EMBEDDING_DIMENSIONS: '512' }, 'bedrock:eu.cohere.embed-v4:0', 512],
  [
    { EMBEDDING_PROVIDER: 'bedrock', EMBEDDING_MODEL: 'arn:aws:bedrock:eu-west-1::foundation-model/cohere.embed-multilingual-v3' },
    'bedrock:arn:aws:bedrock:eu-west-1::foundation-model/cohere.embed-multilingual-v3',
    1024,
  ],
] as const) {
  test(`${JSON.stringify(Object.values(change))} embeds by ${model} in ${dimensions} dimensions`, () => {
    const embedder = createEmbedder(configWith(change));
    assert.deepEqual([embedder.model, embedder.dimensions], [model, dimensions]);
  });
}

for (const [what, change, message] of [
  ['a provider that does not exist', { EMBEDDING_PROVIDER: 'acme' }, /^EMBEDDING_PROVIDER: /],
  ['OpenAI without a key', { EMBEDDING_PROVIDER: 'openai' }, /^EMBEDDING_API_KEY: is not set, and OpenAI .* EMBEDDING_BASE_URL/],
  ['OpenAI’s own address without a key', { EMBEDDING_PROVIDER: 'openai', EMBEDDING_BASE_URL: 'https://api.openai.com/v1/' }, /^EMBEDDING_API_KEY: /],
  ['Voyage without a key', { EMBEDDING_PROVIDER: 'voyage' }, /^EMBEDDING_API_KEY: is not set/],
  ...['your-api-key', 'sk-your-key-here', 'sk-xxxxxxxxxxxx', 'changeme', '<OPENAI_KEY>', 'pa-example-1234', 'sk-proj-...'].map(
    (placeholder) =>
      [`the key ${placeholder}`, { EMBEDDING_PROVIDER: 'openai', EMBEDDING_API_KEY: placeholder }, /^EMBEDDING_API_KEY: is a placeholder/] as const,
  ),
  ['a key with a line break', { EMBEDDING_PROVIDER: 'openai', EMBEDDING_API_KEY: `${apiKey}\n` }, /^EMBEDDING_API_KEY: /],
  ['a key for nobody', { EMBEDDING_API_KEY: apiKey }, /^EMBEDDING_API_KEY: .*local.* EMBEDDING_PROVIDER/],
  ['a key for Bedrock', { EMBEDDING_PROVIDER: 'bedrock', EMBEDDING_API_KEY: apiKey }, /^EMBEDDING_API_KEY: .*AWS/],
  ['a Bedrock model of another shape', { EMBEDDING_PROVIDER: 'bedrock', EMBEDDING_MODEL: 'amazon.titan-embed-text-v1' }, /^EMBEDDING_MODEL: /],
  [
    'dimensions that the model lacks',
    { EMBEDDING_PROVIDER: 'bedrock', EMBEDDING_DIMENSIONS: '1536' },
    /^EMBEDDING_DIMENSIONS: must be 256 or 512 or 1024/,
  ],
  ['more than it has', { EMBEDDING_PROVIDER: 'openai', EMBEDDING_API_KEY: apiKey, EMBEDDING_DIMENSIONS: '1537' }, /: must be at most 1536/],
  [
    'an unknown model of unknown dimensions',
    { EMBEDDING_PROVIDER: 'openai', EMBEDDING_API_KEY: apiKey, EMBEDDING_MODEL: 'bge-m3' },
    /^EMBEDDING_DIMENSIONS: is not set; set it/,
  ],
  ['an address with a password', { EMBEDDING_PROVIDER: 'openai', EMBEDDING_BASE_URL: 'https://me:hush@llm.example/v1' }, /^EMBEDDING_BASE_URL: /],
  ['an address that is none', { EMBEDDING_PROVIDER: 'openai', EMBEDDING_BASE_URL: 'https://[llm/v1' }, /^EMBEDDING_BASE_URL: /],
] as const) {
  test(`${what} refuses to start, and the message holds no key`, () => {
    assert.throws(
      () => configWith(change),
      (error: unknown) => error instanceof ConfigError && message.test(error.message) && !/sk-4|hush|<OPENAI/.test(error.message),
    );
  });
}

test('a server of one’s own is asked at its address, without a key, in batches of 32, and not for a number of dimensions', async (t) => {
  const { url, asked } = await startDouble(t, answerBackwards);
  const embedder = createEmbedder(
    configWith({ EMBEDDING_PROVIDER: 'openai', EMBEDDING_BASE_URL: `${url}/v1`, EMBEDDING_MODEL: 'bge-m3', EMBEDDING_DIMENSIONS: '4' }),
  );
  const texts = Array.from({ length: 33 }, (_, index) => `text ${index}`);
  assert.deepEqual(
    await embedder.embed(texts, { purpose: 'passage', signal: AbortSignal.timeout(10_000) }),
    texts.map((text) => unit(vectorOf(text))),
  );
  assert.deepEqual(
    [asked.length, asked[0]?.url, asked[0]?.headers.authorization, 'dimensions' in (asked[0]?.body ?? {})],
    [2, '/v1/embeddings', undefined, false],
  );
});
