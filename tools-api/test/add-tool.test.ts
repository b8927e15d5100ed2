// The page that tells how a tool is added, followed to the letter: its manifest and its handler are taken from the README.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadManifests } from '@aiguy/manifests/load';
import type { Handler } from '../src/tools/handler.ts';
import { directToken, type Harness, startHarness } from './harness.ts';

const section = /## Add a tool in four steps\n([\s\S]*?)\n## /.exec(readFileSync(new URL('../README.md', import.meta.url), 'utf8'))?.[1] ?? '';
const blocks = [...section.matchAll(/```(?:json|ts)\n([\s\S]*?)```/g)].map(([, block = '']) => block.replace(/^ {3}/gm, ''));
const name = 'get_opening_hours';
let harness: Harness;
let folder: string;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'aiguy-add-tool-'));
  harness = await startHarness({ shopOnly: true });
});
after(async () => {
  await harness.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a manifest and a handler make a tool: listed, described, called, and nothing else was changed', async () => {
  const [manifest = '', handler = ''] = blocks;
  cpSync(new URL('../../manifests/tools/', import.meta.url), folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), manifest);
  writeFileSync(join(folder, 'handler.ts'), handler);
  const catalogue = loadManifests(folder);
  const { createGetOpeningHours } = (await import(join(folder, 'handler.ts'))) as { createGetOpeningHours: (backends: object) => Handler };
  const handlers = { [name]: createGetOpeningHours({ openingHours: { now: () => ({ state: 'closed' }) } }) };
  await assert.rejects(harness.build({ catalogue }), new RegExp(`the manifest ${name} has no handler`));
  const { app } = await harness.build({ catalogue, handlers });
  const headers = { authorization: `Bearer ${await directToken(harness)}`, 'content-type': 'application/json' };
  const called = await app.inject({ method: 'POST', url: `/tools/${name}`, headers, payload: '{}' });
  assert.deepEqual([called.statusCode, called.json().output], [200, { state: 'closed' }]);
  const listed = (await app.inject({ url: '/tools', headers })).json() as { tools: { name: string }[] };
  assert.ok(listed.tools.some((tool) => tool.name === name));
  assert.ok(Object.hasOwn((await app.inject({ url: '/openapi.json' })).json().paths, `/tools/${name}`));
});
