import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { chunkMarkdown, countTokens } from './chunk.ts';
import { readArticle } from './formats/markdown.ts';

test('a passage carries the path of its headings and the anchor of the nearest one', () => {
  const chunks = chunkMarkdown('Opening.\n\n## Costs & times\n\nOne.\n\n### Inside the US\n\nTwo.\n\n## Other\n\nThree.');
  assert.deepEqual(
    chunks.map(({ position, heading, anchor, text }) => [position, heading, anchor, text]),
    [
      [0, '', '', 'Opening.'],
      [1, 'Costs & times', 'costs-times', 'One.'],
      [2, 'Costs & times › Inside the US', 'inside-the-us', 'Two.'],
      [3, 'Other', 'other', 'Three.'],
    ],
  );
});

test('a list item with its continuation is one line; inline markup, images and link targets are gone', () => {
  const [chunk] = chunkMarkdown('1. Open **My account**\n   and [sign in](sign-in.md).\n2. Press `Reset` ![a red button](x.png).');
  assert.equal(chunk?.text, '1. Open My account and sign in.\n2. Press Reset a red button.');
});

test('a table row says what its columns are called', () => {
  const [chunk] = chunkMarkdown('| Country | Cost |\n| --- | ---: |\n| Canada | $24.95 |\n| Spain | $39.95 |');
  assert.equal(chunk?.text, '- Country: Canada; Cost: $24.95\n- Country: Spain; Cost: $39.95');
});

test('a fenced block stays as it is; a hash sign inside is no heading', () => {
  assert.deepEqual(
    chunkMarkdown('## Setup\n\n```sh\n# comment\n\nrun\n```').map(({ heading, text }) => [heading, text]),
    [['Setup', '# comment\n\nrun']],
  );
});

test('a long section is cut between sentences; each part begins with the end of the one before, and no statement is lost or doubled', () => {
  const sentences = Array.from({ length: 120 }, (_, index) => `Sentence number ${index} has exactly eight words here.`);
  const chunks = chunkMarkdown(`## Long\n\n${sentences.join(' ')}`);
  assert.ok(chunks.length > 2);
  assert.deepEqual(
    chunks.flatMap((chunk) => chunk.statements),
    sentences,
  );
  for (const [index, chunk] of chunks.entries()) {
    const tokens = countTokens(chunk.text);
    assert.ok(tokens <= 500 && (tokens >= 300 || index === chunks.length - 1), `${index}: ${tokens}`);
    const before = chunks[index - 1];
    if (!before) continue;
    const overlap = chunk.text.slice(0, chunk.text.indexOf(chunk.statements[0] ?? '')).trim();
    assert.ok(before.text.endsWith(overlap), `${index}`);
    assert.ok(countTokens(overlap) >= 50 && countTokens(overlap) <= 100, `${index}: ${countTokens(overlap)}`);
  }
});

test('list items, table rows and code blocks stay whole where they fit', () => {
  const item = (index: number) => `Item ${index} ${'says a little more than the others do. '.repeat(4).trim()}`;
  const list = Array.from({ length: 40 }, (_, index) => `- ${item(index)}`);
  const code = `\`\`\`sh\n${Array.from({ length: 20 }, (_, index) => `command --number ${index}`).join('\n')}\n\`\`\``;
  const chunks = chunkMarkdown(`## Long\n\n${list.join('\n')}\n\n${code}`);
  for (const line of list)
    assert.ok(
      chunks.some(({ text }) => text.includes(line)),
      line,
    );
  assert.ok(chunks.some(({ text }) => text.includes('command --number 0\n') && text.includes('command --number 19')));
});

test('what is too long for a passage by itself is cut all the same', () => {
  const chunks = chunkMarkdown(`## Long\n\n${'word '.repeat(3000)}\n\n${'x'.repeat(20_000)}`);
  for (const { text } of chunks) assert.ok(countTokens(text) <= 500, `${countTokens(text)}`);
  assert.equal(chunks.map(({ text }) => text.replaceAll(/[^x]/g, '')).join('').length, 20_000);
});

test('short list items are one statement together, so that each statement says something', () => {
  const [chunk] = chunkMarkdown('These apps can be used with it:\n\n* Red\n* Blue\n* Green\n* Yellow');
  assert.deepEqual(chunk?.statements, ['These apps can be used with it: Red Blue Green Yellow']);
});

test('a table in HTML is read row by row, and what stands inside an item stays with it', () => {
  const [html] = chunkMarkdown('<table><tr><th>Service</th><th>Time</th></tr><tr><td>Express<br>tracked</td><td>1 day</td></tr></table>');
  assert.equal(html?.text, '- Service; Time\n- Express; tracked; 1 day');
  const [list] = chunkMarkdown('1. First.\n\n   > A note.\n\n   - Inner\n2. Second.');
  assert.equal(list?.text, '1. First. A note.\n- Inner\n2. Second.');
});

test('text without structure, and no text at all, are fine', () => {
  assert.deepEqual(chunkMarkdown(''), []);
  assert.deepEqual(chunkMarkdown('\r\n\r\n'), []);
  assert.equal(chunkMarkdown('## Only a heading').length, 0);
});

test('every demo article gives passages that fit the tool’s output', () => {
  const folder = new URL('../../../demo/articles/', import.meta.url);
  for (const file of readdirSync(folder)) {
    const chunks = chunkMarkdown(readArticle(file, readFileSync(new URL(file, folder), 'utf8'), 'https://shop.example/help').markdown);
    assert.ok(chunks.length >= 2, file);
    for (const chunk of chunks) assert.ok(chunk.text.length < 4000 && chunk.heading.length < 300 && chunk.statements.length > 0, file);
  }
});
