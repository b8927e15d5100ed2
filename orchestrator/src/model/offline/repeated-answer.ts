// How a question is answered that was answered before: from another place, saying so, and the second time with a person on offer.
import type { Words } from '@aiguy/manifests/words';
import type { ModelRequest, Repetition } from '../port.ts';
import { notesOf } from './pointing.ts';

export function introduction(words: Words, title: string, repeated: Repetition | undefined): string {
  return repeated
    ? words.say('I’ve given you an answer to this before. Here is another place, **{title}**:', { title })
    : words.say('According to **{title}**:', { title });
}

/** When the help centre holds no other passage about it. */
export function nothingElse(words: Words, request: ModelRequest): string {
  const lead = words.text('I’ve given you before what our help centre says about this, and I find nothing else there.');
  return `${lead} ${offerOfPerson(words, request)}`;
}

/** The state of an order may have changed, so it was looked up again. */
export function tellAgain(words: Words, answer: string, request: ModelRequest): string {
  const repeated = notesOf(request)?.repeated;
  if (!repeated) return answer;
  return `${words.text('I’ve looked again for you just now.')} ${answer}${repeated.times > 1 ? ` ${offerOfPerson(words, request)}` : ''}`;
}

export function offerOfPerson(words: Words, { tools }: ModelRequest): string {
  return tools.some(({ name }) => name === 'create_support_ticket')
    ? words.text('If that doesn’t help either, write «open a ticket» and a person from our team will take it up.')
    : words.text('If that doesn’t help either, contact our team and a person will take it up.');
}
