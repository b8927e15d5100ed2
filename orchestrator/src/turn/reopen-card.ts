// A typed «yes» is no consent: while a card is open it only shows the card again.
import { textMessage } from '../session/run-events.ts';
import { isUnanswered, type Turn } from './turn.ts';

const bareAnswer =
  /^(?:(?:yes|yep|yeah|yup|sure|ok(?:ay)?|confirm(?:ed)?|i confirm|do it|go ahead|please do|of course|no|nope|don['’]t|ja|jawohl|klar|gerne|mach das|nein|oui|d['’]accord|bien sûr|vas-y|non|s[ií]|vale|claro|hazlo|correct|right|agreed|approve(?:d)?|please|bitte|s['’]il vous plaît|that['’]s right|cancel it)[\s,.!]*){1,4}$/iu;
const askForClick = 'Please use the buttons on the card: nothing happens before you have clicked one. A typed answer isn’t enough.';

/** @returns whether the message was only an answer to an open card, which is shown again then */
export async function reopenCard(turn: Turn): Promise<boolean> {
  if (turn.isFirst || !isUnanswered(turn) || !bareAnswer.test(turn.message.text.trim())) return false;
  const cards = await turn.ports.interrupts.pending(turn.message.run.sessionId);
  if (cards.length === 0) return false;
  turn.recorder.step('respond');
  for (const event of textMessage(turn.words.text(askForClick))) turn.recorder.emit(event);
  turn.reopened = cards;
  return true;
}
