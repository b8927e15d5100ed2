import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chunkMarkdown } from '../chunk.ts';
import { DocumentError } from '../sources/source.ts';
import { readFragment, readHtml } from './html.ts';

const around = (content: string, head = '') => `<!doctype html><html lang="en-GB"><head><title>Returns – Fernhill</title>${head}</head><body>
  <div id="cookie-banner"><p>We use cookies.</p><button>Accept</button></div>
  <header><nav><a href="/">Home</a> <a href="/shop">Shop</a></nav><p>Sale!</p></header>
  ${content}
  <aside><p>Popular articles</p></aside><footer><p>© Fernhill, all rights reserved</p></footer>
  <script>track('visitor')</script></body></html>`;
const read = (html: string, pageUrl?: string) => readHtml(Buffer.from(html), { pageUrl });

test('only the main content of a page is read', () => {
  const { markdown, title, language } = read(
    around(
      '<main><h1>Return an item <button>Copy</button></h1><p>You have <b>30 days</b>.</p><nav><a href="#">Top</a></nav><h2>How</h2><ol><li>Pack it.</li><li>Send it.</li></ol></main>',
    ),
  );
  assert.equal(title, 'Return an item');
  assert.equal(language, 'en-GB');
  assert.equal(markdown, '# Return an item\n\nYou have **30 days**.\n\n## How\n\n1.  Pack it.\n2.  Send it.');
});

test('a page without a main element loses its frame all the same', () => {
  const paragraph = '<p>You may return an item within thirty days of its delivery, as long as it is unused, complete and in its box.</p>';
  const { markdown, title } = read(around(`<div class="wrap"><div class="post"><h1>Return an item</h1>${paragraph.repeat(6)}</div></div>`));
  assert.equal(title, 'Return an item');
  assert.match(markdown, /unused, complete/);
  assert.doesNotMatch(markdown, /cookies|Home|Sale|Popular|rights reserved|track/);
  assert.match(read('<p>Just a short note.</p>').markdown, /^Just a short note\.$/);
});

test('a table becomes rows that name their columns', () => {
  const table = `<table><thead><tr><th>Country</th><th>Days</th></tr></thead>
    <tbody><tr><td><p>Canada</p><p>(all)</p></td><td>3 | 5</td></tr><tr><td>Austria</td><td>2</td></tr></tbody></table>`;
  const chunks = chunkMarkdown(readFragment(`<h2>Delivery</h2>${table}`));
  assert.equal(chunks[0]?.heading, 'Delivery');
  assert.match(chunks[0]?.text ?? '', /Country: Canada \(all\)/);
  assert.match(chunks[0]?.text ?? '', /- Country: Austria; Days: 2/);
  const plain = chunkMarkdown(readFragment('<table><tr><td>Canada</td><td>3</td></tr><tr><td>Austria</td><td>2</td></tr></table>'));
  assert.equal(plain[0]?.text, '- Canada; 3\n- Austria; 2');
});

test('a table that only lays out a page is no table', () => {
  const layout =
    '<table><tr><td><h2>Delivery</h2><p>Three days.</p></td><td><table><tr><th>Land</th></tr><tr><td>Canada</td></tr></table></td></tr></table>';
  assert.equal(readFragment(layout), '## Delivery\n\nThree days.\n\n| Land |\n| --- |\n| Canada |');
});

test('code, questions and answers, pictures and odd lines stay what they are', () => {
  assert.equal(readFragment('<pre><code>a = 1\n# b</code></pre>'), '```\na = 1\n# b\n```');
  assert.equal(readFragment('<details><summary>Is it free?</summary><p>Yes.</p></details>'), '**Is it free?**\n\nYes.');
  assert.equal(readFragment('<p>See <img src="a.png" alt="the blue label"> on_the box*.</p>'), 'See the blue label on_the box*.');
  assert.equal(readFragment('<p># 1 is no heading</p>'), '\\# 1 is no heading');
});

test('canonical link and modified date are taken from the head', () => {
  const head = '<link rel="canonical" href="/help/returns/"><meta property="article:modified_time" content="2026-03-04T05:06:07+00:00">';
  const page = read(around('<main><p>Text.</p></main>', head), 'https://shop.example/help/returns/?x=1');
  assert.equal(page.url, 'https://shop.example/help/returns/');
  assert.equal(page.lastUpdated, '2026-03-04T05:06:07.000Z');
  assert.equal(page.title, 'Returns – Fernhill');
  const data = '<script type="application/ld+json">{"@graph":[{"@type":"WebSite"},{"@type":"Article","dateModified":"2026-05-06"}]}</script>';
  const foreign = '<link rel="canonical" href="https://other.example/">';
  const other = read(around('<main><p>Text.</p></main>', data + foreign), 'https://shop.example/a');
  assert.deepEqual([other.url, other.lastUpdated], [undefined, '2026-05-06T00:00:00.000Z']);
  assert.equal(read(around('<main><p>Text.</p></main>', '<meta name="last-modified" content="some day">')).lastUpdated, undefined);
});

test('a page’s declared charset is believed', () => {
  const page = Buffer.from('<html><head><meta charset="iso-8859-1"></head><body><p>D\xe9j\xe0 vu</p></body></html>', 'latin1');
  assert.equal(readHtml(page, {}).markdown, 'Déjà vu');
});

test('a page with too many elements or too deep nesting is refused, a long gap is shortened', () => {
  assert.throws(() => readFragment('<i></i>'.repeat(50_001)), new DocumentError('has more than 50,000 elements'));
  assert.throws(() => readFragment('<div>'.repeat(50_000)), new DocumentError('has elements nested more than 250 deep'));
  assert.equal(readFragment(`<pre>a${' '.repeat(1_000_000)}b</pre><p>c${'&nbsp;'.repeat(500_000)}d</p>`), 'a b\n\nc d');
});
