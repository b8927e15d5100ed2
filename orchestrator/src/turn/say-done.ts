// The last word when a change was made and nothing else could be said: the visitor must hear of it.
import { textMessage } from '../session/run-events.ts';
import type { Turn } from './turn.ts';

/** @returns whether there was something to say */
export function sayDone(turn: Turn): boolean {
  if (turn.done === undefined) return false;
  turn.recorder.step('respond');
  for (const event of textMessage(turn.words.say('Done: {summary:told}', { summary: turn.words.tell(turn.done) }))) turn.recorder.emit(event);
  return true;
}
