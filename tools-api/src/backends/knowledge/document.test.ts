import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentHash } from './document.ts';
import { readArticle } from './formats/markdown.ts';

const text = '---\nid: "a"\ntitle: "A title"\nlast_updated: "2026-01-02"\n---\n\nBody.';

test('the hash follows the text, the front matter and the address', () => {
  const article = readArticle('a.md', text, 'https://shop.example/');
  const hash = contentHash(article, 'https://shop.example/a/');
  assert.equal(contentHash(readArticle('b.md', text, 'https://shop.example/'), 'https://shop.example/a/'), hash);
  assert.notEqual(contentHash({ ...article, title: 'B' }, 'https://shop.example/a/'), hash);
  assert.notEqual(contentHash(article, 'https://shop.example/b/'), hash);
});
