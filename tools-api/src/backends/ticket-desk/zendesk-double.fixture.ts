// A Zendesk on loopback that speaks the wire format of the Ticketing API v2: basic login, tickets, external ids, idempotency keys, its errors.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export type MadeTicket = {
  id: number;
  subject: string;
  comment: { body: string };
  external_id: string;
  priority: string;
  status: string;
  updated_at: string;
  requester?: object;
};
/** lose the answer: the ticket is made, and the line breaks before anybody hears of it. */
export type Mood = 'well' | 'down' | 'hanging' | 'busy' | 'refusing' | 'redirecting' | 'talking nonsense' | 'losing the answer';
export type ZendeskDouble = {
  settings: { url: string; email: string; apiToken: string };
  /** Decides for each request. */
  mood: (ticket: { external_id: string } | undefined) => Mood;
  tickets: MadeTicket[];
  requests: { method: string; url: string; key: string | undefined }[];
  stop: () => Promise<void>;
};

const login = { email: 'agent@shop.example', apiToken: 'token-of-no-value-at-all' };

export async function startZendesk(): Promise<ZendeskDouble> {
  const keys = new Map<string, { body: string; answer: string }>();
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => void serve(double, keys, { request, response }));
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const double: ZendeskDouble = {
    settings: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...login },
    mood: () => 'well',
    tickets: [],
    requests: [],
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return double;
}

type Exchange = { request: IncomingMessage; response: ServerResponse };
type Keys = Map<string, { body: string; answer: string }>;

async function serve(double: ZendeskDouble, keys: Keys, { request, response }: Exchange): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  const key = request.headers['idempotency-key'] as string | undefined;
  double.requests.push({ method: request.method ?? '', url: request.url ?? '', key });
  const wanted = `Basic ${Buffer.from(`${login.email}/token:${login.apiToken}`).toString('base64')}`;
  if (request.headers.authorization !== wanted) return send(response, 401, { error: "Couldn't authenticate you" });
  const url = new URL(request.url ?? '/', 'http://zendesk');
  if (url.pathname !== '/api/v2/tickets.json') return send(response, 404, { error: 'InvalidEndpoint', description: 'Not found' });
  const mood = double.mood(request.method === 'POST' ? JSON.parse(body).ticket : undefined);
  if (isRefusedBy(mood, response)) return;
  if (request.method === 'GET') {
    const found = double.tickets.filter((ticket) => ticket.external_id === url.searchParams.get('external_id'));
    return send(response, 200, { tickets: found, next_page: null, previous_page: null, count: found.length });
  }
  create(double, keys, { response, body, key, mood });
}

function isRefusedBy(mood: Mood, response: ServerResponse): boolean {
  if (mood === 'hanging') return true;
  if (mood === 'down') send(response, 503, { error: 'ServiceUnavailable' });
  else if (mood === 'busy') send(response.setHeader('Retry-After', '93'), 429, { error: 'TooManyRequests' });
  else if (mood === 'redirecting') send(response.setHeader('Location', 'http://127.0.0.1:1/elsewhere'), 302, {});
  else if (mood === 'talking nonsense') response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>');
  else if (mood === 'refusing')
    send(response, 422, {
      error: 'RecordInvalid',
      description: 'Record validation errors',
      details: { requester: [{ description: 'Requester: is suspended.' }] },
    });
  return response.writableEnded;
}

function create(
  double: ZendeskDouble,
  keys: Keys,
  { response, body, key, mood }: { response: ServerResponse; body: string; key: string | undefined; mood: Mood },
): void {
  const known = key === undefined ? undefined : keys.get(key);
  if (known && known.body !== body) {
    send(response, 400, { error: 'IdempotentRequestError', description: 'The key was used with other parameters' });
    return;
  }
  if (known) {
    response.writeHead(201, { 'Content-Type': 'application/json', 'x-idempotency-lookup': 'hit' }).end(known.answer);
    return;
  }
  const ticket: MadeTicket = { id: double.tickets.length + 1, status: 'new', updated_at: '2026-11-20T10:00:00Z', ...JSON.parse(body).ticket };
  double.tickets.push(ticket);
  const answer = JSON.stringify({ ticket, audit: {} });
  if (key !== undefined) keys.set(key, { body, answer });
  if (mood === 'losing the answer') response.destroy();
  else response.writeHead(201, { 'Content-Type': 'application/json', 'x-idempotency-lookup': 'miss' }).end(answer);
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
