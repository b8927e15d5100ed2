// The orchestrator's configuration: one schema, read and checked at boot, the only reader of the environment.
import { readEnvironment, type VariableSchema } from '@aiguy/manifests/environment';
import { pairedSiteScopes, type ServiceVariables, serviceVariables } from '@aiguy/manifests/service-variables';
import type { TrustedIssuer } from '@aiguy/manifests/tokens';
import type { JWK } from 'jose';
import { defaultPrices, type Prices } from './budget/prices.ts';

export type Config = Readonly<
  ServiceVariables<TrustedIssuer> & {
    ORCHESTRATOR_HOST: string;
    ORCHESTRATOR_PORT: number;
    ORCHESTRATOR_ISSUER: string;
    ORCHESTRATOR_SIGNING_KEY: string;
    ORCHESTRATOR_FORMER_KEYS: JWK[];
    DATABASE_URL: string;
    TOOLS_API_URL: string;
    CORS_ORIGINS: string[];
    ANTHROPIC_API_KEY: string | undefined;
    ANTHROPIC_BASE_URL: string | undefined;
    PLAN_MODEL: string;
    ANSWER_MODEL: string;
    TURN_TOKENS_MAX: number;
    TURN_TOOLS_MAX: number;
    TURN_WALL_MS: number;
    ANSWER_TOKENS_MAX: number;
    MODEL_IDLE_TIMEOUT_MS: number;
    CHAT_PER_MINUTE: number;
    SUGGESTIONS_PER_MINUTE: number;
    SUGGESTIONS_PER_MINUTE_AND_ADDRESS: number;
    ANSWER_CACHE_TTL_S: number;
    RECEIPT_CHECKS_PER_MINUTE: number;
    SESSION_IDLE_DAYS: number;
    AGENT_MODELS: string[];
    PAIRED_SITE_SCOPES: string[];
    HANDOFF_WAIT_S: number;
    MODEL_PRICES: Prices;
    CAP_GUEST_MESSAGES_DAY: number;
    CAP_GUESTS_PER_NETWORK: number;
    CAP_CUSTOMER_MESSAGES_DAY: number;
    CAP_SITE_MESSAGES_DAY: number;
    CAP_SITE_COST_DAY_USD: number;
    CAP_SITE_COST_MONTH_USD: number | undefined;
  }
>;

const usdPerMillion = { type: 'number', minimum: 0, maximum: 10000 } as const;
const aDay = { type: 'integer', minimum: 0, maximum: 10_000_000 } as const;
const url = { type: 'string', pattern: '^https?://[^\\s]+$', maxLength: 2000 } as const;

export const variables: Record<keyof Config, VariableSchema> = {
  ...serviceVariables,
  ORCHESTRATOR_HOST: { type: 'string', default: '127.0.0.1', description: 'Address to listen on.' },
  ORCHESTRATOR_PORT: { type: 'integer', minimum: 0, maximum: 65535, default: 8787, description: 'Port to listen on; 0 = a free one.' },
  ORCHESTRATOR_ISSUER: {
    ...url,
    default: 'http://127.0.0.1:8787',
    description: 'Name under which tool tokens are signed: the public URL, no trailing slash.',
  },
  ORCHESTRATOR_SIGNING_KEY: {
    type: 'string',
    pattern: '^\\{.*"crv":\\s*"Ed25519".*\\}$',
    maxLength: 1000,
    required: true,
    description: 'Private Ed25519 key as a JWK, in JSON. No default: without a key of its own the service does not start.',
  },
  ORCHESTRATOR_FORMER_KEYS: {
    type: 'array',
    maxItems: 50,
    items: {
      type: 'object',
      additionalProperties: false,
      required: ['kty', 'crv', 'x'],
      properties: {
        kty: { const: 'OKP' },
        crv: { const: 'Ed25519' },
        x: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' },
        kid: { type: 'string' },
        alg: { type: 'string' },
        use: { type: 'string' },
      },
    },
    default: [],
    description:
      'Public keys (JWKs, as a JSON array) that signed before: receipts under them stay valid. A key that was stolen does not belong here.',
  },
  DATABASE_URL: { type: 'string', required: true, pattern: '^postgres(ql)?://', description: 'Postgres of the orchestrator.' },
  TOOLS_API_URL: { ...url, default: 'http://127.0.0.1:8788', description: 'Where the tools are called.' },
  CORS_ORIGINS: {
    type: 'array',
    items: { type: 'string' },
    default: [],
    description: 'Origins of pages that may call directly, as a JSON array; none by default.',
  },
  ANTHROPIC_API_KEY: { type: 'string', minLength: 8, description: 'Key of the Anthropic API; without one the offline policy answers.' },
  ANTHROPIC_BASE_URL: { ...url, description: 'Another address of the Messages API.' },
  PLAN_MODEL: { type: 'string', default: 'claude-haiku-5-5', description: 'Model that plans and calls tools.' },
  ANSWER_MODEL: { type: 'string', default: 'claude-sonnet-5-5', description: 'Model that writes when no tool may be called any more.' },
  TURN_TOKENS_MAX: {
    type: 'integer',
    minimum: 500,
    maximum: 200000,
    default: 3000,
    description: 'Tokens of a turn: uncached input beyond the fixed prefix, and output.',
  },
  TURN_TOOLS_MAX: { type: 'integer', minimum: 0, maximum: 20, default: 3, description: 'Tool calls of a turn.' },
  TURN_WALL_MS: {
    type: 'integer',
    minimum: 500,
    maximum: 120000,
    default: 8000,
    description: 'Milliseconds of a turn, without the time a human is thinking.',
  },
  ANSWER_TOKENS_MAX: { type: 'integer', minimum: 64, maximum: 8000, default: 500, description: 'Tokens a model may write in one call.' },
  MODEL_IDLE_TIMEOUT_MS: {
    type: 'integer',
    minimum: 10,
    maximum: 15000,
    default: 15000,
    description: 'Silence after which a model stream counts as dead.',
  },
  CHAT_PER_MINUTE: { type: 'integer', minimum: 1, maximum: 100000, default: 20, description: 'Messages a visitor may send in a minute.' },
  SUGGESTIONS_PER_MINUTE: {
    type: 'integer',
    minimum: 1,
    maximum: 100000,
    default: 40,
    description: 'Times in a minute that a session may ask for articles while its visitor types.',
  },
  SUGGESTIONS_PER_MINUTE_AND_ADDRESS: {
    type: 'integer',
    minimum: 1,
    maximum: 1000000,
    default: 1200,
    description: 'The same for one network address; all visitors of a site that relays share its own.',
  },
  RECEIPT_CHECKS_PER_MINUTE: {
    type: 'integer',
    minimum: 1,
    maximum: 100000,
    default: 30,
    description: 'Times in a minute that one network address may have receipts checked.',
  },
  ANSWER_CACHE_TTL_S: {
    type: 'integer',
    minimum: 0,
    maximum: 86400,
    default: 1800,
    description: 'Seconds for which an answer from the knowledge alone is told again to the same question; 0 = never.',
  },
  SESSION_IDLE_DAYS: {
    type: 'integer',
    minimum: 1,
    maximum: 3650,
    default: 30,
    description: 'Days without activity after which a conversation is deleted with everything kept of it.',
  },
  AGENT_MODELS: {
    type: 'array',
    maxItems: 50,
    items: { type: 'string', pattern: '^[A-Za-z0-9._:/-]{1,100}$' },
    default: [],
    description: 'Models that a site may set for an agent, as a JSON array; another one is ignored.',
  },
  PAIRED_SITE_SCOPES: pairedSiteScopes,
  HANDOFF_WAIT_S: {
    type: 'integer',
    minimum: 10,
    maximum: 3600,
    default: 180,
    description: 'Seconds after which a visitor who waits for a person is offered to leave a message.',
  },
  MODEL_PRICES: {
    type: 'object',
    minProperties: 1,
    maxProperties: 50,
    additionalProperties: {
      type: 'object',
      additionalProperties: false,
      required: ['input', 'output', 'cache_read', 'cache_write'],
      properties: { input: usdPerMillion, output: usdPerMillion, cache_read: usdPerMillion, cache_write: usdPerMillion },
    },
    default: defaultPrices,
    description: 'US dollars per million tokens by model, as JSON; a model that is not named costs as much as the dearest.',
  },
  CAP_GUEST_MESSAGES_DAY: {
    ...aDay,
    default: 60,
    description: 'Messages of one guest in a day of the site that a model answers; a site may set less.',
  },
  CAP_GUESTS_PER_NETWORK: {
    type: 'integer',
    minimum: 1,
    maximum: 10000,
    default: 5,
    description: 'Guests whose messages the guests of one network may send together; a household or an office shares one.',
  },
  CAP_CUSTOMER_MESSAGES_DAY: { ...aDay, default: 200, description: 'The same for somebody who is signed in.' },
  CAP_SITE_MESSAGES_DAY: { ...aDay, default: 10_000, description: 'The same for all visitors of a site together.' },
  CAP_SITE_COST_DAY_USD: {
    type: 'number',
    minimum: 0,
    maximum: 100_000,
    default: 10,
    description: 'US dollars that the models may cost a site in a day.',
  },
  CAP_SITE_COST_MONTH_USD: {
    type: 'number',
    minimum: 0,
    maximum: 3_100_000,
    description: 'US dollars that the models may cost a site in a calendar month of its own; without it the days alone are capped.',
  },
};

/** @throws ConfigError naming the variable and the rule it breaks */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  return readEnvironment<Config>(variables, env);
}
