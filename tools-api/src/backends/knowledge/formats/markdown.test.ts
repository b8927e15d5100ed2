import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DocumentError } from '../sources/source.ts';
import { completeArticle } from './complete-article.ts';
import { readArticle, readMarkdown } from './markdown.ts';

const text = '---\nid: "a"\ntitle: "A title"\nlast_updated: "2026-01-02"\n---\n\nBody.';
const site = 'https://shop.example/help/';

test('front matter gives id, title and date; Windows line ends and a byte order mark do no harm', () => {
  const article = readArticle('a.md', text, site);
  assert.deepEqual([article.documentId, article.title, article.lastUpdated, article.language], ['a', 'A title', '2026-01-02', 'en']);
  assert.equal(article.url, 'https://shop.example/help/a/');
  assert.equal(readArticle('a.md', `\uFEFF${text.replaceAll('\n', '\r\n')}`, site).title, 'A title');
});

test('front matter gives address, tags, audience and language', () => {
  const fields = 'source_url: "https://a.example/x#y"\nproduct_tags: ["a", "b"]\naudience: customers\nlanguage: de-AT';
  const article = readArticle('a.md', text.replace('---\n\n', `${fields}\n---\n`), site);
  assert.deepEqual([article.url, article.productTags, article.audience, article.language], ['https://a.example/x', ['a', 'b'], 'customers', 'de']);
  assert.deepEqual(readMarkdown('---\ntags: a, b\nurl: https://a.example/\n---\nBody.'), {
    documentId: undefined,
    title: undefined,
    url: 'https://a.example/',
    language: undefined,
    lastUpdated: undefined,
    productTags: ['a', 'b'],
    audience: undefined,
    markdown: 'Body.',
  });
});

test('an article that must say what it is, and does not, is refused by name', () => {
  assert.throws(() => readArticle('x.md', 'Body.', site), new DocumentError('x.md: front matter needs id'));
  assert.throws(() => readArticle('x.md', text.replace('title', 'titel'), site), new DocumentError('x.md: front matter needs title'));
});

test('without front matter, title and id come from the first heading and the key', () => {
  const found = { key: 'Help/Return_an-Item.md', documentId: 'help-return-an-item', siteUrl: site, lastUpdated: '2026-03-04T05:06:07Z' };
  const markdown = '```\n# no heading\n```\n\n# Return **an** [item](x.md)\n\nBody.';
  const article = completeArticle(readMarkdown(markdown), found);
  assert.deepEqual(
    [article.documentId, article.title, article.lastUpdated, article.audience],
    ['help-return-an-item', 'Return an item', '2026-03-04', 'public'],
  );
  assert.equal(article.markdown, markdown);
  assert.equal(completeArticle(readMarkdown('Body.'), found).title, 'Return an Item');
  assert.equal(readMarkdown('---\n\nA rule above and below.\n\n---\nBody.').markdown.slice(0, 3), '---', 'two rules are no front matter');
});

test('what can’t be right in front matter is refused with its field', () => {
  const refused = (fields: string, reason: RegExp) =>
    assert.throws(
      () => completeArticle(readMarkdown(`---\n${fields}\n---\nBody.`), { key: 'a.md', documentId: 'a', siteUrl: site }),
      (error) => error instanceof DocumentError && reason.test(error.message),
    );
  refused('title: "a', /front matter is not valid YAML in line \d/);
  refused('title: [a]', /title in the front matter must be a text/);
  refused('audience: staff', /audience «staff» in the front matter is neither public nor customers/);
  refused('last_updated: yesterday', /its date «yesterday» is no date/);
  refused('last_updated: 2026-02-31', /is no date/);
  refused('url: javascript:alert(1)', /is no http\(s\) URL/);
  refused('draft: true', /is marked as a draft/);
  refused(`id: ${'x'.repeat(151)}`, /id has more than 150 characters/);
  refused(`a: ${'x'.repeat(64_000)}`, /more than 64,000 characters of front matter/);
});

test('a document without text, or without an address, is refused', () => {
  assert.throws(() => completeArticle({ markdown: ' \n---\n' }, { key: 'a', documentId: 'a', siteUrl: site }), new DocumentError('has no text'));
  assert.throws(() => completeArticle({ markdown: 'Body.' }, { key: 'a', documentId: 'a' }), /has no address to cite: name it as source_url/);
});
