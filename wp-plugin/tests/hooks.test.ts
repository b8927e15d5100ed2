// Hooks for developers: each that fires is documented, where it fires and in the README; each that is documented fires.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const folder = new URL('..', import.meta.url).pathname;
const fired = globSync('includes/**/*.php', { cwd: folder }).flatMap((file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  return [...text.matchAll(/(?:apply_filters|do_action)\(\s*'(aiguy_[a-z_]+)'/g)].map(({ 1: name = '', index }) => ({
    name,
    file,
    before: text.slice(0, index),
  }));
});
const readme = readFileSync(join(folder, 'README.md'), 'utf8').split('## For developers')[1]?.split('\n## ')[0] ?? '';
/** In the first cell of a row, perhaps beside a constant. */
const documented = [...readme.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell = '']) =>
  [...cell.matchAll(/`(aiguy_[a-z_]+)`/g)].map(([, name = '']) => name),
);

test('every hook that fires stands in the README, and every one in the README fires', () => {
  assert.deepEqual([...new Set(fired.map(({ name }) => name))].toSorted(), documented.toSorted());
});

test('every hook is explained where it fires: what it is for, since when, each parameter', () => {
  for (const { name, file, before } of fired) {
    const last = before.slice(before.lastIndexOf('/**'));
    const between = last.split('*/')[1]?.split('\n').length ?? Number.POSITIVE_INFINITY;
    assert.ok(between <= 4, `${name} in ${file} has no docblock in front of it`);
    assert.match(last, /\* (Filters|Fires) /, `${name} in ${file}`);
    assert.match(last, /@since \d+\.\d+\.\d+/, `${name} in ${file}`);
  }
});
