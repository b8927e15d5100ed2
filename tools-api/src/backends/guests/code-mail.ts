// The mail with a one-time code.
import { type Mailer, openMailer } from '../mail-transport.ts';

export type CodeMail = { to: string; orderId: string; code: string; minutesLeft: number };

export type CodeMailer = {
  /** @throws DeskError when the mail server doesn't take it; says nothing of the mail */
  send: (mail: CodeMail, attempt: Parameters<Mailer['send']>[1]) => Promise<void>;
  close: () => void;
};

/** @param settings.url smtp(s)://user:password@host:port */
export function createCodeMailer(settings: { url: string; from: string }): CodeMailer {
  const mailer = openMailer(settings);
  return {
    send: async ({ to, orderId, code, minutesLeft }, attempt) => {
      const text = [
        `Your code for order ${orderId}: ${code}`,
        '',
        `Type it into the form in the chat in which you asked for it. It is good for ${minutesLeft === 1 ? 'one more minute' : `${minutesLeft} minutes`} and can be used once.`,
        '',
        'You did not ask for it? Then somebody typed your address by mistake; without the code nobody sees or changes anything. Never tell it to anybody.',
      ].join('\n');
      // The code stands in the text alone: subjects are shown on locked screens.
      await mailer.send({ to: { name: '', address: to }, subject: `Your code for order ${orderId}`, text }, attempt);
    },
    close: mailer.close,
  };
}
