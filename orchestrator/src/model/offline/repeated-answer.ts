// How a question is answered that was answered before: from another place, saying so, and the second time with a person on offer.
import type { ModelRequest, Repetition } from '../port.ts';
import { notesOf } from './pointing.ts';

export function introduction(title: string, repeated: Repetition | undefined): string {
  return repeated ? `I’ve given you an answer to this before. Here is another place, **${title}**:` : `According to **${title}**:`;
}

/** When the help centre holds no other passage about it. */
export function nothingElse(nearest: string, request: ModelRequest): string {
  return `I’ve given you before what our help centre says about this, and I find nothing else there. ${offerOfPerson(request)}${nearest}`;
}

/** The state of an order may have changed, so it was looked up again. */
export function tellAgain(answer: string, request: ModelRequest): string {
  const repeated = notesOf(request)?.repeated;
  if (!repeated) return answer;
  return `I’ve looked again for you just now. ${answer}${repeated.times > 1 ? ` ${offerOfPerson(request)}` : ''}`;
}

export function offerOfPerson({ tools }: ModelRequest): string {
  return tools.some(({ name }) => name === 'create_support_ticket')
    ? 'If that doesn’t help either, write «open a ticket» and a person from our team will take it up.'
    : 'If that doesn’t help either, contact our team and a person will take it up.';
}
