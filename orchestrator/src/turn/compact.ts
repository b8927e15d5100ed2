// Makes a request that was too long for its model smaller, once: what goes is what was said before; calls keep their results.
import type { TranscriptMessage } from '../model/port.ts';
import { clip } from './notes.ts';
import type { Turn } from './turn.ts';

const passagesMax = 2;
const textCharactersMax = 1000;
/** The first attempt and this one leave one for another failure. */
const attemptsMax = 2;

/** @returns whether there was anything to take away; only once in a turn */
export function compact(turn: Turn): boolean {
  if (turn.isCompacted || turn.attempts > attemptsMax) return false;
  const smaller = compacted(turn.messages);
  turn.isCompacted = true;
  if (JSON.stringify(smaller).length >= JSON.stringify(turn.messages).length) return false;
  turn.messages = smaller;
  return true;
}

/** From the newest question on: it with its notes, and each call with its result, of which the best passages are kept. */
export function compacted(messages: readonly TranscriptMessage[]): TranscriptMessage[] {
  const question = messages.findLastIndex(({ role }) => role === 'user');
  return messages.slice(Math.max(0, question)).map((message): TranscriptMessage => {
    if (message.role !== 'tool' || !message.outcome.ok || !Array.isArray(message.outcome.output.passages)) return message;
    const passages = message.outcome.output.passages.slice(0, passagesMax) as { text: string }[];
    const shorter = passages.map((passage) => ({ ...passage, text: clip(passage.text, textCharactersMax) }));
    return { ...message, outcome: { ok: true, output: { ...message.outcome.output, passages: shorter } } };
  });
}
