// Sets text in a PDF: finds a font for each character, breaks lines, and puts right-to-left scripts in the order in which they are read.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import bidiModule, { type Bidi } from 'bidi-js';
import { create as openFont } from 'fontkit';
import PDFDocument from 'pdfkit';
import { unpackWoff } from './woff.ts';

export type Style = { size: number; bold?: boolean; color?: string };
export type Place = { x: number; y: number; width: number; align?: 'left' | 'right' };

/** A document, and what it takes to write into it; lengths are points (1/72 inch). */
export type Typesetter = {
  document: PDFKit.PDFDocument;
  /** At most linesMax lines, of which the last then ends in «…». */
  break: (text: string, style: Style, width: number) => string[];
  /** One line, which is not broken. */
  draw: (line: string, style: Style, place: Place) => void;
  lineHeight: (style: Style) => number;
};

type FontName = 'regular' | 'bold' | 'any';
type Font = { bytes: Buffer; has: (codePoint: number) => boolean };
type Fonts = Record<Exclude<FontName, 'any'>, Font> & { any: () => Font };
type Run = { text: string; font: FontName };

// Its types say that it is a module of the old kind; what Node loads is the function itself.
const openBidi = bidiModule as unknown as typeof bidiModule.default;
const linesMax = 20;
const lineSpacing = 1.35;
/** Lays a run out as a whole; without it, words of a right-to-left script stand in the wrong order. */
const asOne: PDFKit.Mixins.TextOptions = { features: [], lineBreak: false };

/**
 * Reads the fonts, once for all documents: DejaVu Sans for the alphabets of Europe and the Near East, and UnifontEX, whose letters are coarse, for
 * every other character of the basic plane.
 */
export function createTypesetting(): (info: { title: string; author: string }) => Typesetter {
  const fonts = readFonts();
  const bidi = openBidi();
  const runsOf = (line: string, bold: boolean): Run[] => visualRuns(bidi, line, (character) => fontFor(fonts, character, bold) ?? 'regular');
  return (info) => {
    const document = new PDFDocument({
      size: 'A4',
      margin: 0,
      bufferPages: true,
      // None at first: a font that was opened before it got its name is opened again each time.
      font: null as unknown as string,
      info: { Title: info.title, Author: info.author },
      lang: 'en',
      displayTitle: true,
    });
    const registered = new Set<FontName>();
    const choose = (name: FontName, size: number) => {
      if (!registered.has(name)) document.registerFont(name, (name === 'any' ? fonts.any() : fonts[name]).bytes);
      registered.add(name);
      return document.font(name).fontSize(size);
    };
    const widthOf = (line: string, { size, bold = false }: Style) =>
      runsOf(line, bold).reduce((sum, { text, font }) => sum + choose(font, size).widthOfString(text, asOne), 0);
    return {
      document,
      break: (text, style, width) => breakLines(clean(fonts, text), (line) => widthOf(line, style) <= width),
      draw: (line, style, { x, y, width, align = 'left' }) => {
        let at = align === 'right' ? x + width - widthOf(line, style) : x;
        for (const { text, font } of runsOf(line, style.bold ?? false)) {
          // On one baseline, whichever fonts the line is made of.
          choose(font, style.size)
            .fillColor(style.color ?? '#1d2327')
            .text(text, at, y + style.size, { ...asOne, baseline: 'alphabetic' });
          at += document.widthOfString(text, asOne);
        }
      },
      lineHeight: ({ size }) => size * lineSpacing,
    };
  };
}

function readFonts(): Fonts {
  const find = createRequire(import.meta.url).resolve;
  const read = (path: string) => readFileSync(find(path));
  let any: Font | undefined;
  return {
    regular: toFont(read('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')),
    bold: toFont(read('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf')),
    // 12 MB, and seldom needed.
    any: () => {
      any ??= toFont(unpackWoff(read('@fontsource/unifontex/files/unifontex-latin-400-normal.woff')));
      return any;
    },
  };
}

function toFont(bytes: Buffer): Font {
  const font = openFont(bytes);
  if (!('hasGlyphForCodePoint' in font)) throw new Error('a collection of fonts, not a font');
  return { bytes, has: (codePoint) => font.hasGlyphForCodePoint(codePoint) };
}

/** @returns undefined for what no font has */
function fontFor(fonts: Fonts, character: string, bold: boolean): FontName | undefined {
  const codePoint = character.codePointAt(0) ?? 0;
  if (bold && fonts.bold.has(codePoint)) return 'bold';
  if (fonts.regular.has(codePoint)) return 'regular';
  return fonts.any().has(codePoint) ? 'any' : undefined;
}

/** Composed, on one line, without what steers a terminal or a reading direction, and with «�» for what no font has. */
function clean(fonts: Fonts, text: string): string {
  const plain = text
    .normalize('NFC')
    .replace(/\s+/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .trim();
  return Array.from(plain, (character) => (fontFor(fonts, character, false) ? character : '\uFFFD')).join('');
}

/** Breaks between words, and inside one only where it is too long for a line. */
function breakLines(text: string, fits: (line: string) => boolean): string[] {
  // Most texts of a table; measuring them word by word takes several times as long.
  if (fits(text)) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (fits(longer)) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    lines.push(...breakWord(word, fits));
    line = lines.pop() ?? '';
    if (lines.length > linesMax) break;
  }
  lines.push(line);
  return lines.length > linesMax ? lines.slice(0, linesMax).with(-1, '…') : lines;
}

function breakWord(word: string, fits: (line: string) => boolean): string[] {
  if (fits(word)) return [word];
  const pieces: string[] = [];
  let piece = '';
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(word)) {
    if (piece !== '' && !fits(piece + segment)) {
      pieces.push(piece);
      piece = '';
      if (pieces.length > linesMax) break;
    }
    piece += segment;
  }
  return piece === '' ? pieces : [...pieces, piece];
}

/** Pieces of one font and one direction, in the order in which they are drawn from left to right; inside a piece the font's layout turns the letters. */
function visualRuns(bidi: Bidi, line: string, fontOf: (character: string) => FontName): Run[] {
  if (line === '') return [];
  const embedding = bidi.getEmbeddingLevels(line);
  const runs: (Run & { level: number; from: number })[] = [];
  const mirrored = bidi.getMirroredCharactersMap(line, embedding.levels);
  let at = 0;
  for (const letter of line) {
    const character = mirrored.get(at) ?? letter;
    const level = embedding.levels[at] ?? 0;
    const last = runs.at(-1);
    const font = character === ' ' || /\p{M}/u.test(character) ? (last?.font ?? 'regular') : fontOf(character);
    if (last && last.level === level && last.font === font) last.text += character;
    else runs.push({ text: character, font, level, from: at });
    at += letter.length;
  }
  const order = new Map(bidi.getReorderedIndices(line, embedding).map((index, place) => [index, place]));
  const placeOf = ({ from, text, level }: (typeof runs)[number]) => order.get(level % 2 === 1 ? from + text.length - 1 : from) ?? 0;
  return runs.toSorted((a, b) => placeOf(a) - placeOf(b)).map(({ text, font }) => ({ text, font }));
}
