// A real mail server on loopback that keeps what it is sent.
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export type Mail = { to: string[]; text: string };
export type MailServer = {
  mails: Mail[];
  /** smtp://user:password@host:port */
  url: (password?: string) => string;
  close: () => Promise<void>;
};

const login = { user: 'shop', pass: 'pass-of-no-value' };

/** @param options.refuse answers every mail with this code of SMTP */
export async function startMailServer(options: { refuse?: { code: number } | undefined; port?: number } = {}): Promise<MailServer> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    allowInsecureAuth: true,
    onAuth: (auth, _session, done) =>
      auth.username === login.user && auth.password === login.pass ? done(null, { user: login.user }) : done(new Error('wrong login')),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (options.refuse) return done(Object.assign(new Error('quoting The Ticket'), { responseCode: options.refuse.code }));
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), text: Buffer.concat(chunks).toString('utf8') });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    mails,
    url: (password = login.pass) => `smtp://${login.user}:${password}@127.0.0.1:${port}`,
    close: async () => await new Promise<void>((resolve) => server.close(resolve)),
  };
}
