// The mail with a one-time code.
import { wordsIn } from '@aiguy/manifests/words';
import { type Mailer, openMailer } from '../mail-transport.ts';

export type CodeMail = { to: string; orderId: string; code: string; minutesLeft: number; language?: string | undefined };

export type CodeMailer = {
  /** @throws DeskError when the mail server doesn't take it; says nothing of the mail */
  send: (mail: CodeMail, attempt: Parameters<Mailer['send']>[1]) => Promise<void>;
  close: () => void;
};

/** @param settings.url smtp(s)://user:password@host:port */
export function createCodeMailer(settings: { url: string; from: string }): CodeMailer {
  const mailer = openMailer(settings);
  return {
    send: async ({ to, orderId: order, code, minutesLeft: minutes, language }, attempt) => {
      const words = wordsIn(language);
      const validity =
        minutes === 1
          ? words.text('It is good for one more minute and can be used once.')
          : words.say('It is good for {minutes} minutes and can be used once.', { minutes });
      const text = [
        words.say('Your code for order {order:id}: {code}', { order, code }),
        '',
        `${words.text('Type it into the form in the chat in which you asked for it.')} ${validity}`,
        '',
        words.text(
          'You did not ask for it? Then somebody typed your address by mistake; without the code nobody sees or changes anything. Never tell it to anybody.',
        ),
      ].join('\n');
      // The code stands in the text alone: subjects are shown on locked screens.
      await mailer.send({ to: { name: '', address: to }, subject: words.say('Your code for order {order:id}', { order }), text }, attempt);
    },
    close: mailer.close,
  };
}
