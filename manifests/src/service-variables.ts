// The variables that every service of ours knows by the same name, type and rule.
import type { VariableSchema } from './environment.ts';
import { staffScopes, visitorScopes } from './scopes.ts';

export type ServiceVariables<Issuer> = {
  DATABASE_CONNECTIONS_MAX: number;
  REDIS_URL: string | undefined;
  TRUSTED_ISSUERS: Issuer[];
  TRUST_PROXY: string[];
  LOG_LEVEL: string;
  METRICS_TOKEN: string | undefined;
  OTEL_EXPORTER_OTLP_ENDPOINT: string | undefined;
};

/** What a paired site may grant at most. */
export const pairedSiteScopes: VariableSchema = {
  type: 'array',
  maxItems: 32,
  items: { type: 'string', pattern: '^[a-z]+:(read|write)$' },
  default: [...visitorScopes, ...staffScopes],
  description: 'The most that a site which was paired by a code may grant, as a JSON array of scopes.',
};

const issuer = {
  type: 'object',
  additionalProperties: false,
  required: ['issuer', 'kinds', 'scopes'],
  properties: {
    issuer: { type: 'string', minLength: 1 },
    kinds: { type: 'array', items: { enum: ['visitor-assertion', 'staff-assertion', 'tool-token', 'tools-access'] } },
    jwksUri: { type: 'string', pattern: '^https?://' },
    jwks: { type: 'object' },
    scopes: { type: 'array', items: { type: 'string' } },
    customers: { type: 'array', items: { enum: ['wp-users', 'direct'] } },
  },
};

export const serviceVariables: Record<keyof ServiceVariables<unknown>, VariableSchema> = {
  DATABASE_CONNECTIONS_MAX: { type: 'integer', minimum: 1, maximum: 200, default: 10, description: 'Connections to Postgres.' },
  REDIS_URL: { type: 'string', pattern: '^rediss?://', description: 'Redis for rate limits over several processes; in-process when unset.' },
  TRUSTED_ISSUERS: {
    type: 'array',
    minItems: 1,
    maxItems: 1000,
    required: true,
    items: issuer,
    description: 'Whose tokens are accepted: JSON array of {issuer, kinds, jwksUri or jwks, scopes}, at the tools API also customers.',
  },
  TRUST_PROXY: {
    type: 'array',
    items: { type: 'string' },
    default: [],
    description: 'Addresses of proxies whose X-Forwarded-For counts, as a JSON array.',
  },
  LOG_LEVEL: {
    type: 'string',
    enum: ['fatal', 'error', 'warn', 'info', 'debug', 'silent'],
    default: 'info',
    description: 'Least level that is logged.',
  },
  METRICS_TOKEN: { type: 'string', minLength: 16, description: 'Bearer token for /metrics; without one only loopback is answered.' },
  OTEL_EXPORTER_OTLP_ENDPOINT: { type: 'string', pattern: '^https?://', description: 'OTLP/HTTP endpoint for traces; telemetry is off without one.' },
};
