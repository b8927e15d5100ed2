// The WebSocket straight to the orchestrator: one connection for commands and events, opened with a ticket that is used once.
import type { SiteSession } from '@aiguy/manifests/generated/http';
import { type Fields, fields, number, text } from './json.ts';
import { HttpError } from './refusal.ts';
import { SocketLink } from './socket-link.ts';
import type { Command } from './transport.ts';
import { type Batch, type Way, WayBlocked, type WayRequest } from './way.ts';

const openTimeoutMs = 8_000;

export type SocketPorts = {
  /** Where the orchestrator is; https or, on one computer, http. */
  base: string;
  /** A ticket for one connection. */
  ticket: (session: SiteSession, signal: AbortSignal) => Promise<string>;
  connect: (url: string, protocols: string[]) => WebSocket;
  /** For what has no frame of its own. */
  post: (command: Command, session: SiteSession, signal: AbortSignal) => Promise<void>;
};

export function createSocketWay(ports: SocketPorts): Way {
  let link: SocketLink | undefined;
  /** One connection for all that ask at the same time. */
  let opening: Promise<SocketLink> | undefined;
  const close = () => {
    link?.close();
    link = undefined;
  };
  async function linkFor(request: WayRequest): Promise<SocketLink> {
    if (link && (link.sessionId !== request.session.sessionId || !link.isOpen)) close();
    if (link) return link;
    opening ??= openLink(ports, request).finally(() => {
      opening = undefined;
    });
    link = await opening;
    return link;
  }
  return {
    name: 'socket',
    open: (request) => followLink(ports, linkFor, request),
    watch: (request) => watchLink(linkFor, request),
    close,
  };
}

/** Waits no longer than its own limit, whatever becomes of the request that was the first to ask. */
async function openLink({ base, ticket, connect }: SocketPorts, { session, after }: WayRequest): Promise<SocketLink> {
  const signal = AbortSignal.timeout(openTimeoutMs);
  const credential = await ticket(session, signal);
  const socket = connect(`${base.replace(/^http/, 'ws')}/ws/chat`, ['aiguy.v1', `aiguy.ticket.${credential}`]);
  const link = new SocketLink(socket, session.sessionId);
  try {
    await link.ready(after(), signal);
    return link;
  } catch (error) {
    link.close();
    throw error;
  }
}

type LinkFor = (request: WayRequest) => Promise<SocketLink>;

async function* followLink(ports: SocketPorts, linkFor: LinkFor, request: WayRequest): AsyncGenerator<Batch> {
  const { command, session, signal, after, isRunning } = request;
  const link = await linkFor(request);
  const listener = link.listen(signal);
  let isTaken = false;
  if (command?.type === 'undo') {
    await ports.post(command, session, signal);
    isTaken = true;
  } else if (command) link.send(toFrame(command));
  // Nothing is asked, nothing runs, and all that was said is known.
  const isDone = () => command === undefined && !isRunning() && after() >= link.lastEventId;
  if (isTaken) yield { events: [], isTaken };
  while (!isDone()) {
    const messages = await listener.next();
    for (const message of messages) isTaken = readReply(message, command) || isTaken;
    yield { events: messages.flatMap(({ received }) => received ?? []), isTaken };
  }
}

async function* watchLink(linkFor: LinkFor, request: WayRequest): AsyncGenerator<Batch> {
  const link = await linkFor(request);
  const listener = link.listen(request.signal);
  for (;;) yield { events: (await listener.next()).flatMap(({ received }) => received ?? []), isTaken: false };
}

/**
 * @returns whether the server has taken the command
 * @throws HttpError for what it refuses, WayBlocked for a connection that it does not understand
 */
function readReply({ frame }: { frame: Fields }, command: Command | undefined): boolean {
  const isOurs = command !== undefined && frame.inReplyTo === replyKey(command);
  if (frame.type === 'ack') return isOurs;
  if (frame.type !== 'error') return false;
  if (isOurs) throw new HttpError(number(frame.status) ?? 400, text(frame.code) || 'invalid_request', { details: frame.details });
  // Meant for another command of this page, or for the connection, which then ends.
  if (frame.inReplyTo === undefined) throw new WayBlocked(text(frame.code));
  return false;
}

function replyKey(command: Command): string {
  return command.type === 'message' ? command.messageId : command.type === 'undo' ? '' : command.interruptId;
}

function toFrame(command: Exclude<Command, { type: 'undo' }>): Fields {
  switch (command.type) {
    case 'message':
      return { type: 'message', messageId: command.messageId, message: command.message };
    case 'decision':
      return { type: 'confirm', interruptId: command.interruptId, decision: command.decision };
    case 'input':
      return { type: 'input', interruptId: command.interruptId, ...command.answer };
  }
}

/** @throws WayBlocked for an answer without a ticket */
export async function readTicket(response: Response): Promise<string> {
  const ticket = text(fields(await response.json()).ticket);
  if (!/^[\w.~-]{1,500}$/.test(ticket)) throw new WayBlocked('no ticket');
  return ticket;
}
