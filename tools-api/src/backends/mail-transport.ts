// The way to the mail server, by SMTP, as every mail of this service takes it.
import { createTransport, type Transporter } from 'nodemailer';

const connectTimeoutMs = 10_000;
const silenceTimeoutMs = 15_000;

/** @param url smtp(s)://user:password@host:port; everywhere but on loopback with TLS, because mails would cross the net in the clear */
export function openMailTransport(url: string): Transporter {
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
