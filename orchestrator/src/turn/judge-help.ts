// Whether an answer was of any help, as far as a machine can tell, and when a person is offered because of it.
import type { AGUIEvent } from '@ag-ui/core';
import type { ToolOutcome } from '../model/port.ts';
import { personChanged } from '../session/run-events.ts';
import { ticketCallId } from './leave-ticket.ts';
import type { Outcome } from './machine.ts';
import type { Turn } from './turn.ts';

/** unhelped: it failed, said nothing that is supported, or neither the knowledge nor a tool had anything. */
export type Help = { unhelped: boolean; toolFailed: boolean };

const handoverTool = 'escalate_to_human';

export function judgeHelp({ messages, said }: Pick<Turn, 'messages' | 'said'>, outcome: Outcome): Help {
  const results = messages.flatMap((message) => (message.role === 'tool' ? [message.outcome] : []));
  const toolFailed = results.some((result) => !result.ok && result.code.startsWith('tool_'));
  if (outcome.kind !== 'success') return { unhelped: outcome.kind === 'error', toolFailed };
  const isHelped = results.some(hasSomething) || said.some(({ citations }) => citations.length > 0);
  const isEmpty = results.some((result) => result.ok && result.output.answerable === false) || said.some(({ withheld }) => withheld > 0);
  return { unhelped: !isHelped && (isEmpty || toolFailed), toolFailed };
}

/** A search of the help centre says whether it found an answer; any other result is one. */
function hasSomething(result: ToolOutcome): boolean {
  return result.ok && result.output.answerable !== false;
}

/** After two answers in a row that did not help, and beside the card of a ticket that a model made of the wish for one; not beside one that was asked for. */
export async function offerPerson({ ports, message, waiting }: Turn, { unhelped }: Help): Promise<AGUIEvent[]> {
  const isWanted = waiting?.interrupt.card.metadata.aiguy.tool === handoverTool && waiting.call.id !== ticketCallId(message.run.id);
  const isOffered =
    (isWanted && !(await ports.handoffs.isOpen(message.run.sessionId))) || (unhelped && (await ports.handoffs.shouldOffer(message.run)));
  return isOffered ? [personChanged({ status: 'offered' })] : [];
}
