// The tools API's configuration: one schema, read and checked at boot, the only reader of the environment.
import { ConfigError, readEnvironment, type VariableSchema } from '@aiguy/manifests/environment';
import { pairedSiteScopes, type ServiceVariables, serviceVariables } from '@aiguy/manifests/service-variables';
import type { TrustedIssuer } from '@aiguy/manifests/tokens';
import { type EmbeddingVariables, providers, readEmbeddingSettings } from './backends/embedding/settings.ts';
import { checkGuestKey, type GuestVariables, guestVariables } from './backends/guests/guest-key.ts';
import { type OpeningHoursVariables, openingHoursVariables, readOpeningHours } from './backends/opening-hours.ts';
import type { CustomerNaming } from './backends/shop.ts';
import { readDeskSettings, readMailSettings, type TicketVariables, ticketVariables } from './backends/ticket-desk/settings.ts';
import { readWooSettings, type WooVariables, wooVariables } from './backends/woocommerce/settings.ts';

export type ToolsIssuer = TrustedIssuer & { customers?: CustomerNaming[] };

export type Config = Readonly<
  ServiceVariables<ToolsIssuer> &
    EmbeddingVariables & {
      TOOLS_API_HOST: string;
      TOOLS_API_PORT: number;
      TOOLS_DATABASE_URL: string;
      FILES_LOCATION: string;
      INVOICE_SELLER: string[];
      PAGE_BROWSER: string | undefined;
      RETURN_DAYS: number | undefined;
      PAGE_BROWSER_SANDBOX: 'on' | 'off';
      PAIRED_SITE_SCOPES: string[];
      RERANK_MODEL: string | undefined;
      ANTHROPIC_API_KEY: string | undefined;
      ANTHROPIC_BASE_URL: string | undefined;
    } & KnowledgeVariables &
    OpeningHoursVariables &
    TicketVariables &
    GuestVariables &
    WooVariables
>;

export type KnowledgeVariables = {
  KNOWLEDGE_SOURCES: string[];
  KNOWLEDGE_REFRESH_CRON: string;
  KNOWLEDGE_MAX_AGE_DAYS: number;
  KNOWLEDGE_SITE_URL: string | undefined;
};

const embeddingVariables: Record<keyof EmbeddingVariables, VariableSchema> = {
  EMBEDDING_PROVIDER: { type: 'string', enum: providers, default: 'local', description: 'Who embeds passages and questions.' },
  EMBEDDING_MODEL: { type: 'string', pattern: '^[\\w.:/-]+$', maxLength: 300, description: 'The provider’s model; each provider has a default.' },
  EMBEDDING_BASE_URL: {
    type: 'string',
    // No user, password, query or fragment: the address stands in messages.
    pattern: '^https?://[^\\s@?#]+$',
    maxLength: 2000,
    description: 'Where the provider is asked: up to and without /embeddings; with bedrock the endpoint. Default: the provider’s own.',
  },
  EMBEDDING_API_KEY: {
    type: 'string',
    pattern: '^[\\x21-\\x7e]+$',
    minLength: 8,
    maxLength: 1000,
    description: 'Key of openai or voyage; not needed for a server of your own. bedrock takes AWS credentials as the AWS SDK reads them.',
  },
  EMBEDDING_DIMENSIONS: {
    type: 'integer',
    minimum: 1,
    maximum: 4096,
    description: 'Length of the vectors: asked for where the model can, required where the model is not known here.',
  },
};

export const variables: Record<keyof Config, VariableSchema> = {
  ...serviceVariables,
  TOOLS_API_HOST: { type: 'string', default: '127.0.0.1', description: 'Address to listen on.' },
  TOOLS_API_PORT: { type: 'integer', minimum: 0, maximum: 65535, default: 8788, description: 'Port to listen on; 0 = a free one.' },
  TOOLS_DATABASE_URL: { type: 'string', required: true, pattern: '^postgres(ql)?://', description: 'Postgres with pgvector of the tools.' },
  FILES_LOCATION: {
    type: 'string',
    pattern: '^\\S(.*\\S)?$',
    maxLength: 1000,
    default: '.data/files',
    description: 'Where files that tools make are kept until they expire: a folder, or s3://bucket/prefix.',
  },
  PAGE_BROWSER: {
    type: 'string',
    pattern: '^/',
    maxLength: 500,
    description: 'Path of a Chromium that renders pages of the site before navigate_page reads them; without one their HTML is read as it comes.',
  },
  PAGE_BROWSER_SANDBOX: {
    type: 'string',
    enum: ['on', 'off'],
    default: 'on',
    description: 'The sandbox of that Chromium, which root can’t use: off only in a container of its own.',
  },
  RETURN_DAYS: {
    type: 'integer',
    minimum: 1,
    maximum: 3650,
    description: 'Days after it came within which an order can be returned; without a limit when unset.',
  },
  INVOICE_SELLER: {
    type: 'array',
    items: { type: 'string', minLength: 1, maxLength: 100 },
    minItems: 1,
    maxItems: 8,
    default: ['Fernhill Goods', 'A demo shop: nothing here was bought or sold'],
    description: 'Who sells, as invoices say it, JSON: name first, then address and tax number, a line each.',
  },
  ...embeddingVariables,
  KNOWLEDGE_SOURCES: {
    type: 'array',
    items: { type: 'string', minLength: 1, maxLength: 2000 },
    maxItems: 100,
    default: [],
    description: 'Sources that are read again by the schedule, JSON, each as npm run ingest takes it.',
  },
  KNOWLEDGE_REFRESH_CRON: {
    type: 'string',
    pattern: '^\\S+( \\S+){4}$',
    default: '0 3 * * *',
    description: 'When they are read: minute, hour, day, month, weekday in UTC.',
  },
  KNOWLEDGE_MAX_AGE_DAYS: {
    type: 'integer',
    minimum: 0,
    default: 0,
    description: 'Documents that were last changed longer ago are left out; 0 = none.',
  },
  KNOWLEDGE_SITE_URL: {
    type: 'string',
    pattern: '^https?://[^\\s?#]+$',
    maxLength: 2000,
    description: 'Where documents of folders and buckets stand that name no address.',
  },
  PAIRED_SITE_SCOPES: pairedSiteScopes,
  ...openingHoursVariables,
  ...ticketVariables,
  ...guestVariables,
  ...wooVariables,
  RERANK_MODEL: {
    type: 'string',
    pattern: '^[\\w.:/-]+$',
    maxLength: 300,
    description: 'Claude model that judges the best passages of a search, such as claude-haiku-5-5; unset = the score decides.',
  },
  ANTHROPIC_API_KEY: {
    type: 'string',
    pattern: '^[\\x21-\\x7e]+$',
    minLength: 8,
    maxLength: 1000,
    description: 'Key of the Anthropic API; only used with RERANK_MODEL.',
  },
  ANTHROPIC_BASE_URL: { type: 'string', pattern: '^https?://[^\\s]+$', maxLength: 2000, description: 'Another address of the Messages API.' },
};

/** @throws ConfigError naming the variable and the rule it breaks */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const config = readEnvironment<Config>(variables, env);
  readEmbeddingSettings(config);
  readDeskSettings(config);
  readWooSettings(config);
  readOpeningHours(config);
  readMailSettings(config);
  checkGuestKey(config);
  if (config.RERANK_MODEL !== undefined && config.ANTHROPIC_API_KEY === undefined)
    throw new ConfigError('ANTHROPIC_API_KEY', 'is not set, and RERANK_MODEL judges nothing without it; set it, or unset RERANK_MODEL');
  return config;
}

/**
 * For verbs that embed and need nothing else of the configuration.
 * @throws ConfigError as readConfig does
 */
export function readEmbeddingConfig(env: NodeJS.ProcessEnv = process.env): EmbeddingVariables {
  return readEnvironment<EmbeddingVariables>(embeddingVariables, env);
}
