// Notices that a question was answered before in the session: by its wording, or because the visitor says so.
import type { Asked } from '../session/memory.ts';
import { wordingOf } from './answer-cache.ts';

const complaint =
  /\b(?:(?:i(?:['’]ve| have| had)?|we(?:['’]ve| have)?) (?:just |already )*(?:asked|said|written|told you)(?: you)?(?: (?:that|this|it))?(?: (?:already|before|twice))?|(?:that|this|it)(?: really)? (?:did(?:n['’]?t| not)|does(?:n['’]?t| not)|is(?:n['’]?t| not)) (?:really )?(?:help(?:ing|ful)?|work|answer (?:it|that|my question)|what i (?:asked|meant))(?: me)?|(?:that(?:['’]?s| is|was) |it['’]s )?not (?:very )?helpful|you(?:['’]ve| have)? (?:just |already )*(?:said|told me|wrote|written) (?:that|this|so)(?: (?:already|before))?|(?:that(?:['’]?s| is) )?(?:the )?same answer(?: again)?|das (?:habe|hab) ich (?:dich |sie )?(?:schon|bereits|gerade) gefragt|das hilft (?:mir )?(?:nicht|leider nicht)|das (?:hast du|haben sie) (?:mir )?(?:schon|bereits) (?:gesagt|geschrieben)|je l['’]ai déjà demandé|ça ne m['’]aide pas)\b/iu;
/** What is left of a message beside the complaint is a question of its own from so many words on. */
const restWordsMin = 3;

/** The entry of the same question in the same or nearly the same words. */
export function findAsked(question: string, asked: readonly Asked[]): Asked | undefined {
  const wording = wordingOf(question.slice(0, 200));
  return wording === '' ? undefined : asked.find((one) => wordingOf(one.question) === wording);
}

/**
 * The earlier question that a message asks again: in its own words, or by saying that it was asked, answered or no help. A complaint that
 * goes on with another question is that question.
 */
export function repeatedIn(message: string, asked: readonly Asked[]): Asked | undefined {
  const complained = complaint.exec(message);
  if (!complained) return findAsked(message, asked);
  const rest = message.replace(complaint, ' ').replace(/^[\s,.:;!?–-]+|[\s,.:;–-]+$/gu, '');
  const isOwnQuestion = (rest.match(/[\p{L}\p{N}]+/gu) ?? []).length >= restWordsMin;
  return isOwnQuestion ? findAsked(rest, asked) : asked[0];
}
