// escalate_to_human: hands the conversation to a person, as a ticket with a reason and a queue, and says when somebody will read it.
import type { Attendance } from '../../backends/opening-hours.ts';
import type { Handoff } from '../../backends/tickets.ts';
import type { Backends, WriteHandler } from '../handler.ts';
import { contentFacts, inWords, openTicket } from '../open-ticket.ts';

type Args = { reason: Handoff['reason']; summary: string; details?: string; order_id?: string; queue?: string; email?: string };

const defaultQueue = 'general';
/** Where the chat is at fault the visitor has waited already. */
const priorities: Record<Handoff['reason'], string> = {
  asked_for_human: 'normal',
  missing_knowledge: 'normal',
  policy: 'normal',
  tool_failure: 'high',
  limit: 'normal',
};
const reasons: Record<Handoff['reason'], string> = {
  asked_for_human: 'You asked for a person',
  missing_knowledge: 'Our help centre does not say it',
  policy: 'Only a person may decide it',
  tool_failure: 'Something on our side failed',
  limit: 'The chat has reached its limit',
};

export function createEscalateToHuman(backends: Pick<Backends, 'shop' | 'tickets' | 'openingHours'>): WriteHandler {
  return {
    preview: async (args: Args, { subject }) => ({
      summary: 'Hand this conversation to a person',
      facts: [
        { label: 'Why', value: reasons[args.reason] },
        { label: 'Goes to', value: inWords(args.queue ?? defaultQueue) },
        ...contentFacts(args, subject),
        { label: 'Read', value: readFrom(backends.openingHours.now(subject.openingHours)) },
      ],
    }),
    run: async ({ reason, queue = defaultQueue, ...contents }: Args, context) => {
      const ticket = { ...contents, category: 'handoff', priority: priorities[reason], handoff: { reason, queue } };
      const { reference, status, created_at: createdAt } = await openTicket(backends, ticket, context);
      const attendance = backends.openingHours.now(context.subject.openingHours);
      return {
        reference,
        status,
        reason,
        queue,
        created_at: createdAt.toISOString(),
        people: attendance.state,
        ...(attendance.state === 'closed' ? { read_from: attendance.from.toISOString() } : {}),
        text: `A person from our team takes this up; the reference is ${reference}. ${promise(attendance)} The answer comes by e-mail.`,
      };
    },
  };
}

function readFrom(attendance: Attendance): string {
  if (attendance.state === 'open') return `Our team is there now, until ${attendance.text}`;
  return attendance.state === 'closed' ? `From ${attendance.text}: nobody is there before` : 'As soon as somebody is there';
}

function promise(attendance: Attendance): string {
  if (attendance.state === 'open') return `Our team is there now, until ${attendance.text}.`;
  if (attendance.state === 'closed') return `Nobody is there at this hour: it will be read from ${attendance.text}.`;
  return 'It will be read as soon as somebody is there.';
}
