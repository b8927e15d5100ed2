// What a screen reader is told while an answer grows: whole sentences, each once, instead of every piece that arrives.

import type { AssistantMessage } from './chat-state.ts';
import { type MarkdownContext, parseMarkdown, plainText } from './markdown.ts';
import { closeUnfinished } from './unfinished-markdown.ts';

/** Shorter pieces wait for more, so that speech is not cut up. */
const announcedCharactersMin = 80;
const sentenceEnd = /[.!?…](?=\s)|[。！？]|\n/g;

/** Where the part of the text ends that can be said now, when all before `from` has been said. */
function sayableUntil(answer: Pick<AssistantMessage, 'text' | 'isStreaming'>, from: number): number {
  if (!answer.isStreaming) return answer.text.length;
  const ends = [...answer.text.slice(from).matchAll(sentenceEnd)];
  const end = from + (ends.at(-1)?.index ?? -1) + 1;
  return end - from >= announcedCharactersMin ? end : from;
}

function speech(text: string, context: MarkdownContext): string {
  return plainText(parseMarkdown(closeUnfinished(text), context)).trim();
}

export type Said = { /** How much of the text was told; Infinity once all was. */ until: number; text: string; isEnd: boolean };

/** What is to be told next of an answer, after all before `from`; undefined when nothing is yet. */
export function nextSpeech(answer: AssistantMessage, from: number, context: MarkdownContext): Said | undefined {
  const isEnd = !answer.isStreaming;
  const until = sayableUntil(answer, from);
  if (from === Number.POSITIVE_INFINITY || (until <= from && !isEnd)) return undefined;
  return { until: isEnd ? Number.POSITIVE_INFINITY : until, text: speech(answer.text.slice(from, until), context), isEnd };
}
