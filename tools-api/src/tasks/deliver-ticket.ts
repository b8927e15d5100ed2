// The task of create_support_ticket: brings a ticket of our own store to the system that the team works in, with personal data masked.
import { DeskError, type DeskTicket, type TicketDesk } from '../backends/ticket-desk/desk.ts';
import { maskPersonalData } from '../backends/ticket-desk/mask-personal-data.ts';
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
      return `Your ticket ${reference} has reached our team.`;
    },
    waiting: (input) => `Your ticket ${referenceIn(input)} is kept. It reaches our team as soon as their system answers again.`,
    givenUp: (input) => `Your ticket ${referenceIn(input)} is kept, but it could not be handed over by itself. A colleague has to look into it.`,
  };
}

function toDeskTicket({ summary, details, email, priority, created_at: createdAt, ...ticket }: StoredTicket): DeskTicket {
  return {
    ...ticket,
    priority: priority as DeskTicket['priority'],
    summary: maskPersonalData(summary),
    details: details === null ? undefined : maskPersonalData(details),
    email: email ?? undefined,
    createdAt,
  };
}

function referenceIn({ reference }: Record<string, unknown>): string {
  return typeof reference === 'string' ? reference : '';
}
