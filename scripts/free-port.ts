// A port on loopback that nothing listens on at this moment, and that no connection and no listener on port 0 is given by chance until it is used:
// those are handed out from 32768 on.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const range = { from: 15_000, to: 32_000 };
const attemptsMax = 50;

/** @throws Error when every port that was tried is taken */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const port = randomInt(range.from, range.to);
    if (await isFree(port)) return port;
  }
  throw new Error(`No port between ${range.from} and ${range.to} is free.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const isListening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  if (isListening) await new Promise((resolve) => server.close(resolve));
  return isListening;
}
