// The long tasks of this process: tickets on their way to the desk, opened by whichever tool.
import type { Database } from '@aiguy/manifests/database';
import type { TicketDesk } from '../backends/ticket-desk/desk.ts';
import type { Tickets } from '../backends/tickets.ts';
import { createTicketTask } from './deliver-ticket.ts';
import { type OpenTasks, openLongTasks } from './long-tasks.ts';

type Options = { database: Database; databaseUrl: string; desk: TicketDesk; tickets: Tickets; nowMs?: () => number };

export async function openTicketTasks({ database, databaseUrl, desk, tickets, nowMs = Date.now }: Options): Promise<OpenTasks> {
  // One for both, because a desk that asks to be left alone means all tickets.
  const deliver = createTicketTask({ desk, tickets, nowMs });
  return await openLongTasks({ database, databaseUrl, runners: { create_support_ticket: deliver, escalate_to_human: deliver } });
}
