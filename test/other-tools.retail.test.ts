// Sixteen tools of somebody else's shop, which stand beside the project: each becomes a manifest of ours and a handler, and nothing else is needed.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Catalogue, loadManifests, type ToolManifest } from '@aiguy/manifests/load';
import type { Service } from '@aiguy/manifests/service';
import { projectRoot } from '../scripts/data-directory.ts';
import { allScopes } from '../scripts/keys.ts';
import type { Handlers } from '../tools-api/src/tools/index.ts';
import { directToken, type Harness, startHarness } from '../tools-api/test/harness.ts';

type Schema = { type?: string; enum?: string[]; items?: Schema; description?: string };
type OtherTool = {
  name: string;
  kind: 'read' | 'write' | 'generic';
  description: string;
  returns: string;
  parameters: { type: 'object'; properties: Record<string, Schema>; required: string[]; additionalProperties: false };
};

const file = join(projectRoot, '../shared/data/tau-retail/tools.json');
/** Who asks is never an argument of ours: a signature says so. */
const identity = ['user_id', 'email'];
const scopeOf: [RegExp, string][] = [
  [/human/, 'ticket'],
  [/user/, 'profile'],
  [/order/, 'order'],
  [/./, 'docs'],
];

let others: OtherTool[] = [];
let catalogue: Catalogue;
let harness: Harness;
let service: Service;

before(async () => {
  others = JSON.parse(readFileSync(file, 'utf8'));
  const folder = mkdtempSync(join(tmpdir(), 'aiguy-tools-'));
  for (const tool of others) writeFileSync(join(folder, `${nameOf(tool)}.json`), JSON.stringify(toManifest(tool)));
  catalogue = loadManifests(folder);
  rmSync(folder, { recursive: true });
  harness = await startHarness({ shopOnly: true });
  const handlers = Object.fromEntries(others.map((tool) => [nameOf(tool), handlerOf(tool)])) as Handlers;
  service = await harness.build({ catalogue: new Map([...loadManifests(), ...catalogue]), handlers });
});
after(async () => await harness?.close());

/** Ours are of a verb and a noun. */
function nameOf({ name }: OtherTool): string {
  return name.includes('_') ? name : `${name}_result`;
}

function toManifest(tool: OtherTool): ToolManifest {
  const isWrite = tool.kind === 'write';
  const properties = Object.fromEntries(Object.entries(tool.parameters.properties).filter(([name]) => !identity.includes(name)));
  const required = tool.parameters.required.filter((name) => !identity.includes(name));
  const title = nameOf(tool).replaceAll('_', ' ');
  const scope = scopeOf.find(([noun]) => noun.test(tool.name))?.[1] ?? 'docs';
  const example = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, exampleOf(schema)]));
  return {
    name: nameOf(tool),
    title,
    description: tool.description,
    scope: `${scope}:${isWrite ? 'write' : 'read'}`,
    effect: isWrite ? 'write' : 'read',
    confirm: isWrite,
    personal: scope !== 'docs',
    input: { ...tool.parameters, properties, required },
    output: {
      type: 'object',
      additionalProperties: false,
      required: ['result'],
      properties: { result: { type: 'string', maxLength: 4000, description: tool.returns } },
    },
    ...(isWrite ? { confirmation: { title: `${title}?`.slice(0, 60), action: 'Do it' } } : {}),
    timeouts_ms: { attempt: 2000, total: 3000 },
    retries: isWrite ? 0 : 1,
    rate: { per_minute: 60 },
    cache: { ttl_s: 0 },
    examples: [1, 2, 3].map((number) => ({ message: `${title} ${number}`, input: example })),
  } as ToolManifest;
}

function exampleOf({ type, enum: choice, items }: Schema): unknown {
  if (choice) return choice[0];
  return type === 'array' ? [exampleOf(items ?? {})] : 'W0000000';
}

function handlerOf(tool: OtherTool): Handlers[string] {
  const run = async (args: object) => ({ result: `${tool.name} ${Object.keys(args).join(' ')}` });
  return tool.kind === 'write' ? { run, preview: async () => ({ summary: tool.name, facts: [] }) } : run;
}

function argumentsOf({ input }: ToolManifest): string {
  return Object.keys((input as OtherTool['parameters']).properties).join(' ');
}

async function call(name: string, args: object) {
  const response = await service.app.inject({
    method: 'POST',
    url: `/tools/${name}`,
    headers: { authorization: `Bearer ${await directToken(harness, { scopes: allScopes })}`, 'idempotency-key': randomUUID() },
    payload: args,
  });
  return { status: response.statusCode, body: response.json() as { code?: string; output?: object } };
}

test('the 16 tools are manifests of ours, reads and writes as they were', () => {
  assert.equal(catalogue.size, 16);
  const writes = [...catalogue.values()].filter(({ manifest }) => manifest.effect === 'write').map(({ manifest }) => manifest.name);
  assert.deepEqual(
    writes,
    others
      .filter(({ kind }) => kind === 'write')
      .map(nameOf)
      .sort(),
  );
});

test('no argument says who asks', () => {
  for (const { manifest } of catalogue.values()) assert.doesNotMatch(argumentsOf(manifest), /user_id|email/);
});

test('each is a route with the checks of all others, and on the OpenAPI page', async () => {
  const page = (await service.app.inject('/openapi.json')).json() as { paths: object };
  for (const { manifest } of catalogue.values()) {
    const input = manifest.examples[0]?.input ?? {};
    const good = await call(manifest.name, input);
    assert.equal(good.status, 200, `${manifest.name} ${JSON.stringify(good.body)}`);
    assert.equal((await call(manifest.name, { ...input, user_id: 'sara_doe_496' })).body.code, 'invalid_input', manifest.name);
    assert.ok(`/tools/${manifest.name}` in page.paths);
  }
});
