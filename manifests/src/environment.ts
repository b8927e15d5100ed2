// Reads a process's configuration once: strings of the environment become typed values by the schema, and anything wrong refuses to start.
import { check, createAjv } from './validate.ts';

/** Schema of one variable: string, number, integer or boolean; JSON text for arrays and objects. */
export type VariableSchema = {
  type: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  description: string;
  default?: unknown;
  /** Without a value the process refuses to start. */
  required?: true;
  [keyword: string]: unknown;
};

export class ConfigError extends Error {
  constructor(variable: string, reason: string) {
    super(`${variable}: ${reason}`);
    this.name = 'ConfigError';
  }
}

/**
 * @param schemas one schema a variable; `default` is taken where the variable is unset or empty, and absence without a default means undefined
 * @returns a frozen object with the variables' names as keys
 * @throws ConfigError naming the variable and the broken rule; values are never printed
 */
export function readEnvironment<T>(schemas: Record<keyof T & string, VariableSchema>, env: NodeJS.ProcessEnv): Readonly<T> {
  const ajv = createAjv();
  const values: Record<string, unknown> = {};
  for (const [name, { default: fallback, required, description, ...schema }] of Object.entries<VariableSchema>(schemas)) {
    const text = env[name];
    if (text === undefined || text === '') {
      if (required) throw new ConfigError(name, `is not set. ${description}`);
      values[name] = fallback;
      continue;
    }
    const checked = check(ajv.compile(schema), parseAs(name, schema.type, text));
    if (!checked.ok) throw new ConfigError(name, checked.violations[0]?.rule ?? 'invalid');
    values[name] = checked.value;
  }
  return Object.freeze(values) as Readonly<T>;
}

function parseAs(name: string, type: VariableSchema['type'], text: string): unknown {
  if (type === 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigError(name, `must be ${type === 'array' || type === 'object' ? 'JSON' : `a ${type}`}`);
  }
}
