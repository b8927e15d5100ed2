// Cuts an article into passages by its headings. A passage holds whole sentences, list items, table rows and code blocks, where they fit.
import { type Piece, readSections, type Section } from './read-sections.ts';

export type Chunk = {
  position: number;
  /** Headings above the passage, outermost first, joined by « › »; empty at the top of the article. */
  heading: string;
  /** Fragment of the nearest heading's anchor; empty at the top of the article. */
  anchor: string;
  /** Plain text; list items, table rows and code are lines of their own. Begins with the end of the passage before, when a section was cut. */
  text: string;
  /** What the passage says, a few sentences each, for matching a question against the one that answers it; nothing twice. */
  statements: string[];
};

/** In tokens. A section that is shorter stays one passage; passages never reach over a heading. */
const chunkTokens = { full: 400, max: 500, overlapMin: 50, overlapMax: 100 };
/** A statement of fewer words says too little by itself and is joined with the next one. */
const statementWordsMin = 8;

/** @returns the passages in reading order; an article without text has none */
export function chunkMarkdown(markdown: string): Chunk[] {
  const chunks: Chunk[] = [];
  for (const section of readSections(markdown)) {
    for (const { overlap, pieces } of cutSection(section)) {
      const { heading, anchor } = section;
      chunks.push({ position: chunks.length, heading, anchor, text: joinPieces([...overlap, ...pieces]), statements: statementsOf(pieces) });
    }
  }
  return chunks;
}

/** An estimate: English runs at about 1.3 tokens a word, and code and addresses at about one for five characters. */
export function countTokens(text: string): number {
  return Math.ceil(Math.max(countWords(text) * 1.3, text.length / 5));
}

type Cut = { overlap: Piece[]; pieces: Piece[] };

function cutSection(section: Section): Cut[] {
  const cuts: Cut[] = [];
  let cut: Cut = { overlap: [], pieces: [] };
  let tokens = 0;
  for (const piece of section.pieces.flatMap(cutPiece)) {
    const more = countTokens(piece.text);
    if (cut.pieces.length > 0 && tokens + more > chunkTokens.full) {
      cuts.push(cut);
      cut = { overlap: endOf(cut.pieces), pieces: [] };
      tokens = countTokens(joinPieces(cut.overlap));
    }
    cut.pieces.push(piece);
    tokens += more;
  }
  return [...cuts, cut];
}

/** Only what is too long for a passage by itself is cut inside, between lines if it has several, between words if not. */
function cutPiece(piece: Piece): Piece[] {
  if (countTokens(piece.text) <= chunkTokens.full) return [piece];
  const parts = piece.text.includes('\n') ? piece.text.split('\n') : piece.text.split(/(?<=\s)/);
  const joint = piece.text.includes('\n') ? '\n' : '';
  const cut: string[] = [];
  for (const part of parts.flatMap(cutWord)) {
    const last = cut.at(-1);
    if (last !== undefined && countTokens(last + joint + part) <= chunkTokens.full) cut[cut.length - 1] = last + joint + part;
    else cut.push(part);
  }
  return cut.map((text) => ({ text: text.trim(), inline: false })).filter(({ text }) => text !== '');
}

function cutWord(word: string): string[] {
  return word.match(new RegExp(`[\\s\\S]{1,${chunkTokens.full}}`, 'gu')) ?? [];
}

/** The last pieces that make an overlap of the wanted size; none when the last one alone is longer. */
function endOf(pieces: Piece[]): Piece[] {
  let tokens = 0;
  let from = pieces.length;
  while (from > 0 && tokens < chunkTokens.overlapMin) {
    tokens += countTokens(pieces[from - 1]?.text ?? '');
    if (tokens > chunkTokens.overlapMax) break;
    from -= 1;
  }
  return pieces.slice(from);
}

function joinPieces(pieces: Piece[]): string {
  return pieces.reduce((joined, { text, inline }) => (joined === '' ? text : `${joined}${inline ? ' ' : '\n'}${text}`), '');
}

function statementsOf(pieces: Piece[]): string[] {
  const statements: string[] = [];
  let open = '';
  for (const { text } of pieces) {
    open = open === '' ? withoutMark(text) : `${open} ${withoutMark(text)}`;
    if (countWords(open) < statementWordsMin) continue;
    statements.push(open);
    open = '';
  }
  const last = statements.pop();
  if (open === '') return last === undefined ? statements : [...statements, last];
  return [...statements, last === undefined ? open : `${last} ${open}`];
}

function withoutMark(line: string): string {
  return line.replace(/^(-|\d+\.) /, '');
}

function countWords(text: string): number {
  return text.split(/\s+/).length;
}
