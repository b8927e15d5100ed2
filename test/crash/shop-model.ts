// The model as a script: it opens the ticket or cancels the order that it is asked for, waits for the result, and then says what came of it.
import { messageEvents, type Reply, streamed, text, toolUse } from '../doubles/messages-api-replies.ts';

export const toldDone = 'Thank you for waiting. Everything went well. Is there anything else that I can help with?';
export const toldUncertain = 'I am not certain whether it worked. It is being checked now. Please wait a moment.';

/** Words come apart, so that a stream takes as long as a short real one. */
const everyMs = 4;

export function shopModel(body: string): Reply {
  const lastCall = body.lastIndexOf('"type":"tool_use"');
  const lastResult = body.lastIndexOf('"type":"tool_result"');
  if (lastResult > lastCall) return says(body.slice(lastResult).includes('effect_unknown') ? toldUncertain : toldDone);
  const ticket = [...body.matchAll(/open ticket ([\w-]+)/g)].at(-1)?.[1];
  const order = [...body.matchAll(/cancel order (W\d+)/g)].at(-1)?.[1];
  if (ticket) return calls('create_support_ticket', { category: 'other', priority: 'normal', summary: ticket });
  if (order) return calls('cancel_order', { order_id: order, reason: 'no_longer_needed' });
  return says(toldDone);
}

function says(content: string): Reply {
  return { ...streamed(messageEvents([text(content)])), everyMs };
}

function calls(tool: string, input: Record<string, string>): Reply {
  return { ...streamed(messageEvents([toolUse(`toolu_${tool}`, tool, JSON.stringify(input))], 'tool_use')), everyMs };
}
