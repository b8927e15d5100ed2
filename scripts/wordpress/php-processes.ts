// PHP's own server, one process for each request at once. A worker of PHP_CLI_SERVER_WORKERS may take two connections, and then the second waits for as
// long as the first is answered: a script of the page behind a poll of twenty seconds.
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { send } from './http.ts';
import type { Stop } from './processes.ts';

/** Answered at once by a process that does nothing else. */
export const idlePath = '/.idle';
const retryMs = 20;

/** Each process has the port at a loopback address of its own, so that none can be taken already. */
export function processHosts(count: number): string[] {
  return Array.from({ length: count }, (_none, index) => `127.0.0.${index + 2}`);
}

/**
 * Gives each connection to 127.0.0.1 that asks for something to an idle process; it waits while there is none.
 * @param hosts the addresses of the processes, which may still be starting
 */
export async function distribute(hosts: string[], port: number): Promise<Stop> {
  const idle: string[] = [];
  const waiting: ((host: string) => void)[] = [];
  const clients = new Set<Socket>();
  const stopping = new AbortController();
  const give = (host: string) => {
    const next = waiting.shift();
    if (next) next(host);
    else idle.push(host);
  };
  // The one that was last at work has compiled most.
  const take = async () => idle.pop() ?? (await new Promise<string>((resolve) => waiting.push(resolve)));
  const giveWhenIdle = async (host: string) => {
    if (await becomesIdle(`http://${host}:${port}${idlePath}`, stopping.signal)) give(host);
  };
  const server = createServer((client) => {
    clients.add(client);
    client.on('error', () => client.destroy());
    client.once('close', () => clients.delete(client));
    // Browsers open connections beforehand.
    client.once('readable', async () => {
      const host = await take();
      if (client.destroyed) return give(host);
      const hasEnded = await pass(client, connect(port, host));
      if (hasEnded) give(host);
      else await giveWhenIdle(host);
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  for (const host of hosts) void giveWhenIdle(host);
  return async () => {
    stopping.abort();
    for (const client of clients) client.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
}

/** @returns whether the process has ended its answer; otherwise the client has left it at work */
async function pass(client: Socket, process: Socket): Promise<boolean> {
  const leave = () => process.destroy();
  client.once('close', leave);
  client.pipe(process).pipe(client);
  await new Promise<void>((resolve) => process.on('error', () => client.destroy()).once('close', () => resolve()));
  return process.readableEnded;
}

/** @returns false when it was stopped before */
async function becomesIdle(url: string, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    try {
      await send(url, { signal });
      return true;
    } catch {
      await wait(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }
  return false;
}
