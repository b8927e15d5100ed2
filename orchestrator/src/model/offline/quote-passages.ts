// An extractive answer: the statements of the passages that fit the question best, quoted word for word, each group with its passage.

import { type Statement, statementsOf } from '../statements.ts';
import { type Embed, similarity } from './embedder.ts';

export type QuotablePassage = { id: string; title: string; heading: string; text: string };
/** Consecutive statements of one passage, as Markdown, and the passage they stand in. */
export type Quotation = { passageId: string; title: string; markdown: string };

type Scored = Statement & { passage: QuotablePassage; index: number; score: number };

const sentencesMax = 3;
const itemsMax = 7;
/** The best passage comes first in the list; a later one must be clearly nearer to be quoted instead. */
const rankPenalty = 0.05;
/** An article's first sentence states its answer. */
const openingBonus = 0.15;
/** A statement that holds the kind of thing that was asked for. */
const expectedBonus = 0.25;
/** A statement beside the best one is quoted with it when it is nearly as near. */
const besideFrom = 0.6;

export async function quotePassages(embed: Embed, question: string, passages: QuotablePassage[]): Promise<Quotation | undefined> {
  const scored = await scoreStatements(embed, question, passages);
  const best = scored.filter((statement) => !statement.introduces).sort((a, b) => b.score - a.score)[0];
  if (!best) return undefined;
  const siblings = scored.filter((statement) => statement.passage.id === best.passage.id);
  // Asked for one figure, one item answers; asked how, the whole list does.
  const wantsOne = expectedIn(question) !== undefined;
  const chosen = best.mark ? (wantsOne ? [{ ...best, mark: '' }] : listAround(siblings, best)) : sentencesFrom(siblings, best);
  return { passageId: best.passage.id, title: best.passage.title, markdown: toMarkdown(chosen) };
}

async function scoreStatements(embed: Embed, question: string, passages: QuotablePassage[]): Promise<Scored[]> {
  const all = passages.flatMap((passage, rank) => statementsOf(passage.text).map((statement, index) => ({ ...statement, passage, index, rank })));
  const [asked = [], ...vectors] = await embed([question, ...all.map((statement) => statement.text)]);
  const words = wordsOf(question);
  const expected = expectedIn(question);
  return all.map(({ rank, ...statement }, position) => {
    const shared = wordsOf(statement.text).filter((word) => words.includes(word)).length / Math.max(1, words.length);
    const holds = expected?.test(statement.text) ? expectedBonus : 0;
    const place = statement.index === 0 && statement.passage.id.endsWith('#0') ? openingBonus : -rankPenalty * rank;
    return { ...statement, score: similarity(asked, vectors[position] ?? []) + 0.3 * shared + holds + place };
  });
}

/** «How long» wants a duration, «how much» an amount; other questions could be answered by anything. */
function expectedIn(question: string): RegExp | undefined {
  if (/\b(how (long|soon|many (days|weeks))|when|until)\b/i.test(question))
    return /\b(\d+|one|two|three|four|five|six|seven|ten|twelve|thirty)[\s-]*(business )?(minute|hour|day|week|month|year)s?\b/i;
  if (/\b(how much|costs?|price|fee|charge)\b/i.test(question)) return /[$€£]\s?\d|\bfree\b/i;
  return undefined;
}

/** The list that the best item belongs to, with the sentence that introduces it. */
function listAround(siblings: Scored[], best: Scored): Scored[] {
  let first = best.index;
  while (siblings[first - 1]?.mark) first -= 1;
  let last = best.index;
  while (siblings[last + 1]?.mark) last += 1;
  const items = siblings.slice(first, last + 1);
  const from = Math.max(0, Math.min(best.index - first - 2, items.length - itemsMax));
  const kept = items.slice(from, from + itemsMax);
  const introduction = siblings[first - 1];
  return introduction?.introduces && from === 0 ? [introduction, ...kept] : kept;
}

/** The best sentence and what follows it, as long as that is about the same; after an introduction its list. */
function sentencesFrom(siblings: Scored[], best: Scored): Scored[] {
  const chosen = [best];
  for (const next of siblings.slice(best.index + 1)) {
    if (next.mark || next.introduces || chosen.length === sentencesMax || next.score < besideFrom * best.score) break;
    chosen.push(next);
  }
  return chosen;
}

function toMarkdown(statements: Scored[]): string {
  return statements.reduce((text, { mark, text: statement }, index) => {
    const separator = index === 0 ? '' : mark ? (statements[index - 1]?.mark ? '\n' : '\n\n') : ' ';
    return `${text}${separator}${mark ? `${mark} ` : ''}${statement}`;
  }, '');
}

const stopWords = new Set(
  'a an and are be can do does for from have how i in is it long me my of on or that the there this to what when where which who with you your'.split(
    ' ',
  ),
);

/** Content words, cut to their first six letters, so that «returned» and «return» meet. */
function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(words.filter((word) => !stopWords.has(word)).map((word) => word.slice(0, 6)))];
}
