// The task of make_order_report: makes the report of a customer's orders, for the conversation that asked for it.
import type { Reports } from '../tools/make_order_report/make-report.ts';
import type { TaskRunner } from './run-task.ts';

/** With the queue's pauses some hour and a half: a shop that is away for longer is asked again by whoever still wants it. */
const attemptsMax = 12;

export function createReportTask(reports: Reports): TaskRunner {
  return {
    attemptsMax,
    mayBreakOff: true,
    isPatient: true,
    run: async (input, { signal, progress }) => {
      const output = await reports.make(wantedIn(input), { signal, progress });
      return { message: messages[output.state], output };
    },
    waiting: () => 'The shop does not answer yet. Your report is tried again.',
    givenUp: () => 'Your report could not be made, because the shop did not answer for too long. Please ask for it again later.',
  };
}

const messages = { made: 'Your report is ready.', nothing: 'There were no orders.', too_many: 'There are too many orders for one report.' };

/** Whose it is comes from the call that was authorised; the shop is asked again which customer that is. */
function wantedIn({ issuer, subject, session_id: sessionId, from, to }: Record<string, unknown>): Parameters<Reports['make']>[0] {
  return {
    subject: { issuer: String(issuer), subject: String(subject) },
    sessionId: typeof sessionId === 'string' ? sessionId : undefined,
    from: String(from),
    to: String(to),
  };
}
