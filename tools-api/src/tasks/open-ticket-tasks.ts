// The long tasks of this process: so far those of create_support_ticket.
import type { Database } from '@aiguy/manifests/database';
import type { TicketDesk } from '../backends/ticket-desk/desk.ts';
import type { Tickets } from '../backends/tickets.ts';
import { createTicketTask } from './deliver-ticket.ts';
import { type OpenTasks, openLongTasks } from './long-tasks.ts';

type Options = { database: Database; databaseUrl: string; desk: TicketDesk; tickets: Tickets; nowMs?: () => number };

export async function openTicketTasks({ database, databaseUrl, desk, tickets, nowMs = Date.now }: Options): Promise<OpenTasks> {
  return await openLongTasks({ database, databaseUrl, runners: { create_support_ticket: createTicketTask({ desk, tickets, nowMs }) } });
}
