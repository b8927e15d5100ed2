// The parts of a line: bold, italic, code, links, citation markers. One pass from left to right with a stack of what is open.
import { type LinkRules, resolveLink } from './links.ts';

export type Inline =
  | { type: 'text'; text: string }
  | { type: 'break' }
  | { type: 'code'; text: string }
  | { type: 'strong' | 'emphasis'; children: Inline[] }
  | { type: 'link'; href: string; host: string | undefined; children: Inline[] }
  | { type: 'citation'; number: number };

export type InlineContext = LinkRules & { citations: ReadonlySet<number> };

type Mark = '*' | '**' | '_' | '__' | '[' | '![';
type Open = { mark: Mark /** Index in the output of the first node inside. */; at: number };

const nestingMax = 8;
const addressCharactersMax = 2000;
const bareAddress = /https?:\/\/[^\s<>"'`\\^{|}[\]]{1,2000}/y;
const letterOrDigit = /[\p{L}\p{N}]/u;

export function parseInline(text: string, context: InlineContext): Inline[] {
  return new InlineParser(text, context).parse();
}

class InlineParser {
  readonly #text: string;
  readonly #context: InlineContext;
  readonly #codeEnds: ReadonlyMap<number, number>;
  #output: Inline[] = [];
  #open: Open[] = [];
  #at = 0;

  constructor(text: string, context: InlineContext) {
    this.#text = text;
    this.#context = context;
    this.#codeEnds = findCodeEnds(text);
  }

  parse(): Inline[] {
    while (this.#at < this.#text.length) this.#at = this.#readNext();
    return joinText(this.#output);
  }

  /** @returns where to read on; so do all that read. */
  #readNext(): number {
    const character = this.#text[this.#at] ?? '';
    switch (character) {
      case '\\':
        return this.#readEscape();
      case '`':
        return this.#readCode();
      case '*':
      case '_':
        return this.#readEmphasis(character);
      case '!':
        return this.#text[this.#at + 1] === '[' ? this.#begin('![') : this.#readPlain(1);
      case '[':
        return this.#readBracket();
      case ']':
        return this.#endBracket();
      case '\n':
        this.#output.push({ type: 'break' });
        return this.#at + 1;
      case 'h':
        return this.#readAddress();
      default:
        return this.#readPlain(plainLength(this.#text, this.#at));
    }
  }

  #readPlain(length: number): number {
    this.#output.push({ type: 'text', text: this.#text.slice(this.#at, this.#at + length) });
    return this.#at + length;
  }

  #readEscape(): number {
    const next = this.#text[this.#at + 1] ?? '';
    if (/[!-/:-@[-`{-~]/.test(next)) this.#at += 1;
    return this.#readPlain(1);
  }

  #readCode(): number {
    const length = runLength(this.#text, this.#at, '`');
    const end = this.#codeEnds.get(this.#at);
    if (end === undefined) return this.#readPlain(length);
    this.#output.push({
      type: 'code',
      text: this.#text
        .slice(this.#at + length, end)
        .replaceAll('\n', ' ')
        .trim(),
    });
    return end + length;
  }

  #readEmphasis(character: '*' | '_'): number {
    const run = runLength(this.#text, this.#at, character);
    const mark = this.#markOf(character, run);
    const before = this.#text[this.#at - 1] ?? ' ';
    const after = this.#text[this.#at + run] ?? ' ';
    const isInsideWord = character === '_' && letterOrDigit.test(before) && letterOrDigit.test(after);
    if (run > 3 || isInsideWord) return this.#readPlain(run);
    if (/\S/.test(before) && this.#close(mark)) return this.#at + mark.length;
    return /\S/.test(after) ? this.#begin(mark) : this.#readPlain(mark.length);
  }

  /** Of three, the innermost closes first. */
  #markOf(character: '*' | '_', run: number): Mark {
    if (run === 1 || (run === 3 && this.#open.at(-1)?.mark === character)) return character;
    return character === '*' ? '**' : '__';
  }

  #begin(mark: Mark): number {
    if (this.#open.length < nestingMax) this.#open.push({ mark, at: this.#output.length });
    return this.#readPlain(mark.length);
  }

  /** Wraps everything since the mark was opened; marks opened inside and not closed stay text. */
  #close(mark: Mark): boolean {
    const index = this.#open.findLastIndex((open) => open.mark === mark);
    const opened = this.#open[index];
    const bracket = this.#open.findLastIndex(isBracket);
    if (!opened || index < bracket || opened.at + 1 === this.#output.length) return false;
    this.#giveUpOpen(index);
    const children = joinText(this.#output.splice(opened.at).slice(1));
    this.#output.push({ type: mark.length === 2 ? 'strong' : 'emphasis', children });
    return true;
  }

  #readBracket(): number {
    const marker = /\[(\d{1,3})\](?!\()/y;
    marker.lastIndex = this.#at;
    const number = Number(marker.exec(this.#text)?.[1]);
    if (!this.#context.citations.has(number)) return this.#begin('[');
    // A marker belongs to the word before it, never to the next line.
    const last = this.#output.at(-1);
    if (last?.type === 'text') this.#output[this.#output.length - 1] = { type: 'text', text: last.text.trimEnd() };
    this.#output.push({ type: 'citation', number });
    return marker.lastIndex;
  }

  /** The end of a link's label, when an address follows; an image is shown as a link with its description. */
  #endBracket(): number {
    const index = this.#open.findLastIndex(isBracket);
    const opened = this.#open[index];
    if (!opened) return this.#readPlain(1);
    const address = readAddress(this.#text, this.#at + 1);
    if (!address) {
      this.#open.splice(index, 1);
      return this.#readPlain(1);
    }
    this.#giveUpOpen(index);
    const label = joinText(this.#output.splice(opened.at).slice(1)).flatMap(withoutLinks);
    const target = resolveLink(address.text, this.#context);
    const children: Inline[] = label.length > 0 ? label : [{ type: 'text', text: address.text }];
    this.#output.push(...(target ? [{ type: 'link' as const, ...target, children }] : children));
    return address.end;
  }

  #readAddress(): number {
    bareAddress.lastIndex = this.#at;
    const found = bareAddress.exec(this.#text)?.[0].replace(/[.,:;!?)*_]+$/, '');
    const target = found ? resolveLink(found, this.#context) : undefined;
    if (!found || !target || this.#open.some(isBracket)) return this.#readPlain(plainLength(this.#text, this.#at));
    // The whole address is the label: it shows by itself where it leads.
    this.#output.push({ type: 'link', href: target.href, host: undefined, children: [{ type: 'text', text: readable(target.href, found) }] });
    return this.#at + found.length;
  }

  #giveUpOpen(from: number): void {
    this.#open.length = Math.min(this.#open.length, from);
  }
}

/** Hosts with letters of other scripts are shown in punycode. */
function readable(href: string, written: string): string {
  return /^[\x20-\x7e]*$/.test(written) ? written : href;
}

function readAddress(text: string, at: number): { text: string; end: number } | undefined {
  if (text[at] !== '(') return undefined;
  const part = text.slice(at + 1, at + 1 + addressCharactersMax);
  const found = /^<?([^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)?)>?(?:\s+"[^"\n]{0,200}")?\)/.exec(part);
  return found?.[1] !== undefined && found[1] !== '' ? { text: found[1], end: at + 1 + found[0].length } : undefined;
}

/** A link's label holds no link and no marker of its own. */
function withoutLinks(node: Inline): Inline[] {
  if (node.type === 'link') return node.children;
  return node.type === 'citation' ? [] : [node];
}

function isBracket({ mark }: Open): boolean {
  return mark === '[' || mark === '![';
}

/** For each run of backticks, where the next run of the same length begins; found from right to left, so that it is linear. */
function findCodeEnds(text: string): Map<number, number> {
  const ends = new Map<number, number>();
  const nextOfLength = new Map<number, number>();
  const runs = [...text.matchAll(/`+/g)].reverse();
  for (const { index, 0: run } of runs) {
    const end = nextOfLength.get(run.length);
    if (end !== undefined) ends.set(index, end);
    nextOfLength.set(run.length, index);
  }
  return ends;
}

function plainLength(text: string, at: number): number {
  let end = at + 1;
  while (end < text.length && !'\\`*_![]\nh'.includes(text[end] ?? '')) end += 1;
  return end - at;
}

function runLength(text: string, at: number, character: string): number {
  let end = at;
  while (text[end] === character) end += 1;
  return end - at;
}

function joinText(nodes: Inline[]): Inline[] {
  const joined: Inline[] = [];
  for (const node of nodes) {
    const last = joined.at(-1);
    if (node.type === 'text' && last?.type === 'text') joined[joined.length - 1] = { type: 'text', text: last.text + node.text };
    else joined.push(node);
  }
  return joined;
}
