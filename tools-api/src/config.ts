// The tools API's configuration: one schema, read and checked at boot, the only reader of the environment.
import { readEnvironment, type VariableSchema } from '@aiguy/manifests/environment';
import { type ServiceVariables, serviceVariables } from '@aiguy/manifests/service-variables';
import type { TrustedIssuer } from '@aiguy/manifests/tokens';
import type { CustomerNaming } from './backends/shop.ts';

export type ToolsIssuer = TrustedIssuer & { customers?: CustomerNaming[] };

export type Config = Readonly<
  ServiceVariables<ToolsIssuer> & {
    TOOLS_API_HOST: string;
    TOOLS_API_PORT: number;
    TOOLS_DATABASE_URL: string;
  }
>;

export const variables: Record<keyof Config, VariableSchema> = {
  ...serviceVariables,
  TOOLS_API_HOST: { type: 'string', default: '127.0.0.1', description: 'Address to listen on.' },
  TOOLS_API_PORT: { type: 'integer', minimum: 0, maximum: 65535, default: 8788, description: 'Port to listen on; 0 = a free one.' },
  TOOLS_DATABASE_URL: { type: 'string', required: true, pattern: '^postgres(ql)?://', description: 'Postgres with pgvector of the tools.' },
};

/** @throws ConfigError naming the variable and the rule it breaks */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  return readEnvironment<Config>(variables, env);
}
