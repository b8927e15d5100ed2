// A small, safe part of Markdown as a tree of nodes, never as HTML: what is not in this list stays text. Every step is linear in the text.
import { type Inline, parseInline } from './inline-markdown.ts';
import type { LinkRules } from './links.ts';
import { visibleText } from './visible-text.ts';

export type { Inline } from './inline-markdown.ts';

export type ListItem = { children: Inline[]; lists: ListBlock[] };
export type ListBlock = { type: 'list'; isOrdered: boolean; start: number; items: ListItem[] };
export type Block = { type: 'paragraph'; isHeading: boolean; children: Inline[] } | { type: 'code'; text: string } | ListBlock;

export type Markdown = { blocks: Block[] /** Whether the text was longer than what is shown. */; isShortened: boolean };

export type MarkdownContext = LinkRules & { /** Numbers that have a source. */ citations: ReadonlySet<number> };

const charactersMax = 20_000;
const blocksMax = 500;
const listDepthMax = 4;

export function parseMarkdown(source: string, context: MarkdownContext): Markdown {
  const text = visibleText(source.slice(0, charactersMax));
  const lines = text.split('\n');
  const blocks: Block[] = [];
  let index = 0;
  while (index < lines.length && blocks.length < blocksMax) {
    const { block, next } = readBlock(lines, index, context);
    if (block) blocks.push(block);
    index = next;
  }
  return { blocks, isShortened: source.length > charactersMax || index < lines.length };
}

/** What a screen reader is told of a text while it is being written. */
export function plainText({ blocks }: Markdown): string {
  return blocks.map(blockText).join('\n');
}

type Read = { block: Block | undefined; next: number };

const fence = /^\s{0,3}(```+|~~~+)/;
const listItem = /^(\s{0,24})(?:([-*+•])|(\d{1,9})[.)])\s+(.*)$/;
const heading = /^\s{0,3}#{1,6}\s+(.*)$/;
const rule = /^\s{0,3}([-*_])(?:\s*\1){2,}\s*$/;

function readBlock(lines: string[], index: number, context: MarkdownContext): Read {
  const line = unquote(lines[index] ?? '');
  const fenceMark = fence.exec(line)?.[1];
  if (fenceMark) return readCode(lines, index + 1, fenceMark);
  if (line.trim() === '' || rule.test(line)) return { block: undefined, next: index + 1 };
  const title = heading.exec(line)?.[1];
  if (title !== undefined) return { block: { type: 'paragraph', isHeading: true, children: parseInline(title, context) }, next: index + 1 };
  return listItem.test(line) ? readList(lines, index, context) : readParagraph(lines, index, context);
}

function readCode(lines: string[], from: number, mark: string): Read {
  const end = lines.findIndex((line, at) => at >= from && unquote(line).trim().startsWith(mark));
  const until = end === -1 ? lines.length : end;
  return { block: { type: 'code', text: lines.slice(from, until).map(unquote).join('\n') }, next: until + 1 };
}

function readParagraph(lines: string[], from: number, context: MarkdownContext): Read {
  let end = from + 1;
  while (end < lines.length && continuesParagraph(unquote(lines[end] ?? ''))) end += 1;
  const text = lines.slice(from, end).map((line) => unquote(line).trim());
  return { block: { type: 'paragraph', isHeading: false, children: parseInline(text.join('\n'), context) }, next: end };
}

function continuesParagraph(line: string): boolean {
  return !(line.trim() === '' || fence.test(line) || heading.test(line) || rule.test(line) || listItem.test(line));
}

type Entry = { indent: number; isOrdered: boolean; number: number; lines: string[] };

function readList(lines: string[], from: number, context: MarkdownContext): Read {
  const entries: Entry[] = [];
  let index = from;
  while (index < lines.length && readEntry(entries, lines, index)) index += 1;
  return { block: entries.length > 0 ? nestLists(entries, context) : undefined, next: index };
}

/** Takes a line as a new entry, as the rest of the last one, or as the space between two. @returns whether it belongs to the list */
function readEntry(entries: Entry[], lines: string[], index: number): boolean {
  const line = unquote(lines[index] ?? '');
  const [, space = '', , digits, text] = listItem.exec(line) ?? [];
  if (text !== undefined) {
    entries.push({ indent: space.replaceAll('\t', '    ').length, isOrdered: digits !== undefined, number: Number(digits ?? 1), lines: [text] });
    return true;
  }
  if (line.trim() === '') return listItem.test(unquote(lines[index + 1] ?? ''));
  if (continuesParagraph(line)) entries.at(-1)?.lines.push(line.trim());
  return continuesParagraph(line);
}

/** Makes a tree of the entries by their indent; deeper than `listDepthMax` they stay on the last level. */
function nestLists(entries: Entry[], context: MarkdownContext): ListBlock {
  const root = newList(entries[0]);
  const open = [{ indent: entries[0]?.indent ?? 0, list: root }];
  for (const entry of entries) {
    while (open.length > 1 && entry.indent < (open.at(-1)?.indent ?? 0)) open.pop();
    const level = open.at(-1);
    const parent = level?.list.items.at(-1);
    if (level && parent && entry.indent > level.indent + 1 && open.length < listDepthMax) {
      const list = newList(entry);
      parent.lists.push(list);
      open.push({ indent: entry.indent, list });
    }
    open.at(-1)?.list.items.push({ children: parseInline(entry.lines.join('\n'), context), lists: [] });
  }
  return root;
}

function newList(first: Entry | undefined): ListBlock {
  return { type: 'list', isOrdered: first?.isOrdered ?? false, start: first?.number ?? 1, items: [] };
}

/** Quotes have no look of their own here; what is quoted reads as text. */
function unquote(line: string): string {
  return /^\s{0,3}>/.test(line) ? line.replace(/^(?:\s{0,3}>)+ ?/, '') : line;
}

function blockText(block: Block): string {
  if (block.type === 'code') return block.text;
  return block.type === 'paragraph' ? inlineText(block.children) : listText(block);
}

function listText(list: ListBlock): string {
  return list.items.map((item) => [inlineText(item.children), ...item.lists.map(listText)].join('\n')).join('\n');
}

function inlineText(nodes: Inline[]): string {
  return nodes
    .map((node) => {
      if (node.type === 'text' || node.type === 'code') return node.text;
      if (node.type === 'break') return '\n';
      return node.type === 'citation' ? '' : inlineText(node.children);
    })
    .join('');
}
