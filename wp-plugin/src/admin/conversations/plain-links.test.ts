import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainLinks } from './plain-links.ts';

test('a link is its words and where it leads; nothing else of the text changes', () => {
  assert.equal(
    plainLinks('See [Returns](https://shop.example/returns?a=1#how) and **[Delivery](http://shop.example/d)**.'),
    'See Returns (https://shop.example/returns?a=1#how) and **Delivery (http://shop.example/d)**.',
  );
  for (const text of ['[1]', '[x](javascript:alert(1))', '[a\nb](https://shop.example)', '[a](https://shop.example/(b', `${'['.repeat(50_000)}`])
    assert.equal(plainLinks(text), text);
});
