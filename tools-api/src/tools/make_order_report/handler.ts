// make_order_report: a PDF of the customer's own orders of a period. Long ones take longer than a call may, so the queue makes it, and it is told when it is there.
import { AiguyError } from '@aiguy/manifests/errors';
import type { Subject } from '../../backends/shop.ts';
import type { Backends, Handler, ReadContext } from '../handler.ts';
import { daysOf, nothingFound, periodInWords, type ReportPeriod } from './make-report.ts';

/** What the task of a report is about. */
export type WantedReport = ReportPeriod & { subject: Subject; sessionId: string | undefined };

/** Looking whether there is anything at all may take so long; a shop that takes longer is left to the queue too. */
const lookMs = 2_000;
/** Reports that may be under way: one of them takes a worker of the queue for up to half a minute. */
const openMax = { visitor: 2, site: 20 };
const yearsMax = 10;

export function createMakeOrderReport({ shop, reports }: Pick<Backends, 'shop' | 'reports'>): Handler {
  return async ({ from, to }: ReportPeriod, context) => {
    assertPeriod(from, to);
    const { subject, sessionId, signal, leaveTask } = context;
    const wanted = { from, to, subject, sessionId };
    // Where there is no queue it is made while the caller waits.
    if (!leaveTask) return await reports.make(wanted, { signal });
    if (await isEmpty(shop, wanted, signal)) return nothingFound(wanted);
    if (!(await leave(wanted, leaveTask)))
      throw new AiguyError('not_allowed_now', {
        details: [{ pointer: '', rule: 'two reports are being made already; ask again when one of them is here' }],
      });
    return {
      state: 'later',
      from,
      to,
      summary: `I am making the report of your orders ${periodInWords(wanted)}. It will be here as soon as it is done, also if you close this page meanwhile.`,
    };
  };
}

/** @throws AiguyError invalid_input; that both are days of the calendar, the schema has checked */
function assertPeriod(from: string, to: string): void {
  const broken = (rule: string) => new AiguyError('invalid_input', { details: [{ pointer: '/to', rule }] });
  if (from > to) throw broken('must not be before from');
  const last = new Date(`${from}T00:00:00Z`);
  last.setUTCFullYear(last.getUTCFullYear() + yearsMax);
  if (new Date(`${to}T00:00:00Z`) >= last) throw broken(`must be within ${yearsMax} years of from`);
}

/** @returns false also when the shop does not say so soon */
async function isEmpty(shop: Backends['shop'], { subject, ...period }: WantedReport, signal: AbortSignal): Promise<boolean> {
  const customerId = await shop.resolveCustomer(subject);
  if (customerId === undefined) return true;
  try {
    const soon = AbortSignal.any([signal, AbortSignal.timeout(lookMs)]);
    for await (const _page of shop.ordersWithin(customerId, { ...daysOf(period), signal: soon })) return false;
    return true;
  } catch (error) {
    if (error instanceof AiguyError && error.code === 'tool_unavailable') return false;
    throw error;
  }
}

async function leave({ from, to, subject, sessionId }: WantedReport, leaveTask: NonNullable<ReadContext['leaveTask']>): Promise<boolean> {
  const { issuer, subject: name } = subject;
  return await leaveTask({
    // The same period asked for again in the same conversation is the same report.
    orderKey: JSON.stringify([issuer, name, sessionId ?? '', from, to]),
    input: { issuer, subject: name, ...(sessionId === undefined ? {} : { session_id: sessionId }), from, to },
    message: 'Your orders are looked through.',
    openMax,
    within: { issuer },
  });
}
