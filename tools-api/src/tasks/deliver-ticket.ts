// The task of create_support_ticket and escalate_to_human: brings a ticket of our own store to the system that the team works in, with personal data masked.

import { maskPersonalData } from '@aiguy/manifests/mask-personal-data';
import { DeskError, type DeskTicket, type TicketDesk } from '../backends/ticket-desk/desk.ts';
import type { StoredTicket, Tickets } from '../backends/tickets.ts';
import type { TaskRunner } from './run-task.ts';

export type TicketTaskPorts = { desk: TicketDesk; tickets: Pick<Tickets, 'read'>; nowMs: () => number };

export function createTicketTask({ desk, tickets, nowMs }: TicketTaskPorts): TaskRunner {
  // The desk asked to be left alone, whoever's ticket it was.
  let pausedUntilMs = 0;
  return {
    run: async (input, attempt) => {
      if (nowMs() < pausedUntilMs) throw new DeskError('unavailable', `${desk.name} asked for a pause`);
      const reference = referenceIn(input);
      const ticket = await tickets.read(reference);
      if (!ticket) throw new DeskError('refused', 'the ticket is no longer in our store');
      try {
        await desk.deliver(toDeskTicket(ticket), attempt);
      } catch (error) {
        if (error instanceof DeskError && error.retryAfterS !== undefined) pausedUntilMs = nowMs() + error.retryAfterS * 1000;
        throw error;
      }
      return { message: `Your ticket ${reference} has reached our team.` };
    },
    waiting: (input) => `Your ticket ${referenceIn(input)} is kept. It reaches our team as soon as their system answers again.`,
    givenUp: (input) => `Your ticket ${referenceIn(input)} is kept, but it could not be handed over by itself. A colleague has to look into it.`,
  };
}

function toDeskTicket(stored: StoredTicket): DeskTicket {
  const { reference, category, summary, details, order_id: orderId, email, priority, created_at: createdAt } = stored;
  const about = [
    ...(orderId === null ? [] : [`About order ${orderId}, as the visitor wrote it.`]),
    ...(details === null ? [] : [maskPersonalData(details)]),
  ];
  const told = [...handoffLines(stored), ...(about.length === 0 ? [] : [about.join('\n')])];
  return {
    reference,
    category,
    priority: priority as DeskTicket['priority'],
    summary: maskPersonalData(summary),
    details: told.length === 0 ? undefined : told.join('\n\n'),
    email: email ?? undefined,
    createdAt,
  };
}

/** A desk has no field for it; the team reads it first. */
function handoffLines({ handoff_reason: reason, queue }: StoredTicket): string[] {
  return reason === null ? [] : [`Handed over by the chat: ${reason.replaceAll('_', ' ')}. Queue: ${queue}.`];
}

function referenceIn({ reference }: Record<string, unknown>): string {
  return typeof reference === 'string' ? reference : '';
}
