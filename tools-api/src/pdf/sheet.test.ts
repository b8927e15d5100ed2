import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extractText, getDocumentProxy } from 'unpdf';
import { type Column, createSheets, drawRow, nextPage, page } from './sheet.ts';

const newSheet = createSheets();
const columns: readonly Column[] = [
  { title: 'Number', x: page.margin, width: 60 },
  { title: 'Items', x: page.margin + 100, width: 100 },
];
const style = { size: 9 };

async function textsOf(bytes: Uint8Array): Promise<string[]> {
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(bytes)));
  return text.map((one) => one.replaceAll(/\s+/g, ' '));
}

test('a document with a foot holds no page but the one that is being written, and each page says its number', async () => {
  const { sheet, print } = newSheet({ title: 'T', author: 'A', foot: 'Foot' });
  for (let pages = 1; pages <= 5; pages += 1) {
    assert.equal(sheet.set.document.bufferedPageRange().count, 1);
    nextPage(sheet);
  }
  const pages = await textsOf(await print());
  assert.equal(pages.length, 6);
  for (const [at, text] of pages.entries()) assert.ok(text.includes('Foot') && text.includes(`Page ${at + 1}`), text);
});

test('a row stays on one page where it can, and one that is longer than a page goes on under the titles; no line is lost', async () => {
  const { sheet, print } = newSheet({ title: 'T', author: 'A', foot: 'Foot' });
  const items = (row: number, count: number) => Array.from({ length: count }, (_, at) => `item-${row}-${at}.`);
  for (let row = 0; row < 12; row += 1) drawRow(sheet, columns, { cells: [[`row-${row}.`], items(row, 8)], style });
  drawRow(sheet, columns, { cells: [['long.'], items(12, 150)], style });
  const pages = await textsOf(await print());
  const all = pages.join(' ');
  for (const item of [...items(12, 150), ...Array.from({ length: 12 }, (_, row) => items(row, 8)).flat()])
    assert.equal(all.split(item).length, 2, item);
  for (let row = 0; row < 12; row += 1) {
    const holding = pages.find((text) => text.includes(`row-${row}.`)) ?? '';
    assert.ok(holding.includes(`item-${row}-0.`) && holding.includes(`item-${row}-7.`), `row ${row}`);
  }
  for (const text of pages.slice(1)) assert.ok(text.includes('NUMBER'), text);
});
