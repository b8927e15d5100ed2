import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadManifests, ManifestError } from './load.ts';

const good = JSON.parse(readFileSync(new URL('../tools/get_order_status.json', import.meta.url), 'utf8')) as Record<string, unknown>;

function folderWith(t: TestContext, name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'aiguy-manifests-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, name), text);
  return folder;
}

test('the shipped manifests load, sorted by name', () => {
  const names = [...loadManifests().keys()];
  assert.ok(names.includes('get_order_status'));
  assert.deepEqual(names, names.toSorted());
});

const broken: [string, Record<string, unknown>, RegExp][] = [
  ['an unknown field', { colour: 'red' }, /^get_order_status\.json \/: .*colour/],
  ['a missing scope', { scope: undefined }, /^get_order_status\.json \/: .*scope/],
  ['a name unlike the file’s', { name: 'get_order' }, /\/name: must equal the file name/],
  ['a scope of another shape', { scope: 'everything' }, /\/scope: /],
  ['a write without confirmation', { effect: 'write', retries: 0 }, /\/confirm: /],
  ['a write that would be retried', { effect: 'write', confirm: true, retries: 1 }, /\/retries: /],
  ['an open input', { input: { type: 'object', properties: {} } }, /\/input: .*additionalProperties/],
  ['an input that is no JSON Schema', { input: { type: 'object', additionalProperties: false, properties: { a: { type: 'text' } } } }, /\/input: /],
  ['an unknown keyword in a schema', { input: { type: 'object', additionalProperties: false, properties: {}, requird: [] } }, /\/input: /],
  [
    'a remote reference',
    { input: { type: 'object', additionalProperties: false, properties: { a: { $ref: 'https://evil.example/x.json' } } } },
    /\/input: /,
  ],
  [
    'an example that breaks the input schema',
    { examples: [{ message: 'Hi', input: { order_id: 'w1' } }, ...(good.examples as object[])] },
    /\/examples\/0\/input\/order_id: /,
  ],
];

for (const [what, change, expected] of broken) {
  test(`${what} stops the boot with file, pointer and reason`, (t) => {
    const folder = folderWith(t, 'get_order_status.json', JSON.stringify({ ...good, ...change }));
    assert.throws(
      () => loadManifests(folder),
      (error) => (error instanceof ManifestError && expected.test(error.message)) || assert.fail(String(error)),
    );
  });
}

test('a file that is no JSON stops the boot by name', (t) => {
  assert.throws(() => loadManifests(folderWith(t, 'broken_tool.json', '{"name":')), /^ManifestError: broken_tool\.json \/: not JSON/);
});
