// HTTP to a WordPress under test, by node:http: fetch of Node 24 fails an assertion on bodies that end with the connection, as PHP's own server sends them.
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

export type Sent = { method?: string; headers?: Record<string, string>; body?: string | Buffer; signal?: AbortSignal };
export type Answer = { status: number; headers: IncomingHttpHeaders; text: string };

const timeoutMs = 30_000;

/** Opens the answer; its body is the caller's to read or destroy. */
export async function open(url: string, { method = 'GET', headers = {}, body, signal }: Sent = {}): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    const limit = AbortSignal.timeout(timeoutMs);
    // Of a DELETE with a body, node:http itself tells no length.
    const sized = body === undefined ? headers : { 'content-length': String(Buffer.byteLength(body)), ...headers };
    const outgoing = httpRequest(url, { method, headers: sized, agent: false, signal: signal ? AbortSignal.any([signal, limit]) : limit }, resolve);
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

export async function send(url: string, sent: Sent = {}): Promise<Answer> {
  const response = await open(url, sent);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString('utf8') };
}

/** What a browser would send back of an answer's Set-Cookie headers. */
export function cookiesOf(answer: { headers: IncomingHttpHeaders }): string {
  return (answer.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; ');
}
