// An orchestrator that a test plays: sessions with a log, cards and forms that are settled once, streams and pages of it, as the contract says.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { acceptSocket } from './web-socket.ts';

type Event = Record<string, unknown>;
export type PlayedInterrupt = { id: string; toolCallId: string; outcome: string | undefined; metadata: { aiguy: Event } } & Event;

export class PlayedSession {
  /** Called when the browser has told its page. */
  onPage: () => void = () => undefined;
  /** What is downloaded, whichever file is asked for. */
  file: Buffer | undefined;
  readonly id: string;
  readonly log: Event[] = [];
  /** Messages by their id: the length of the log when each came. */
  readonly taken = new Map<string, number>();
  readonly interrupts = new Map<string, PlayedInterrupt>();
  /** What the clicks, forms and undos brought, in order. */
  readonly received: { path: string; body: Event }[] = [];
  runId: string | undefined;
  #listeners = new Set<() => void>();
  #runs = 0;

  constructor(id: string) {
    this.id = id;
  }

  emit(...events: Event[]): void {
    for (const event of events) {
      this.log.push({ timestamp: Date.now(), ...event });
      if (event.type === 'RUN_STARTED') this.runId = String(event.runId);
      if (event.type === 'RUN_FINISHED' || event.type === 'RUN_ERROR') this.runId = undefined;
    }
    for (const listener of [...this.#listeners]) listener();
  }

  start(messages: Event[] = []): string {
    this.#runs += 1;
    const runId = `run-${this.#runs}`;
    this.emit({ type: 'RUN_STARTED', threadId: this.id, runId, input: { threadId: this.id, runId, messages, tools: [], context: [] } });
    return runId;
  }

  say(text: string, messageId = `answer-${this.log.length}`): void {
    this.emit(
      { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId, delta: text },
      { type: 'TEXT_MESSAGE_END', messageId },
    );
  }

  finish(outcome: Event = { type: 'success' }): void {
    this.emit({ type: 'RUN_FINISHED', threadId: this.id, runId: this.runId, outcome });
  }

  ask(...interrupts: PlayedInterrupt[]): void {
    for (const interrupt of interrupts) this.interrupts.set(interrupt.id, interrupt);
    this.finish({ type: 'interrupt', interrupts: interrupts.map(({ outcome: _none, ...interrupt }) => interrupt) });
  }

  settle(interruptId: string, outcome: string): void {
    const interrupt = this.interrupts.get(interruptId);
    if (interrupt) interrupt.outcome = outcome;
    this.custom('interrupt_settled', { interruptId, outcome });
  }

  custom(name: string, value: Event): void {
    this.emit({ type: 'CUSTOM', name: `aiguy.${name}`, value });
  }

  /** Settles with the next event, or when the signal says so. */
  async next(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#listeners.delete(done);
        resolve();
      };
      this.#listeners.add(done);
      signal.addEventListener('abort', done);
    });
  }
}

export type PlayedOrchestrator = {
  url: string;
  sessions: Map<string, PlayedSession>;
  /** Answers a message whose run has begun. */
  onMessage: (session: PlayedSession, message: string) => void;
  /** Goes on after a card or a form, in the run that continues. */
  onSettled: (session: PlayedSession, interrupt: PlayedInterrupt) => void;
  onUndo: (session: PlayedSession, effectId: string) => void;
  /** Refuses a form's values: pointer → rule. */
  checkForm: (values: Event) => { pointer: string; rule: string }[];
  /** What the site's people are answered, by path below /staff. */
  staff: Map<string, object>;
  /** What browsers may do without the site in between. */
  lets: { requests: boolean; sockets: boolean };
  /** How browsers came, such as «socket» or «POST /chat». */
  direct: string[];
  stop: () => void;
};

export async function playOrchestrator(): Promise<PlayedOrchestrator> {
  const played: PlayedOrchestrator = {
    url: '',
    sessions: new Map(),
    onMessage: (session) => session.finish(),
    onSettled: (session) => session.finish(),
    onUndo: (session) => session.finish(),
    checkForm: () => [],
    staff: new Map(),
    lets: { requests: true, sockets: true },
    direct: [],
    stop: () => undefined,
  };
  const server: Server = createServer((request, response) => void serve(played, request, response).catch(() => response.destroy()));
  server.on('upgrade', (request: IncomingMessage, connection: Duplex) => serveSocket(played, request, connection));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  played.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  played.stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return played;
}

/** @returns whether the request is no visitor's through the site, and answered */
function answerAside(played: PlayedOrchestrator, request: IncomingMessage, response: ServerResponse): boolean {
  const told = played.staff.get(/^\/staff\/([a-z]+)/.exec(request.url ?? '')?.[1] ?? '');
  if (told) response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(told));
  return told !== undefined || (request.headers.origin !== undefined && answerCrossOrigin(played, request, response));
}

async function serve(played: PlayedOrchestrator, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (answerAside(played, request, response)) return;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString('utf8')) as Event);
  const url = new URL(request.url ?? '/', 'http://orchestrator');
  const session = sessionOf(played, request);
  const path = url.pathname.replace(`/sessions/${session.id}/`, '');
  const exchange = { session, body, url, request, response };
  if (url.pathname === '/chat') return await takeMessage(played, exchange);
  if (path === 'events') return await giveEvents(exchange);
  if (answerPlainly(exchange, path)) return;
  session.received.push({ path, body });
  if (path.endsWith('/undo')) {
    session.start();
    const from = session.log.length - 1;
    played.onUndo(session, path.split('/')[1] ?? '');
    return await stream(exchange, from);
  }
  if (path.startsWith('confirmations/') || path.startsWith('inputs/')) return await settle(played, exchange, path);
  refuse(response, 404, 'not_found');
}

/** @returns whether that was all there was to answer */
function answerPlainly({ session, response, body }: Exchange, path: string): boolean {
  const answer = plainAnswer(session, path);
  if (answer) json(response, 200, answer);
  else if (path.startsWith('files/')) giveFile(session, response);
  else if (path === 'page') {
    session.received.push({ path, body });
    session.onPage();
    json(response, 200, { taken: true });
  } else return false;
  return true;
}

function giveFile({ file }: PlayedSession, response: ServerResponse): void {
  if (file) response.writeHead(200, { 'Content-Type': 'application/pdf', 'Content-Length': file.length }).end(file);
  else refuse(response, 404, 'not_found');
}

function plainAnswer(session: PlayedSession, path: string): Event | undefined {
  if (path === 'ws-ticket') return { ticket: session.id, expiresAt: new Date(Date.now() + 30_000).toISOString() };
  if (path === 'cancel') return { cancelled: session.runId !== undefined };
  return path.startsWith('receipts/') ? { number: Number(path.split('/')[1]), signature: 'played' } : undefined;
}

/** @returns whether that was all there was to answer */
function answerCrossOrigin(played: PlayedOrchestrator, request: IncomingMessage, response: ServerResponse): boolean {
  played.direct.push(`${request.method} ${request.url?.replace(/\/sessions\/[^/]+/, '')}`);
  if (played.lets.requests) response.setHeader('Access-Control-Allow-Origin', String(request.headers.origin));
  response.setHeader('Access-Control-Allow-Headers', 'authorization, content-type');
  if (request.method === 'OPTIONS') response.writeHead(204).end();
  return request.method === 'OPTIONS';
}

type Exchange = { session: PlayedSession; body: Event; url: URL; request: IncomingMessage; response: ServerResponse };

function sessionOf(played: PlayedOrchestrator, request: IncomingMessage): PlayedSession {
  const payload = String(request.headers.authorization).split('.')[1] ?? '';
  const { sid } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { sid: string };
  const session = played.sessions.get(sid) ?? new PlayedSession(sid);
  played.sessions.set(sid, session);
  return session;
}

async function takeMessage(played: PlayedOrchestrator, exchange: Exchange): Promise<void> {
  const { session, body } = exchange;
  // A message is taken once: the same one again gives the log from where it began.
  const known = session.taken.get(String(body.messageId));
  const from = known ?? session.log.length;
  if (body.messageId !== undefined) session.taken.set(String(body.messageId), from);
  if (known === undefined) begin(played, session, body);
  await stream(exchange, from, String(body.messageId));
}

/** Begins the run of a message, or lets it wait. */
function begin(played: PlayedOrchestrator, session: PlayedSession, body: Event): void {
  const message = { id: String(body.messageId), role: 'user', content: String(body.message) };
  const start = () => {
    session.start([message]);
    played.onMessage(session, message.content);
  };
  if (session.runId === undefined) start();
  else {
    session.custom('queued', { runId: 'later', messageId: message.id, text: message.content, position: 1 });
    void (async () => {
      while (session.runId !== undefined) await session.next(new AbortController().signal);
      start();
    })();
  }
}

async function settle(played: PlayedOrchestrator, exchange: Exchange, path: string): Promise<void> {
  const { session, body, response } = exchange;
  const interrupt = session.interrupts.get(decodeURIComponent(path.split('/')[1] ?? ''));
  if (!interrupt) return refuse(response, 404, 'not_found');
  if (interrupt.outcome === 'expired') return refuse(response, 410, 'interrupt_expired');
  if (interrupt.outcome) return refuse(response, 409, 'interrupt_decided');
  const details = body.values ? played.checkForm(body.values as Event) : [];
  if (details.length > 0) return json(response, 400, { code: 'form_invalid', message: 'Some fields are wrong.', requestId: 'r', details });
  const outcome = body.decision === 'approve' ? 'approved' : body.decision === 'reject' ? 'rejected' : body.cancel ? 'cancelled' : 'submitted';
  const from = session.log.length;
  session.start();
  session.settle(interrupt.id, outcome);
  played.onSettled(session, interrupt);
  await stream(exchange, from);
}

async function giveEvents(exchange: Exchange): Promise<void> {
  const { session, url, request, response } = exchange;
  const after = Number(url.searchParams.get('after') ?? 0);
  if (request.headers.accept !== 'application/json') return await stream(exchange, after);
  const waitMs = Number(url.searchParams.get('wait') ?? 0) * 1000;
  const end = new AbortController();
  response.once('close', () => end.abort());
  const timer = setTimeout(() => end.abort(), waitMs);
  while (session.log.length <= after && !end.signal.aborted) await session.next(end.signal);
  clearTimeout(timer);
  const events = session.log.slice(after).map((event, at) => ({ seq: after + at + 1, event }));
  json(response, 200, { events, lastEventId: session.log.length, running: session.runId !== undefined });
}

/** @param messageId goes on until the run of this message has ended, whatever else ends before */
async function stream({ session, response, url }: Exchange, from: number, messageId?: string): Promise<void> {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  let isOwn = false;
  for (let at = from; !gone.signal.aborted; ) {
    for (; at < session.log.length; at += 1) {
      const event = session.log[at] ?? {};
      response.write(`id: ${at + 1}\ndata: ${JSON.stringify(event)}\n\n`);
      const messages = (event.input as { messages?: { id: string }[] } | undefined)?.messages ?? [];
      isOwn ||= messages.some(({ id }) => id === messageId);
      if (isOwn && isTerminal(event)) return void response.end();
    }
    if (messageId === undefined && session.runId === undefined && url.searchParams.get('follow') !== '1') return void response.end();
    await session.next(gone.signal);
  }
}

function isTerminal(event: Event): boolean {
  return event.type === 'RUN_FINISHED' || event.type === 'RUN_ERROR';
}

function json(response: ServerResponse, status: number, body: Event): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, code: string): void {
  json(response, status, { code, message: 'No.', requestId: 'r' });
}

/** The ticket names its session. */
function serveSocket(played: PlayedOrchestrator, request: IncomingMessage, connection: Duplex): void {
  const ticket = /aiguy\.ticket\.([\w-]+)/.exec(String(request.headers['sec-websocket-protocol']))?.[1] ?? '';
  const session = played.sessions.get(ticket);
  if (!session || !played.lets.sockets) return void connection.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  played.direct.push('socket');
  const gone = new AbortController();
  connection.once('close', () => gone.abort());
  const socket = acceptSocket(request, connection, (frame) => {
    if (frame.type === 'resume') void follow(Number(frame.after));
    if (frame.type === 'message') begin(played, session, frame);
    if (frame.type === 'confirm') decide(String(frame.interruptId), frame.decision === 'approve' ? 'approved' : 'rejected');
  });
  function decide(id: string, outcome: string): void {
    const interrupt = session?.interrupts.get(id);
    if (!session || !interrupt || interrupt.outcome)
      return void socket.send({ type: 'error', code: 'interrupt_decided', message: 'No.', requestId: 'r', inReplyTo: id });
    socket.send({ type: 'ack', inReplyTo: id });
    session.start();
    session.settle(id, outcome);
    played.onSettled(session, interrupt);
  }
  async function follow(after: number): Promise<void> {
    if (!session) return;
    socket.send({ type: 'ready', lastEventId: session.log.length });
    for (let at = after; !gone.signal.aborted; ) {
      for (; at < session.log.length; at += 1) socket.send({ type: 'event', seq: at + 1, event: session.log[at] });
      await session.next(gone.signal);
    }
  }
}
