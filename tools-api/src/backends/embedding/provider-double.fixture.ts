// A provider on loopback that speaks the real protocol: HTTP/1.1 as OpenAI and Voyage, HTTP/2 as Bedrock. It answers as the test says.
import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { inspect } from 'node:util';
import { EmbeddingError } from './embedder.ts';

export type Asked = { url: string; headers: IncomingHttpHeaders; body: Record<string, unknown> };
export type Reply = { status?: number; headers?: Record<string, string>; json?: unknown; text?: string } | 'silence' | 'hang up';
/** @param nth of the requests, from 0 */
export type Replies = (asked: Asked, nth: number) => Reply;
export type Double = { url: string; asked: Asked[]; stop: () => void; connectionsClosed: Promise<void> };

export async function startDouble(t: TestContext, replies: Replies, protocol: 'http1' | 'http2' = 'http1'): Promise<Double> {
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  const closed = Promise.withResolvers<void>();
  const answer = (request: IncomingLike, response: ResponseLike) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      asked.push({ url: request.url ?? '', headers: request.headers, body });
      reply(replies({ url: request.url ?? '', headers: request.headers, body }, asked.length - 1), response, () => stop());
    });
    response.on('close', () => closed.resolve());
  };
  const server: Server = protocol === 'http1' ? createServer(answer) : createHttp2Server(answer);
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  t.after(stop);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, stop, connectionsClosed: closed.promise };
}

type IncomingLike = {
  url?: string | undefined;
  headers: IncomingHttpHeaders;
  on: (event: 'data' | 'end', listener: (chunk: Buffer) => void) => unknown;
};
type ResponseLike = {
  writeHead: (status: number, headers: Record<string, string>) => unknown;
  end: (body: string) => unknown;
  on: (event: 'close', listener: () => void) => unknown;
};

function reply(answer: Reply, response: ResponseLike, stop: () => void): void {
  if (answer === 'silence') return;
  if (answer === 'hang up') {
    stop();
    return;
  }
  response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
  response.end(answer.text ?? JSON.stringify(answer.json));
}

/** A direction of its own for each text, far from unit length. */
export function vectorOf(text: string, dimensions = 4): number[] {
  return Array.from({ length: dimensions }, (_, index) => 3 * (text.charCodeAt(index % text.length) - 60) + index);
}

export function unit(vector: readonly number[]): number[] {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / length);
}

/** The good answer of OpenAI and Voyage, backwards. */
export function answerBackwards({ body }: Asked): Reply {
  const data = (body.input as string[]).map((text, index) => ({ object: 'embedding', index, embedding: vectorOf(text) }));
  return { json: { object: 'list', model: body.model, data: data.reverse(), usage: { prompt_tokens: 1, total_tokens: 1 } } };
}

/** Waits for nothing and writes down how long it should have. */
export function recordPauses() {
  const pauses: number[] = [];
  return { pauses, timing: { random: () => 0.5, pause: async (ms: number) => void pauses.push(ms) } };
}

/** @returns the error, which must be ours and hold none of the secrets anywhere */
export async function failureOf(promise: Promise<unknown>, secrets: readonly string[] = []): Promise<EmbeddingError> {
  const error = await promise.then(
    () => assert.fail('should have been refused'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof EmbeddingError, inspect(error));
  for (const secret of secrets) assert.ok(!inspect(error, { depth: 10, showHidden: true }).includes(secret), error.message);
  return error;
}
