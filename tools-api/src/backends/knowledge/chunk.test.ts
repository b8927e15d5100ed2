import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { chunkMarkdown } from './chunk.ts';
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
  assert.deepEqual(chunk?.sentences, ['Country: Canada; Cost: $24.95', 'Country: Spain; Cost: $39.95']);
});

test('a fenced block stays as it is; a hash sign inside is no heading', () => {
  assert.deepEqual(
    chunkMarkdown('## Setup\n\n```sh\n# comment\n\nrun\n```').map(({ heading, text }) => [heading, text]),
    [['Setup', '# comment\n\nrun']],
  );
});

test('a long section is cut between sentences, and no word is lost or doubled', () => {
  const sentences = Array.from({ length: 60 }, (_, index) => `Sentence number ${index} has exactly eight words here.`);
  const chunks = chunkMarkdown(`## Long\n\n${sentences.join(' ')}`);
  assert.ok(chunks.length > 2);
  assert.deepEqual(
    chunks.flatMap((chunk) => chunk.sentences),
    sentences,
  );
  for (const chunk of chunks) assert.ok(chunk.text.split(/\s+/).length <= 170, `${chunk.position}`);
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
    assert.ok(chunks.length >= 3, file);
    for (const chunk of chunks) assert.ok(chunk.text.length < 4000 && chunk.heading.length < 300 && chunk.sentences.length > 0, file);
  }
});
