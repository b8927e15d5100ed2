// The long tasks of tickets on their way to the desk, opened by whichever tool.
import { createTicketTask, type TicketTaskPorts } from './deliver-ticket.ts';
import type { TaskRunners } from './run-task.ts';

export function ticketRunners(ports: TicketTaskPorts): TaskRunners {
  // One for both, because a desk that asks to be left alone means all tickets.
  const deliver = createTicketTask(ports);
  return { create_support_ticket: deliver, escalate_to_human: deliver };
}
