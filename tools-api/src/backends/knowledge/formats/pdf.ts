// Reads a PDF's text in the order in which it was written, with a heading for each page, so that a passage can be cited by its page.
// Runs in convert-worker.ts.
import { getDocumentProxy } from 'unpdf';
import { DocumentError } from '../sources/source.ts';
import { limits } from './limits.ts';
import type { Reading } from './reading.ts';

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;
type Line = { text: string; y: number; height: number };

/** @throws DocumentError */
export async function readPdf(bytes: Uint8Array): Promise<Reading> {
  const pdf = await openPdf(bytes);
  if (pdf.numPages > limits.pdfPagesMax) {
    throw new DocumentError(`has ${pdf.numPages.toLocaleString('en')} pages; the limit is ${limits.pdfPagesMax.toLocaleString('en')}`);
  }
  const pages = await readPages(pdf);
  checkText(pages);
  const { info } = await pdf.getMetadata();
  const facts = info as Record<string, unknown>;
  const repeated = findRepeated(pages);
  return {
    title: titleFrom(facts.Title),
    language: typeof facts.Language === 'string' ? facts.Language : undefined,
    lastUpdated: dateFrom(facts.ModDate) ?? dateFrom(facts.CreationDate),
    markdown: pages
      .map((lines, index) => [`## Page ${index + 1}`, joinLines(lines.filter((line) => !repeated.has(shapeOf(line))))])
      .filter(([, text]) => text !== '')
      .flat()
      .join('\n\n'),
  };
}

async function openPdf(bytes: Uint8Array): Promise<Pdf> {
  try {
    return await getDocumentProxy(bytes, { verbosity: 0 });
  } catch (error) {
    if (error instanceof Error && error.name === 'PasswordException') throw new DocumentError('is encrypted; save it without a password');
    throw new DocumentError('is a damaged PDF');
  }
}

async function readPages(pdf: Pdf): Promise<Line[][]> {
  const pages: Line[][] = [];
  let characters = 0;
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const lines = await readLines(pdf, number);
    characters += lines.reduce((sum, line) => sum + line.text.length, 0);
    if (characters > limits.textCharactersMax) throw new DocumentError(`has more than ${limits.textCharactersMax.toLocaleString('en')} characters`);
    pages.push(lines);
  }
  return pages;
}

async function readLines(pdf: Pdf, number: number): Promise<Line[]> {
  const lines: Line[] = [];
  let line: Line | undefined;
  try {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    for (const item of items) {
      if (!('str' in item)) continue;
      line ??= { text: '', y: Number(item.transform[5]), height: item.height };
      line.text += item.str;
      line.height = Math.max(line.height, item.height);
      if (!item.hasEOL) continue;
      lines.push(line);
      line = undefined;
    }
    page.cleanup();
  } catch {
    throw new DocumentError(`page ${number} is damaged`);
  }
  if (line) lines.push(line);
  return lines
    .map((found) => ({
      ...found,
      text: found.text
        .normalize('NFKC')
        .replace(/(\s?\.){5,}/g, ' … ')
        .replace(/\s+/g, ' ')
        .trim(),
    }))
    .filter(({ text }) => text !== '');
}

/** A font without a table of its letters gives characters of the private area or none at all. */
function checkText(pages: Line[][]): void {
  const text = pages.flatMap((lines) => lines.map((line) => line.text)).join('');
  if (text === '') throw new DocumentError('has no text, only pictures; run text recognition (OCR) over it first');
  const unknown = text.match(/[\p{Co}\p{Cc}\ufffd]/gu)?.length ?? 0;
  if (unknown * 50 > text.length) throw new DocumentError('does not say which letters its fonts show; export it again with embedded fonts');
}

/** Headers and footers: the first or last line of more than half of the pages, whatever number is in it. */
function findRepeated(pages: Line[][]): Set<string> {
  if (pages.length < 4) return new Set();
  const counts = new Map<string, number>();
  for (const lines of pages) {
    const edges = new Set([lines.at(0), lines.at(-1)].filter((line) => line !== undefined).map(shapeOf));
    for (const shape of edges) counts.set(shape, (counts.get(shape) ?? 0) + 1);
  }
  return new Set([...counts].filter(([, count]) => count * 2 > pages.length).map(([shape]) => shape));
}

function shapeOf({ text }: Line): string {
  return text.replace(/\d+/g, '0');
}

/** A wider gap, a step upwards (the next column) or another size of letters begins a paragraph. */
function joinLines(lines: Line[]): string {
  let joined = '';
  let before: Line | undefined;
  for (const line of lines) {
    const text = line.text.replace(/^[•‣◦▪●–]\s*/, '- ').replace(/^(#{1,6}\s|```|~~~|\||---)/, '\\$1');
    if (!before) joined = text;
    else if (beginsParagraph(before, line)) joined += `\n\n${text}`;
    else if (/\p{Ll}-$/u.test(joined) && /^\p{Ll}/u.test(text)) joined = joined.slice(0, -1) + text;
    else joined += `\n${text}`;
    before = line;
  }
  return joined;
}

function beginsParagraph(before: Line, line: Line): boolean {
  const height = Math.max(before.height, line.height, 1);
  const gap = before.y - line.y;
  return gap < 0 || gap > height * 1.7 || Math.abs(before.height - line.height) > height * 0.15;
}

/** Programs often leave a file's name or their own there. */
function titleFrom(value: unknown): string | undefined {
  const title = typeof value === 'string' ? value.replace(/^Microsoft Word - /, '').trim() : '';
  return title === '' || /^untitled|\.(docx?|pdf|indd|tex|odt|pptx?|xlsx?)$/i.test(title) ? undefined : title;
}

function dateFrom(value: unknown): string | undefined {
  const [, year, month = '01', day = '01'] = /^(?:D:)?(\d{4})(\d{2})?(\d{2})?/.exec(typeof value === 'string' ? value : '') ?? [];
  const date = `${year}-${month}-${day}`;
  return year && !Number.isNaN(Date.parse(date)) ? date : undefined;
}
