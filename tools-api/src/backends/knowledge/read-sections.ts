// Reads Markdown into sections of plain text: what stands under one heading, in pieces that are better not cut.
import { lexer, type Token, type Tokens } from 'marked';

/** A sentence, list item, table row or code block, as one plain text. */
export type Piece = {
  text: string;
  /** Continues the line of the piece before: the second sentence of a paragraph. */
  inline: boolean;
};

export type Section = {
  /** Headings above the section, outermost first, joined by « › »; empty at the top of the article. */
  heading: string;
  /** Fragment of the nearest heading's anchor; empty at the top of the article. */
  anchor: string;
  pieces: Piece[];
};

/** @returns the sections in reading order; those without text are left out */
export function readSections(markdown: string): Section[] {
  const path: string[] = [];
  let section: Section = { heading: '', anchor: '', pieces: [] };
  const sections = [section];
  for (const token of lexer(markdown) as Tokens.Generic[]) {
    if (!isHeading(token)) {
      section.pieces.push(...piecesOf(token));
      continue;
    }
    // Level 1 is the article's own title; sections begin at level 2.
    path.length = Math.max(0, Math.min(path.length, token.depth - 2));
    if (token.depth > 1) path.push(inlineText(token.text));
    section = { heading: path.join(' › '), anchor: slugOf(path.at(-1) ?? ''), pieces: [] };
    sections.push(section);
  }
  return sections.filter(({ pieces }) => pieces.length > 0);
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

function isHeading(token: Token): token is Tokens.Heading {
  return token.type === 'heading';
}

function piecesOf(token: Token): Piece[] {
  switch (token.type) {
    case 'paragraph':
    case 'text':
      return sentencesOf(inlineText(token.raw));
    case 'list':
      return itemsOf(token as Tokens.List);
    case 'table':
      return rowsOf(token as Tokens.Table).map(whole);
    case 'code':
      return nonEmpty((token as Tokens.Code).text.trim()).map(whole);
    case 'blockquote':
      return ((token as Tokens.Blockquote).tokens ?? []).flatMap(piecesOf);
    case 'html':
      return htmlLines(token.raw).flatMap(sentencesOf);
    default:
      return [];
  }
}

const whole = (text: string): Piece => ({ text, inline: false });
const nonEmpty = (text: string): string[] => (text === '' ? [] : [text]);

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

function sentencesOf(text: string): Piece[] {
  return [...segmenter.segment(text)]
    .map(({ segment }) => segment.trim())
    .filter((sentence) => sentence !== '')
    .map((sentence, index) => ({ text: sentence, inline: index > 0 }));
}

/** An item and all that stands in it is one line; the items of a list inside it are lines of their own. */
function itemsOf(list: Tokens.List): Piece[] {
  return list.items.flatMap((item, index) => {
    const mark = list.ordered ? `${Number(list.start || 1) + index}.` : '-';
    const inner = item.tokens.filter((token): token is Tokens.List => token.type === 'list');
    const own = item.tokens
      .filter((token) => token.type !== 'list')
      .flatMap(piecesOf)
      .map(({ text }) => text)
      .join(' ');
    return [...nonEmpty(own).map((text) => whole(`${mark} ${text}`)), ...inner.flatMap(itemsOf)];
  });
}

/** A row carries the names of its columns, so that it says something without the table around it. */
function rowsOf(table: Tokens.Table): string[] {
  const header = table.header.map(({ text }) => inlineText(text));
  return table.rows.map((row) => {
    const cells = row.map(({ text }, column) => (header[column] ? `${header[column]}: ${inlineText(text)}` : inlineText(text)));
    return `- ${cells.join('; ')}`;
  });
}

/** Lines of a stretch of HTML inside Markdown, without its tags; a table row is one line. */
function htmlLines(html: string): string[] {
  return html
    .replace(/<(script|style)\b[\s\S]*?<\/\1>/gi, '')
    .replace(
      /<tr\b[\s\S]*?<\/tr>/gi,
      (row) =>
        `<p>- ${row
          .replace(/<\/?(?:tr|ul|ol)\b[^>]*>/gi, '')
          .split(cellEdge)
          .map(inlineText)
          .flatMap(nonEmpty)
          .join('; ')}</p>`,
    )
    .split(/<\/?(?:p|div|ul|ol|li|table|h\d|br)\b[^>]*>/i)
    .map(inlineText)
    .flatMap(nonEmpty);
}

const cellEdge = /<\/?(?:td|th|li|p|br|div)\b[^>]*>/i;

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ' };

/** Markup is gone: of links and images their words stay. */
function inlineText(markdown: string): string {
  return markdown
    .replace(/\[!(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]/g, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<\/?[a-z][^>]*>/gi, ' ')
    .replace(/(\*\*|__|`)|(?<![\p{L}\p{N}])[*_](?=\S)|(?<=\S)[*_](?![\p{L}\p{N}])/gu, '')
    .replace(/&(amp|lt|gt|quot|nbsp);/g, (_, name: string) => entities[name] ?? ' ')
    .replace(/\s+/g, ' ')
    .replace(/ ([.,;:!?])/g, '$1')
    .trim();
}
