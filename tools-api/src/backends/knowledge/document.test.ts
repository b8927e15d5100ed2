import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ArticleError, contentHash, readArticle } from './document.ts';

const text = '---\nid: "a"\ntitle: "A title"\nlast_updated: "2026-01-02"\n---\n\nBody.';

test('front matter gives id, title and date; Windows line ends and a byte order mark do no harm', () => {
  const article = readArticle('a.md', text);
  assert.deepEqual([article.documentId, article.title, article.lastUpdated, article.language], ['a', 'A title', '2026-01-02', 'en']);
  assert.equal(readArticle('a.md', `\uFEFF${text.replaceAll('\n', '\r\n')}`).title, 'A title');
});

test('an article without front matter, or without a field it needs, is refused by name', () => {
  assert.throws(() => readArticle('x.md', 'Body.'), new ArticleError('x.md', 'has no front matter'));
  assert.throws(() => readArticle('x.md', text.replace('title', 'titel')), new ArticleError('x.md', 'title must be a non-empty text'));
});

test('the hash follows the text, the front matter and the address', () => {
  const article = readArticle('a.md', text);
  const hash = contentHash(article, 'https://shop.example/a/');
  assert.equal(contentHash(readArticle('b.md', text), 'https://shop.example/a/'), hash);
  assert.notEqual(contentHash({ ...article, title: 'B' }, 'https://shop.example/a/'), hash);
  assert.notEqual(contentHash(article, 'https://shop.example/b/'), hash);
});
