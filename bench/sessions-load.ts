// The visitors of the sessions benchmark in a process of their own: each keeps one stream open and asks one question.
import { Agent, request as httpRequest } from 'node:http';
import { WebSocket } from 'ws';

export type Visitor = { sid: string; assertion: string; by: 'sse' | 'socket' };
export type SessionsJob = { url: string; visitors: Visitor[]; rampMs: number };
export type SessionsDone = { deliveryMs: number[]; finished: number; failures: string[]; seconds: number };

/** Opened at once, so that the benchmark does not measure a backlog of its own. */
const openingAtOnce = 20;
const turnTimeoutMs = 120_000;
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

type Stream = { ask: () => Promise<void>; finished: Promise<void> };

process.once('message', async (job: SessionsJob) => {
  const deliveryMs: number[] = [];
  const streams: Stream[] = [];
  const left = [...job.visitors];
  const opener = async () => {
    for (let visitor = left.pop(); visitor; visitor = left.pop())
      streams.push(await (visitor.by === 'sse' ? openEvents : openSocket)(job.url, visitor, deliveryMs));
  };
  await Promise.all(Array.from({ length: openingAtOnce }, opener));
  process.once('message', async () => {
    process.send?.(await askAll(streams, job.rampMs, deliveryMs));
    process.exit(0);
  });
  process.send?.('open');
});

async function askAll(streams: Stream[], rampMs: number, deliveryMs: number[]): Promise<SessionsDone> {
  const startedMs = performance.now();
  const failures: string[] = [];
  const one = async ({ ask, finished }: Stream, index: number) => {
    await new Promise((resolve) => setTimeout(resolve, (rampMs * index) / streams.length));
    await ask();
    await finished;
  };
  await Promise.all(streams.map(async (stream, index) => await one(stream, index).catch((error: unknown) => failures.push(String(error)))));
  return { deliveryMs, finished: streams.length - failures.length, failures, seconds: (performance.now() - startedMs) / 1000 };
}

/** Notes how old each stamp in a text is, and tells when the run is over. */
function watch(deliveryMs: number[]) {
  const { promise: finished, resolve, reject } = Promise.withResolvers<void>();
  finished.catch(() => undefined);
  const timer = setTimeout(() => reject(new Error('not finished in time')), turnTimeoutMs);
  const fail = (error: Error) => {
    clearTimeout(timer);
    reject(error);
  };
  const see = (text: string) => {
    for (const [, stamp = ''] of text.matchAll(/comes ([a-j]{13})\./g))
      deliveryMs.push(Date.now() - Number([...stamp].map((letter) => 'abcdefghij'.indexOf(letter)).join('')));
    if (text.includes('RUN_ERROR')) fail(new Error(text.slice(-200)));
    if (!text.includes('RUN_FINISHED')) return;
    clearTimeout(timer);
    resolve();
  };
  return { finished, see, fail };
}

async function openEvents(url: string, { sid, assertion }: Visitor, deliveryMs: number[]): Promise<Stream> {
  const { finished, see, fail } = watch(deliveryMs);
  const headers = { authorization: `Bearer ${assertion}` };
  await new Promise<void>((resolve, reject) => {
    const request = httpRequest(`${url}/sessions/${sid}/events?follow=1`, { headers, agent: false }, (response) => {
      let rest = '';
      response.on('data', (chunk) => {
        const frames = (rest + String(chunk)).split('\n\n');
        rest = frames.pop() ?? '';
        for (const frame of frames) see(frame);
      });
      response.once('close', () => fail(new Error('the stream broke')));
      if (response.statusCode === 200) resolve();
      else reject(new Error(`HTTP ${response.statusCode}`));
    });
    request.once('error', reject);
    request.end();
  });
  return { finished, ask: async () => await post(url, headers) };
}

/** Leaves when the answer begins: the run goes on, and the stream that is open already shows it. */
async function post(url: string, headers: Record<string, string>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const request = httpRequest(`${url}/chat`, { method: 'POST', agent, headers: { ...headers, 'content-type': 'application/json' } }, (response) => {
      response.destroy();
      if (response.statusCode === 200) resolve();
      else reject(new Error(`HTTP ${response.statusCode}`));
    });
    request.once('error', reject);
    request.end('{"message":"What can you tell me?"}');
  });
}

async function openSocket(url: string, { assertion }: Visitor, deliveryMs: number[]): Promise<Stream> {
  const { finished, see, fail } = watch(deliveryMs);
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/chat`, ['aiguy.v1', `aiguy.assertion.${assertion}`]);
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => socket.send('{"type":"resume","after":0}'));
    socket.once('message', () => resolve());
  });
  socket.on('message', (data) => see(data.toString()));
  socket.once('close', (code) => fail(new Error(`the socket closed with ${code}`)));
  const ask = async () => socket.send('{"type":"message","messageId":"message-1","message":"What can you tell me?"}');
  return { finished, ask };
}
