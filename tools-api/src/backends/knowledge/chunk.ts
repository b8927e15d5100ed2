// Cuts a Markdown article into passages by its headings. A passage holds whole sentences, list items and table rows, never a part of one.

export type Chunk = {
  position: number;
  /** Headings above the passage, outermost first, joined by « › »; empty at the top of the article. */
  heading: string;
  /** Fragment of the nearest heading's anchor; empty at the top of the article. */
  anchor: string;
  /** Plain text: inline markup and link targets are gone, list items and table rows are lines of their own. */
  text: string;
  /** The statements of the passage, one each, for matching a question against the one that answers it. */
  sentences: string[];
};

/** A stretch of text that is never cut. */
type Piece = { line: string; sentences: string[] /** Continues the paragraph of the piece before. */; inline?: boolean };
type Section = { heading: string; anchor: string; pieces: Piece[] };

/** English runs at about 1.3 tokens a word. */
const wordsMax = Math.floor(220 / 1.3);
const sentenceSegmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** @returns the passages in reading order; an article without text has none */
export function chunkMarkdown(markdown: string): Chunk[] {
  const chunks: Chunk[] = [];
  for (const { heading, anchor, pieces } of readSections(markdown)) {
    for (const group of groupPieces(pieces)) {
      const text = group.reduce((joined, { line, inline }) => (joined === '' ? line : `${joined}${inline ? ' ' : '\n'}${line}`), '');
      chunks.push({ position: chunks.length, heading, anchor, text, sentences: group.flatMap((piece) => piece.sentences) });
    }
  }
  return chunks;
}

/** The anchor that a heading gets on the page: lower case, words joined by hyphens. */
export function slugOf(heading: string): string {
  return heading
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s-]/gu, '')
    .trim()
    .replace(/[\s-]+/g, '-');
}

function groupPieces(pieces: Piece[]): Piece[][] {
  const groups: Piece[][] = [];
  let group: Piece[] = [];
  let words = 0;
  for (const piece of pieces) {
    const more = countWords(piece.line);
    if (group.length > 0 && words + more > wordsMax) {
      groups.push(group);
      group = [];
      words = 0;
    }
    group.push(piece);
    words += more;
  }
  if (group.length > 0) groups.push(group);
  return groups;
}

function countWords(text: string): number {
  return text.split(/\s+/).length;
}

function readSections(markdown: string): Section[] {
  const path: string[] = [];
  let section: Section = { heading: '', anchor: '', pieces: [] };
  const sections = [section];
  for (const block of splitBlocks(markdown)) {
    if (block.kind !== 'heading') {
      section.pieces.push(...(block.kind === 'code' ? readCode(block.lines) : readPieces(block.lines)));
      continue;
    }
    const [, marks = '', title = ''] = headingLine.exec(block.lines[0] ?? '') ?? [];
    // Level 1 is the article's own title; sections begin at level 2.
    path.length = Math.max(0, Math.min(path.length, marks.length - 2));
    if (marks.length > 1) path.push(plainText(title));
    section = { heading: path.join(' › '), anchor: slugOf(path.at(-1) ?? ''), pieces: [] };
    sections.push(section);
  }
  return sections;
}

type Block = { kind: 'text' | 'heading' | 'code'; lines: string[] };

const headingLine = /^(#{1,6})\s+(.+?)\s*#*$/;

/** Blocks are runs of lines between blank lines; a heading is a block of its own and a fenced code block stays whole. */
function splitBlocks(markdown: string): Block[] {
  let current: Block = { kind: 'text', lines: [] };
  const blocks = [current];
  for (const line of markdown.split(/\r?\n/)) {
    const begins = beginsBlock(line, current.kind);
    if (begins) {
      current = { kind: begins, lines: [] };
      blocks.push(current);
    }
    if (!isSeparator(line, current.kind)) current.lines.push(line);
  }
  return blocks.filter((block) => block.lines.length > 0);
}

const fence = /^\s*(```|~~~)/;

function beginsBlock(line: string, within: Block['kind']): Block['kind'] | undefined {
  if (fence.test(line)) return within === 'code' ? 'text' : 'code';
  if (within === 'code') return undefined;
  if (headingLine.test(line)) return 'heading';
  return within === 'heading' || line.trim() === '' ? 'text' : undefined;
}

function isSeparator(line: string, within: Block['kind']): boolean {
  return fence.test(line) || (within !== 'code' && line.trim() === '');
}

function readCode(lines: string[]): Piece[] {
  const code = lines.join('\n').trim();
  return code === '' ? [] : [{ line: code, sentences: [code] }];
}

function readPieces(block: string[]): Piece[] {
  const lines = block.map((line) => line.replace(/^\s*>\s?/, ''));
  if (lines.every((line) => line.trim().startsWith('|'))) return readTable(lines);
  if (lines.some((line) => listItem.test(line))) return readList(lines);
  return splitSentences(plainText(lines.join(' '))).map((sentence, index) => ({ line: sentence, sentences: [sentence], inline: index > 0 }));
}

const listItem = /^\s*([-*+]|\d+[.)])\s+/;

function readList(lines: string[]): Piece[] {
  const items: string[] = [];
  for (const line of lines) {
    if (listItem.test(line) || items.length === 0) items.push(line.trim());
    else items.push(`${items.pop()} ${line.trim()}`);
  }
  return items.map((item) => {
    const text = plainText(item.replace(listItem, ''));
    const marker = /^\d+/.exec(item)?.[0];
    return { line: `${marker ? `${marker}.` : '-'} ${text}`, sentences: splitSentences(text) };
  });
}

/** A row carries the names of its columns, so that it says something without the table around it. */
function readTable(lines: string[]): Piece[] {
  const rows = lines.map((line) =>
    line
      .trim()
      .replace(/^\||\|$/g, '')
      .split('|')
      .map(plainText),
  );
  const [header = [], ...body] = rows.filter((row) => !row.every((cell) => /^:?-+:?$/.test(cell)));
  return body.map((row) => {
    const statement = row.map((cell, column) => (header[column] ? `${header[column]}: ${cell}` : cell)).join('; ');
    return { line: `- ${statement}`, sentences: [statement] };
  });
}

function splitSentences(text: string): string[] {
  return [...sentenceSegmenter.segment(text)].map(({ segment }) => segment.trim()).filter((sentence) => sentence !== '');
}

function plainText(markdown: string): string {
  return markdown
    .replace(/!\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<[^>]+>/g, '')
    .replace(/(\*\*|__|`)/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
