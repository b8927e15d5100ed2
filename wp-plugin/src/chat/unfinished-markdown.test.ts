import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMarkdown } from './markdown.ts';
import { closeUnfinished } from './unfinished-markdown.ts';

const cases: [string, string][] = [
  ['a **bold', 'a **bold**'],
  ['a **', 'a '],
  ['a `code', 'a `code`'],
  ['see [the guide', 'see the guide'],
  ['see [the guide](https://shop.ex', 'see the guide'],
  ['see [the guide]', 'see [the guide]'],
  ['see ![alt](https://x', 'see alt'],
  ['30 days [', '30 days '],
  ['30 days [1', '30 days'],
  ['done [the guide](https://shop.example/) now', 'done [the guide](https://shop.example/) now'],
  ['**whole** and\nnew **li', '**whole** and\nnew **li**'],
];
for (const [written, shown] of cases) {
  test(`«${written.replaceAll('\n', '⏎')}» is shown as «${shown.replaceAll('\n', '⏎')}» while more is coming`, () =>
    assert.equal(closeUnfinished(written), shown));
}

test('wherever a harmful text is cut, no step of it has a link that is not allowed', () => {
  const context = { base: 'https://shop.example/', knownHosts: new Set<string>(), citations: new Set([1]) };
  const source = 'a **[x](javascript:alert(1))** ![y](data:text/html,z) <img src=x onerror=alert(1)> [z](https://shop.example/ok) [1] `c`';
  for (let at = 0; at <= source.length; at += 1) {
    const seen = JSON.stringify(parseMarkdown(closeUnfinished(source.slice(0, at)), context));
    assert.ok(!/"href":"(?!https:\/\/shop\.example\/)/.test(seen), seen);
  }
  assert.deepEqual(parseMarkdown(closeUnfinished(source), context), parseMarkdown(source, context));
});
