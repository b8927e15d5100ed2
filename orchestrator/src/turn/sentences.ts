// Takes a growing text apart into sentences and lines, the same ones however the text was cut into pieces on its way.
import { monthPattern } from './claim-words.ts';

/** A text that does not end its sentences is cut here, at a space. */
const unitCharactersMax = 1000;

const abbreviation =
  /(?:^|[\s(«"„“])(?:e\.g|i\.e|z\.\s?b|d\.\s?h|u\.\s?a|p\.\s?ex|approx|incl|excl|max|min|tel|mr|mrs|ms|dr|prof|st|nr|no|vs|ca|bzw|inkl|exkl|zzgl|ggf|evtl|art|abs|fig|jan|feb|mar|apr|jun|jul|aug|sept?|oct|okt|nov|dec|dez|\p{L})\.$/iu;
const numbered = /(?:^|\s)\d{1,2}\.$/;
const listMark = /^\s*(?:[-*+>]\s+)?(?:\d{1,3}|\p{L})\.$/u;
const month = new RegExp(`^\\s+${monthPattern}(?!\\p{L})`, 'iu');
const end = /\n|[。！？]|[.!?…]+["'»”’)*_`]*(?=\s|$)/g;

/**
 * @param text what has not been taken yet
 * @param isWhole nothing comes behind it any more
 * @returns the complete units in order, white space before them included, and what waits for more
 */
export function takeSentences(text: string, isWhole: boolean): { units: string[]; rest: string } {
  const units: string[] = [];
  let rest = text;
  for (let length = boundaryIn(rest, isWhole); length !== undefined; length = boundaryIn(rest, isWhole)) {
    units.push(rest.slice(0, length));
    rest = rest.slice(length);
  }
  return isWhole && rest.trim() !== '' ? { units: [...units, rest], rest: '' } : { units, rest };
}

/** Whether a text stands at the end of a sentence, should nothing more belong to it. */
export function endsSentence(text: string): boolean {
  return /[.!?…。！？:]["'»”’)*_`]*\s*$|\n\s*$/.test(text) && !abbreviation.test(text.trimEnd());
}

function boundaryIn(text: string, isWhole: boolean): number | undefined {
  for (const match of text.matchAll(end)) {
    const verdict = endsAt(text, { at: match.index, mark: match[0], isWhole });
    if (verdict === 'unknown') return undefined;
    if (verdict !== 'no') return verdict;
  }
  return text.length > unitCharactersMax ? text.slice(0, unitCharactersMax).lastIndexOf(' ') + 1 || unitCharactersMax : undefined;
}

/** @returns the length of the unit that ends with this mark, if it ends one */
function endsAt(text: string, { at, mark, isWhole }: { at: number; mark: string; isWhole: boolean }): number | 'no' | 'unknown' {
  if (mark === '\n') return text.slice(0, at).trim() === '' ? 'no' : at;
  const length = at + mark.length;
  if (/[。！？]/.test(mark)) return length;
  const before = text.slice(0, length);
  if (abbreviation.test(before) || listMark.test(before)) return 'no';
  const after = text.slice(length);
  const verdict = goesOn(before, isWhole ? `${after} ` : after);
  if (verdict === 'unknown') return isWhole ? length : 'unknown';
  return verdict === 'yes' ? 'no' : length;
}

/** Whether a sentence goes on behind a full stop: with a small letter («approx. five»), or with the month of a German date. */
function goesOn(before: string, after: string): 'yes' | 'no' | 'unknown' {
  const next = after.trimStart();
  if (/^\s*\n/.test(after)) return 'no';
  if (next === '') return 'unknown';
  if (numbered.test(before)) {
    if (month.test(after)) return 'yes';
    if (/^\p{L}+$/u.test(next)) return 'unknown';
  }
  return /^\p{Ll}/u.test(next) ? 'yes' : 'no';
}

const marker = String.raw`[ \t]*(?:\[\^?\d{1,3}(?:[ ,;–-]{1,3}\d{1,3}){0,9}\](?:\([^)\s]{0,500}\))?|【[^】\n]{0,80}】)`;
const markers = new RegExp(marker, 'g');
/** What may still become a marker: nothing is decided about it before its end. */
const openMarker = /[ \t]*(?:\[\^?[\d ,;–-]{0,40}\]?|\[\^?[\d ,;–-]{1,40}\]\([^)\s]{0,500}|【[^】\n]{0,80})$/;

/**
 * Removes what looks like one of our citation markers but was written by the model («[1]», «[^2]», «[3](https://…)», «【1†source】»).
 * @returns the text without them, and the end of it that may yet become one
 */
export function withoutMarkers(text: string, isWhole: boolean): { clean: string; held: string } {
  const held = isWhole ? '' : (openMarker.exec(text)?.[0] ?? '');
  return { clean: text.slice(0, text.length - held.length).replace(markers, ''), held };
}
