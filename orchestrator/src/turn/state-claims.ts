// Order states that a sentence states as facts: «your parcel was delivered», not «once your parcel is delivered».

import { states } from './claim-words.ts';
import type { Claim } from './claims.ts';

const ofTheVisitor =
  /\b(?:your|yours|it|they|ihre?n?|dein\p{L}*|euer|eure|votre|vos)\b|\b(?:the|this|that|these|those)\s+(?:\p{L}+\s)?(?:orders?|parcels?|packages?|shipments?|items?|refunds?|payments?|returns?|money|delivery)\b|\border\s+(?:number\s+)?#?[A-Z]*-?\d|^\s*#?[A-Z]{1,4}-?\d{4,}/iu;
const byUs = /\b(?:I|we|our team|ich|wir|nous)(?:['’]ve| have| has| haben?| avons)?(?:\s+(?:just|already|now|bereits|soeben))*\s*$/iu;
const conditional =
  /\b(?:if|when|once|after|before|until|unless|whenever|as soon as|in case|whether|while|should|every time|wenn|falls|sobald|nachdem|bevor|ob|si|quand|lorsque|dès que|après|avant)\b[^,;:]*$/iu;
const possible =
  /(?:\b(?:can|could|may|might|must|should|will|would|shall|cannot|kann|können|wird|werden|muss|peut|sera)|['’]ll|\bto\s+(?:be|have|get))(?:n['’]t)?(?:\s+(?:not|also|only|then|still|it|be|have|been|get|usually|normally|always|automatically|no longer))*\s*$/iu;
const auxiliary =
  /(?:(?<!\p{L})(?:is|are|was|were|am|been|being|be|has|have|had|got|ist|sind|war|wurden?|worden|hat|haben|est|sont|été)|['’](?:s|ve|re))(?:\s+[\p{L}'’-]+){0,4}\s*$/iu;
const negated = /\b(?:not|never|no longer|yet to|nicht|nie|pas|jamais)\b[^,;:]*$|n['’]t\b[^,;:]*$/iu;
/** «Orders are shipped from Graz within …»: how things are done, when it stands in the present. */
const habit = /\b(?:is|are|ist|sind|est|sont)(?:n['’]t)?(?:\s+(?:not|also|usually|always|normally|only|automatically|nicht|pas))*\s*$/iu;
const habitGoesOn =
  /^\s+(?:by|from|to|within|in|via|with|free|when|if|once|as|after|until|automatically|only|at|every|separately|for|through|per|together)\b/iu;
/** «Items that have been worn»: says which, not that. */
const relative = /\b(?:that|which|who|die|das|der|qui)\s+(?:have|has|had|was|were|is|are)(?:n['’]t)?(?:\s+(?:not|already|been|yet|never))*\s*$/iu;

/** @param text a sentence without Markdown; a question states nothing */
export function stateClaims(text: string): Claim[] {
  if (/\?\s*$/.test(text)) return [];
  return states.flatMap(({ state, words, isVerb }) =>
    [...text.matchAll(words)].flatMap((match): Claim[] => {
      const before = text.slice(0, match.index);
      const after = text.slice(match.index + match[0].length);
      if (!(isStated({ before, after, isVerb: isVerb === true }) && isOfAnOrder(text, before))) return [];
      const sign = negated.test(before) ? '-' : '';
      // In the present it may also be a rule of the shop, which a passage can support: g.
      const keys = habit.test(before) && !isVerb ? [`s:${sign}${state}`, `g:${state}`] : [`s:${sign}${state}`];
      return [{ kind: 'state', text: match[0], keys, implies: [] }];
    }),
  );
}

function isStated({ before, after, isVerb }: { before: string; after: string; isVerb: boolean }): boolean {
  if (conditional.test(before) || possible.test(before) || relative.test(before)) return false;
  if (habit.test(before) && habitGoesOn.test(after) && !isVerb) return false;
  return isVerb || auxiliary.test(before) || byUs.test(before) || isHeading(before);
}

/** «Status: delivered», «Delivered on Friday». */
function isHeading(before: string): boolean {
  return /^\s*$|\b(?:status|state|stand|statut)\s*(?:is|ist|est)?\s*[:=-]?\s*$/iu.test(before);
}

function isOfAnOrder(text: string, before: string): boolean {
  return ofTheVisitor.test(text) || byUs.test(before) || isHeading(before);
}

/** The states that a record's value says, whoever it is about: «in_transit», «has not been shipped yet». */
export function statesIn(value: string): string[] {
  const text = value.replace(/[_-]/g, ' ');
  return states.flatMap(({ state, words, implies = [] }) =>
    [...text.matchAll(words)].flatMap((match) => {
      if (negated.test(text.slice(0, match.index))) return [`s:-${state}`];
      return [state, ...implies].map((one) => `s:${one}`);
    }),
  );
}
