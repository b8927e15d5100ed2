// Generates TypeScript types from every JSON Schema of this workspace; with --check it only says which are stale and fails.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, type JSONSchema } from 'json-schema-to-typescript';

const root = new URL('..', import.meta.url).pathname;
const sources = {
  'tool-manifest': 'schema/tool-manifest.schema.json',
  claims: 'protocol/claims.json',
  http: 'protocol/http.json',
  events: 'protocol/events.json',
  socket: 'protocol/socket.json',
};

/** @returns the text of one generated file */
async function generateTypes(source: string): Promise<string> {
  const schema = JSON.parse(readFileSync(join(root, source), 'utf8')) as JSONSchema & { $defs?: Record<string, JSONSchema> };
  // Definitions are reached through a property each, so that every one becomes an exported type of its own name.
  const definitions = schema.$defs;
  const rooted = definitions
    ? {
        ...schema,
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(Object.keys(definitions).map((name) => [name, { $ref: `#/$defs/${name}` }])),
      }
    : schema;
  return await compile(rooted as JSONSchema, schema.title ?? source, {
    bannerComment: `// Generated from ${source} by \`npm run generate\`; never edited by hand.`,
    cwd: join(root, 'protocol/'),
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    unreachableDefinitions: false,
    style: { singleQuote: true, printWidth: 160 },
  });
}

/** Writes (or with check compares) every generated file; returns the names of those that were stale. */
export async function generate(options: { check: boolean }): Promise<string[]> {
  const stale: string[] = [];
  for (const [name, source] of Object.entries(sources)) {
    const file = join(root, 'generated', `${name}.ts`);
    const text = await generateTypes(source);
    const current = readCurrent(file);
    if (current === text) continue;
    stale.push(`manifests/generated/${name}.ts`);
    if (!options.check) writeFileSync(file, text);
  }
  return stale;
}

function readCurrent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
