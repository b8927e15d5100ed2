// The Messages API of the outside world as a real HTTP server on loopback: it answers as the script says and rejects what the API rejects.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpError, type Reply } from './messages-api-replies.ts';
import { type MessagesBody, violationOf } from './messages-api-rules.ts';

export type RecordedRequest = { headers: IncomingHttpHeaders; text: string; body: MessagesBody; clientPort: number | undefined };
/** The replies in the order of the requests (beyond the last: HTTP 500), or what to reply to the text of a request's body. */
export type Script = readonly Reply[] | ((text: string) => Reply);

export type MessagesApi = { url: string; requests: RecordedRequest[]; stop: () => Promise<void> };

export type MessagesApiOptions = {
  port?: number;
  /** For measuring: requests are neither kept, nor parsed, nor checked against the API's rules. */
  isBare?: boolean;
};

export async function startMessagesApi(script: Script, { port = 0, isBare = false }: MessagesApiOptions = {}): Promise<MessagesApi> {
  const requests: RecordedRequest[] = [];
  let replied = 0;
  const reply = (text: string): Reply => {
    if (typeof script === 'function') return script(text);
    replied += 1;
    return script[replied - 1] ?? httpError(500, 'api_error');
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const text = await readText(request);
    if (isBare) return await send(response, reply(text));
    const refused = refusalOf(request);
    if (refused) return await send(response, refused);
    const body = JSON.parse(text) as MessagesBody;
    requests.push({ headers: request.headers, text, body, clientPort: request.socket.remotePort });
    const violation = violationOf(body);
    await send(response, violation ? httpError(400, 'invalid_request_error', { message: violation }) : reply(text));
  };
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function refusalOf(request: IncomingMessage): Reply | undefined {
  if (request.method !== 'POST' || request.url !== '/v1/messages') return httpError(404, 'not_found_error');
  if (!(request.headers.authorization ?? request.headers['x-api-key'])) return httpError(401, 'authentication_error');
  return request.headers['anthropic-version'] ? undefined : httpError(400, 'invalid_request_error', { message: 'anthropic-version is missing' });
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function send(response: ServerResponse, { status, headers, parts, ending, everyMs }: Reply): Promise<void> {
  response.writeHead(status, headers);
  response.flushHeaders();
  for (const part of parts) {
    if (part instanceof Promise) await part;
    else response.write(part);
    if (everyMs !== undefined) await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  if (ending === 'end') response.end();
  // What was written must have left before the line is cut.
  else if (ending === 'cut') response.write('', () => response.destroy());
}
