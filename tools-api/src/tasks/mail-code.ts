// The task behind send_order_code: mails a guest his one-time code while it is still good. There is one for every guest who asks, so that the queue tells
// nobody who was right; those of the others end here without a word.
import { type Database, inTransaction } from '@aiguy/manifests/database';
import type { Billing } from '../backends/guests/billing.ts';
import type { CodeMailer } from '../backends/guests/code-mail.ts';
import type { Codes, WaitingCode } from '../backends/guests/codes.ts';
import type { GuestEvents } from '../backends/guests/guest-events.ts';
import type { GuestHash } from '../backends/guests/guest-key.ts';
import { addressHash, type CodePost } from '../backends/guests/guests.ts';
import { DeskError } from '../backends/ticket-desk/desk.ts';
import type { LongTasks } from './long-tasks.ts';
import type { TaskAttempt, TaskRunner } from './run-task.ts';

export const codeTool = 'send_order_code';

export type CodeTaskPorts = {
  codes: Pick<Codes, 'read'>;
  hash: GuestHash;
  billing: Pick<Billing, 'emailOf'>;
  mailer: Pick<CodeMailer, 'send'>;
  events: Pick<GuestEvents, 'happened'>;
  nowMs: () => number;
};

/** A code that comes with less left can't be typed in time. */
const leftMsMin = 30_000;
const pauseMaxS = 60;

export function createCodeTask(ports: CodeTaskPorts): TaskRunner {
  return {
    run: async (input, attempt) => {
      await mailCode(ports, input as WaitingCode, attempt);
      return { message: '' };
    },
    leavesNothing: true,
    pauseMaxS,
    waiting: () => 'The mail with your code is on its way.',
    givenUp: () => 'The mail with your code could not be sent.',
  };
}

async function mailCode({ codes, hash, billing, mailer, events, nowMs }: CodeTaskPorts, waiting: WaitingCode, attempt: TaskAttempt): Promise<void> {
  const asked = await codes.read(waiting);
  // For nobody; or used, or replaced by a newer one.
  if (!asked) return;
  const leftMs = Date.parse(waiting.expires_at) - nowMs();
  if (!(leftMs >= leftMsMin)) throw new DeskError('too_late', 'the code was no longer good when the mail could have gone out');
  const to = await billing.emailOf(waiting.order_id);
  // The order has another address by now, to which nobody has asked for a code.
  if (to === undefined || addressHash(hash, to) !== asked.addressHash) return;
  const mail = { to, orderId: waiting.order_id, code: asked.code, minutesLeft: Math.ceil(leftMs / 60_000), language: waiting.language };
  await mailer.send(mail, attempt).catch((error: unknown) => {
    events.happened('mail_failed');
    throw error;
  });
  events.happened('mail_sent');
}

export function createCodePost(database: Database, tasks: Pick<LongTasks, 'start' | 'wake'>): CodePost {
  return {
    put: async (code, subject) => {
      const { language } = subject;
      // A key of its own for each: no guest waits behind another's mail.
      const task = {
        tool: codeTool,
        subject,
        orderKey: code.salt,
        input: { ...code, ...(language === undefined ? {} : { language }) },
        title: 'Mailing a code',
        message: '',
      };
      await inTransaction(database, async (connection) => void (await tasks.start(connection, task)));
    },
    wake: tasks.wake,
  };
}
