import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from '@aiguy/manifests/environment';
import { readConfig } from './config.ts';

const issuers = [{ issuer: 'https://shop.example', kinds: ['visitor-assertion'], jwksUri: 'https://shop.example/jwks', scopes: ['order:read'] }];
const required = { TOOLS_DATABASE_URL: 'postgres://127.0.0.1/shop', TRUSTED_ISSUERS: JSON.stringify(issuers) };

test('two variables are enough; the rest has defaults that listen on loopback only', () => {
  const config = readConfig(required);
  assert.deepEqual([config.TOOLS_API_HOST, config.TOOLS_API_PORT, config.REDIS_URL], ['127.0.0.1', 8788, undefined]);
  assert.ok(Object.isFrozen(config));
});

const mails = { SMTP_URL: 'smtp://shop:word@mail.example:587', SMTP_FROM: 'shop@shop.example' };
for (const [what, change, variable] of [
  ['no database', { TOOLS_DATABASE_URL: '' }, 'TOOLS_DATABASE_URL'],
  ['a database that is no Postgres', { TOOLS_DATABASE_URL: 'mysql://127.0.0.1/shop' }, 'TOOLS_DATABASE_URL'],
  ['no issuer', { TRUSTED_ISSUERS: '[]' }, 'TRUSTED_ISSUERS'],
  ['issuers that are no JSON', { TRUSTED_ISSUERS: 'shop.example' }, 'TRUSTED_ISSUERS'],
  [
    'a way of naming customers that does not exist',
    { TRUSTED_ISSUERS: JSON.stringify([{ ...issuers[0], customers: ['email'] }]) },
    'TRUSTED_ISSUERS',
  ],
  ['a short metrics token', { METRICS_TOKEN: 'secret' }, 'METRICS_TOKEN'],
  ['a provider of embeddings without its key', { EMBEDDING_PROVIDER: 'openai' }, 'EMBEDDING_API_KEY'],
  ['a judge of passages without its key', { RERANK_MODEL: 'claude-haiku-5-5' }, 'ANTHROPIC_API_KEY'],
  ['codes that are mailed without a key of their own', mails, 'GUEST_CODES_KEY'],
  ['a short key of codes', { ...mails, GUEST_CODES_KEY: 'secret' }, 'GUEST_CODES_KEY'],
  ['a key of codes that is one word over and over', { ...mails, GUEST_CODES_KEY: 'secret'.repeat(10) }, 'GUEST_CODES_KEY'],
  ['a port out of range', { TOOLS_API_PORT: '70000' }, 'TOOLS_API_PORT'],
] as const) {
  test(`${what} refuses to start and names ${variable}, not its value`, () => {
    assert.throws(
      () => readConfig({ ...required, ...change }),
      (error: unknown) => error instanceof ConfigError && error.message.startsWith(variable) && !/mysql|secret/.test(error.message),
    );
  });
}
