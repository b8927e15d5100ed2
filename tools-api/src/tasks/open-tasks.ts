// The long tasks of this process: pages that did not come soon, and tickets on their way to the desk, opened by whichever tool.
import type { Database } from '@aiguy/manifests/database';
import type { SitePages } from '../backends/pages/site-pages.ts';
import type { TicketDesk } from '../backends/ticket-desk/desk.ts';
import type { Tickets } from '../backends/tickets.ts';
import { createTicketTask } from './deliver-ticket.ts';
import { type OpenTasks, openLongTasks } from './long-tasks.ts';
import { createVisitTask } from './visit-page.ts';

type Options = {
  database: Database;
  databaseUrl: string;
  pages: SitePages;
  tickets: Tickets;
  /** undefined where tickets stay in our own store. */
  desk: TicketDesk | undefined;
  nowMs?: () => number;
};

export async function openTasks({ database, databaseUrl, pages, tickets, desk, nowMs = Date.now }: Options): Promise<OpenTasks> {
  // One for both, because a desk that asks to be left alone means all tickets.
  const deliver = desk && createTicketTask({ desk, tickets, nowMs });
  const ofTickets = deliver ? { create_support_ticket: deliver, escalate_to_human: deliver } : {};
  return await openLongTasks({ database, databaseUrl, runners: { navigate_page: createVisitTask(pages), ...ofTickets } });
}
