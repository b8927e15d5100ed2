// The tools API's configuration: one schema, read and checked at boot, the only reader of the environment.
import { readEnvironment, type VariableSchema } from '@aiguy/manifests/environment';
import type { TrustedIssuer } from '@aiguy/manifests/tokens';
import type { CustomerNaming } from './backends/shop.ts';

export type ToolsIssuer = TrustedIssuer & { customers?: CustomerNaming[] };

export type Config = Readonly<{
  TOOLS_API_HOST: string;
  TOOLS_API_PORT: number;
  TOOLS_DATABASE_URL: string;
  DATABASE_CONNECTIONS_MAX: number;
  REDIS_URL: string | undefined;
  TRUSTED_ISSUERS: ToolsIssuer[];
  TRUST_PROXY: string[];
  LOG_LEVEL: string;
  METRICS_TOKEN: string | undefined;
  OTEL_EXPORTER_OTLP_ENDPOINT: string | undefined;
}>;

export const variables: Record<keyof Config, VariableSchema> = {
  TOOLS_API_HOST: { type: 'string', default: '127.0.0.1', description: 'Address to listen on.' },
  TOOLS_API_PORT: { type: 'integer', minimum: 0, maximum: 65535, default: 8788, description: 'Port to listen on; 0 = a free one.' },
  TOOLS_DATABASE_URL: { type: 'string', required: true, pattern: '^postgres(ql)?://', description: 'Postgres with pgvector of the tools.' },
  DATABASE_CONNECTIONS_MAX: { type: 'integer', minimum: 1, maximum: 200, default: 10, description: 'Connections to Postgres.' },
  REDIS_URL: { type: 'string', pattern: '^rediss?://', description: 'Redis for rate limits over several processes; in-process when unset.' },
  TRUSTED_ISSUERS: {
    type: 'array',
    minItems: 1,
    maxItems: 1000,
    required: true,
    items: {
      type: 'object',
      required: ['issuer', 'kinds', 'scopes'],
      properties: {
        issuer: { type: 'string', minLength: 1 },
        kinds: { type: 'array', items: { enum: ['visitor-assertion', 'tool-token', 'tools-access'] } },
        jwksUri: { type: 'string' },
        jwks: { type: 'object' },
        scopes: { type: 'array', items: { type: 'string' } },
        customers: { type: 'array', items: { enum: ['wp-users', 'direct'] } },
      },
    },
    description: 'Sites, orchestrators and direct issuers that are trusted: JSON array of {issuer, kinds, jwksUri or jwks, scopes, customers}.',
  },
  TRUST_PROXY: {
    type: 'array',
    items: { type: 'string' },
    default: [],
    description: 'Addresses of proxies whose X-Forwarded-For counts, as a JSON array.',
  },
  LOG_LEVEL: {
    enum: ['fatal', 'error', 'warn', 'info', 'debug', 'silent'],
    type: 'string',
    default: 'info',
    description: 'Least level that is logged.',
  },
  METRICS_TOKEN: { type: 'string', minLength: 16, description: 'Bearer token for /metrics; without one only loopback is answered.' },
  OTEL_EXPORTER_OTLP_ENDPOINT: { type: 'string', pattern: '^https?://', description: 'OTLP/HTTP endpoint for traces; telemetry is off without one.' },
};

/** @throws ConfigError naming the variable and the rule it breaks */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  return readEnvironment<Config>(variables, env);
}
