// The mail with a one-time code.
import { openMailTransport } from '../mail-transport.ts';

export type CodeMail = { to: string; orderId: string; code: string };

export type CodeMailer = {
  /** @throws Error when the mail server doesn't take it; says nothing of the mail */
  send: (mail: CodeMail) => Promise<void>;
  close: () => void;
};

/** @param settings.url smtp(s)://user:password@host:port */
export function createCodeMailer({ url, from }: { url: string; from: string }): CodeMailer {
  const transport = openMailTransport(url);
  return {
    send: async ({ to, orderId, code }) => {
      const text = [
        `Your code for order ${orderId}: ${code}`,
        '',
        'Type it into the form in the chat in which you asked for it. It is good for ten minutes and can be used once.',
        '',
        'You did not ask for it? Then somebody typed your address by mistake; without the code nobody sees or changes anything. Never tell it to anybody.',
      ].join('\n');
      // The code stands in the text alone: subjects are shown on locked screens.
      const sent = transport.sendMail({ from, to: { name: '', address: to }, subject: `Your code for order ${orderId}`, text });
      await sent.catch(() => {
        throw new Error('the mail server did not take the mail');
      });
    },
    close: () => transport.close(),
  };
}
