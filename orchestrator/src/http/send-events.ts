// Writes events as a Server-Sent Events stream (WHATWG HTML § 9.2): id = sequence number, heartbeats while nothing happens, no more than the reader takes.
import { once } from 'node:events';
import type { FastifyReply } from 'fastify';
import type { LoggedEvent } from '../session/event-log.ts';

/** Shorter than the idle limits of common proxies; it also bounds how long a gone client is noticed late. */
const heartbeatMs = 10_000;
/** A reader that takes nothing for so long is let go; it comes back with its cursor. */
const stalledReaderMs = 20_000;

export async function sendEvents(
  reply: FastifyReply,
  signal: AbortSignal,
  open: (signal: AbortSignal) => AsyncGenerator<LoggedEvent[]>,
): Promise<void> {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...headersSoFar(reply),
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-cache, no-store, no-transform',
    'X-Accel-Buffering': 'no',
  });
  raw.flushHeaders();
  const heartbeat = setInterval(() => raw.write(': heartbeat\n\n'), heartbeatMs);
  try {
    for await (const batch of open(signal)) {
      if (!raw.write(batch.map(toFrame).join('')))
        await once(raw, 'drain', { signal: AbortSignal.any([signal, AbortSignal.timeout(stalledReaderMs)]) });
    }
    raw.end();
  } catch {
    // Gone, stalled, or the log can't be read: cut the connection, so that the reader resumes from its cursor instead of believing the end.
    raw.destroy();
  } finally {
    clearInterval(heartbeat);
  }
}

/** Aborts when whoever asked has gone or has been answered; a run it listens to goes on. */
export function clientSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => controller.abort('client_gone'));
  return controller.signal;
}

export function toFrame({ seq, event }: LoggedEvent): string {
  return `id: ${seq}\ndata: ${JSON.stringify(event)}\n\n`;
}

function headersSoFar(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]));
}
