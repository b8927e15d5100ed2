// The way to the mail server, by SMTP, as every mail of this service takes it.
import { createTransport, type SendMailOptions, type Transporter } from 'nodemailer';
import { DeskError } from './ticket-desk/desk.ts';

export type Mailer = {
  /**
   * @param attempt.id the same at each attempt for a mail: a repeated one has the Message-ID of the first, by which mail systems recognise it
   * @throws DeskError in words of ours: the server's may repeat the mail
   */
  send: (mail: Omit<SendMailOptions, 'from' | 'messageId'>, attempt: { id: string; signal: AbortSignal }) => Promise<void>;
  close: () => void;
};

const connectTimeoutMs = 10_000;
const silenceTimeoutMs = 15_000;

/** @param settings.url smtp(s)://user:password@host:port; everywhere but on loopback with TLS, because mails would cross the net in the clear */
export function openMailer({ url, from }: { url: string; from: string }): Mailer {
  const transport = openMailTransport(url);
  const domain = from.split('@').at(-1)?.replace(/>$/, '');
  return {
    send: async (mail, { id, signal }) => {
      await ended(signal, transport.sendMail({ ...mail, from, messageId: `<${id}@${domain}>` })).catch((error: unknown) => {
        throw toDeskError(error);
      });
    },
    close: () => transport.close(),
  };
}

function openMailTransport(url: string): Transporter {
  const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
  return createTransport({
    url,
    requireTLS: !isLoopback,
    ignoreTLS: isLoopback,
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    socketTimeout: silenceTimeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

async function ended<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(new DeskError('unavailable', 'the mail server did not answer in time'));
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** 5yz to the message itself is for ever; 4yz, a login that fails and no connection are not the ticket's fault. */
function toDeskError(error: unknown): DeskError {
  if (error instanceof DeskError) return error;
  const status = error instanceof Error && 'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : undefined;
  if (status === undefined) return new DeskError('unavailable', 'the mail server could not be reached', { cause: error });
  const isLogin = status === 530 || status === 534 || status === 535;
  return new DeskError(status >= 500 && !isLogin ? 'refused' : 'unavailable', `the mail server answered ${status}`);
}
