// What is said of a call that failed.
import type { Words } from '@aiguy/manifests/words';
import type { ToolCall } from '../port.ts';
import type { Missed } from './knowledge-only.ts';

export const signInFirst = 'Please sign in first: then I can do that for you.';
export const nothingReachable =
  'I can’t reach our shop’s systems or our help centre just now, so I can’t answer this. Please try again in a moment, or contact our team.';

const failureAnswers: Partial<Record<string, string>> = {
  sign_in_required: signInFirst,
  proof_required: signInFirst,
  proof_failed:
    'That order number and e-mail address don’t fit together, or too much was tried in the last hour. Please check both in your confirmation e-mail and ask me again.',
  code_wrong: 'That code isn’t right, or it is too old. Ask me again and we will mail you a new one.',
  rejected_by_visitor: 'All right: nothing was changed.',
  effect_unknown:
    'I can’t tell yet whether that went through. I’m checking, and will say here what came of it; please don’t ask for it again before.',
  tool_rate_limited: 'That was a lot of look-ups in a short time. Please try again in a minute.',
};

export function failureAnswer(words: Words, { call, outcome: { code, details } }: Missed): string {
  const order = orderIdOf(call);
  const rule = details?.[0]?.rule;
  if (code === 'not_found' && order)
    return words.say('I can’t find order {order:id} among your orders. Please check the number in your confirmation e-mail.', { order });
  if (code === 'not_found') return words.text('I can’t find that among what is yours. Please check the number you gave me.');
  const said = failureAnswers[code];
  if (said !== undefined) return words.text(said);
  if (code === 'invalid_input' && rule) return incomplete(words, details?.[0]?.pointer ?? '', rule);
  if (code === 'not_allowed_now' && rule) return words.say('That can’t be done: {rule:words}.', { rule: words.tell(rule) });
  return unavailable(words, call, code === 'tool_timeout');
}

/** /zip is «the zip». What a schema says of it is English, and left away for whoever reads another language. */
function incomplete(words: Words, pointer: string, rule: string): string {
  const name = pointer.slice(1).replaceAll('_', ' ');
  const field = name === '' ? words.text('it') : words.say('the {name:any}', { name: words.text(name) });
  const told = words.tell(rule);
  return words.language !== 'en' && told === rule
    ? words.say('That isn’t complete, or can’t be right: {field:words}. Please ask me again.', { field })
    : words.say('That isn’t complete, or can’t be right: {field:words} {rule:words}. Please ask me again.', { field, rule: told });
}

function unavailable(words: Words, call: ToolCall, isLate: boolean): string {
  const order = orderIdOf(call);
  const reason = words.text(isLate ? 'the lookup did not answer in time' : 'the lookup is not available');
  if (order)
    return words.say('I couldn’t look up order {order:id} just now: {reason:told}. Please try again in a moment, or contact our team.', {
      order,
      reason,
    });
  return call.name === 'retrieve_docs'
    ? words.say('I couldn’t search our help centre just now: {reason:told}. Please try again in a moment, or contact our team.', { reason })
    : words.say('I couldn’t do that just now: {reason:told}. Please try again in a moment, or contact our team.', { reason });
}

/** What is quoted from the help centre in place of a look-up. */
export function insteadOf(words: Words, call: ToolCall): string {
  const order = orderIdOf(call);
  return order
    ? words.say('I couldn’t look up order {order:id} just now; this is what our help centre says.', { order })
    : words.text('I couldn’t do that just now; this is what our help centre says.');
}

function orderIdOf(call: ToolCall): string | undefined {
  return /"order_id"\s*:\s*"([A-Z0-9-]+)"/.exec(call.argumentsText)?.[1];
}
