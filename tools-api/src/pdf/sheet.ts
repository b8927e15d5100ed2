// A sheet that is written from top to bottom: A4, in English, days in UTC; what does not fit goes on the next page.
import { createTypesetting, type Place, type Style, type Typesetter } from './typesetter.ts';

/** y: where the next line goes, in points from the top of the page. pages: how many were begun. foot: see NewSheet. */
export type Sheet = { set: Typesetter; y: number; pages: number; foot?: string | undefined };
export type Column = { title: string; x: number; width: number; align?: 'right' };
/**
 * Begins a document that `print` ends.
 * @param info.foot what each page says at its foot; a page is then put away as soon as it is full, so that no page is held but the one being written
 */
export type NewSheet = (info: { title: string; author: string; foot?: string }) => { sheet: Sheet; print: () => Promise<Uint8Array> };

export const page = { width: 595.28, height: 841.89, margin: 50, foot: 70 };
export const inner = page.width - 2 * page.margin;

export const body: Style = { size: 9.5 };
export const strong: Style = { size: 9.5, bold: true };
export const small: Style = { size: 8, color: '#50575e' };
export const heading: Style = { size: 8, bold: true, color: '#50575e' };
const faint = '#c3c4c7';

/** Reads the fonts, once for all documents. */
export function createSheets(): NewSheet {
  const typeset = createTypesetting();
  return ({ foot, ...info }) => {
    const set = typeset(info);
    const printed = bytesOf(set);
    const sheet: Sheet = { set, y: page.margin, pages: 1, foot };
    return {
      sheet,
      print: async () => {
        putAway(sheet);
        set.document.end();
        return await printed;
      },
    };
  };
}

async function bytesOf({ document }: Typesetter): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of document as unknown as AsyncIterable<Uint8Array>) parts.push(part);
  return Buffer.concat(parts);
}

/** @returns where the text ends */
export function write({ set }: Sheet, text: string, { style, ...place }: Place & { style: Style; y: number }): number {
  let { y } = place;
  for (const line of set.break(text, style, place.width)) {
    set.draw(line, style, { ...place, y });
    y += set.lineHeight(style);
  }
  return y;
}

/** Whether so much still fits above the foot, in points. */
export function fits({ y }: Sheet, height: number): boolean {
  return y + height <= page.height - page.foot;
}

export function nextPage(sheet: Sheet): void {
  putAway(sheet);
  sheet.set.document.addPage();
  sheet.pages += 1;
  sheet.y = page.margin;
}

function putAway(sheet: Sheet): void {
  if (sheet.foot === undefined) return;
  drawFoot(sheet, sheet.foot, `Page ${sheet.pages}`);
  sheet.set.document.flushPages();
}

function drawFoot({ set }: Sheet, text: string, number: string): void {
  const y = page.height - page.foot + 30;
  set.draw(text, small, { x: page.margin, width: inner - 120, y });
  set.draw(number, small, { x: page.width - page.margin - 120, width: 120, y, align: 'right' });
}

export function drawColumnTitles(sheet: Sheet, columns: readonly Column[]): void {
  for (const { title, ...column } of columns) write(sheet, title.toUpperCase(), { style: heading, ...column, y: sheet.y });
  sheet.y += sheet.set.lineHeight(heading) + 3;
  rule(sheet, '#50575e');
  sheet.y += 6;
}

/**
 * One row of a table: a list of texts a column, each on lines of its own. One that does not fit goes on the next page, and over several where it is
 * longer than a page; each begins with the titles.
 */
export function drawRow(sheet: Sheet, columns: readonly Column[], { cells, style }: { cells: readonly (readonly string[])[]; style: Style }): void {
  const { set } = sheet;
  const lineHeight = set.lineHeight(style);
  const lines = columns.map(({ width }, at) => (cells[at] ?? []).flatMap((text) => set.break(text, style, width)));
  const count = Math.max(...lines.map(({ length }) => length));
  const begin = () => {
    nextPage(sheet);
    drawColumnTitles(sheet, columns);
  };
  const isShort = count * lineHeight < page.height / 2;
  if (!fits(sheet, isShort ? count * lineHeight : lineHeight)) begin();
  for (let line = 0; line < count; line += 1) {
    if (!fits(sheet, lineHeight)) begin();
    for (const [at, { title: _title, ...column }] of columns.entries()) {
      const text = lines[at]?.[line];
      if (text !== undefined) set.draw(text, style, { ...column, y: sheet.y });
    }
    sheet.y += lineHeight;
  }
  sheet.y += 4;
  rule(sheet);
  sheet.y += 5;
}

/** Who sells on the left, what this is on the right. */
export function drawHead(sheet: Sheet, [name = '', ...rest]: readonly string[], { title, subtitle }: { title: string; subtitle: string }): void {
  const left = { x: page.margin, width: 270 };
  const right = { x: page.margin + 280, width: inner - 280, align: 'right' as const };
  let leftY = write(sheet, name, { style: { size: 16, bold: true }, ...left, y: sheet.y });
  for (const line of rest) leftY = write(sheet, line, { style: small, ...left, y: leftY });
  const rightY = write(sheet, title, { style: { size: 20, bold: true }, ...right, y: sheet.y - 4 });
  sheet.y = Math.max(leftY, write(sheet, subtitle, { style: strong, ...right, y: rightY })) + 16;
  rule(sheet);
  sheet.y += 14;
}

/** A label and its value on the right half. @returns where the fact ends */
export function writeFact(sheet: Sheet, [label, value]: readonly [string, string], y: number): number {
  write(sheet, label, { style: small, x: page.margin + 280, width: 95, y: y + 1 });
  return write(sheet, value, { style: body, x: page.margin + 380, width: inner - 380, y, align: 'right' }) + 1;
}

/** At the end: what each page says at its foot, and which of how many it is. */
export function drawFeet(sheet: Sheet, text: string): void {
  const { start, count } = sheet.set.document.bufferedPageRange();
  for (let number = start; number < start + count; number += 1) {
    sheet.set.document.switchToPage(number);
    drawFoot(sheet, text, `Page ${number - start + 1} of ${count}`);
  }
}

export function rule({ set, y }: Sheet, color = faint): void {
  set.document
    .moveTo(page.margin, y)
    .lineTo(page.width - page.margin, y)
    .lineWidth(0.6)
    .strokeColor(color)
    .stroke();
}

export function money(amount: number, currency: string): string {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format(amount);
}

export function day(date: Date): string {
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
}

/** partly_refunded is «Partly refunded». */
export function inWords(name: string): string {
  const words = name.replaceAll('_', ' ');
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}
