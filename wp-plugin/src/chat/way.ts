// A way to the log: what each of them does, and the addresses that lead there.
import type { SiteSession } from '@aiguy/manifests/generated/http';
import type { VisitorSession } from './session.ts';
import type { Command, ReceivedEvent } from './transport.ts';

export type WayName = 'socket' | 'direct' | 'relay' | 'poll';

/** What arrived together; nothing at all is a sign of life. */
export type Batch = { events: ReceivedEvent[] /** The command is known to be taken. */; isTaken: boolean };

export type WayRequest = {
  session: SiteSession;
  /** Undefined: only follow. */
  command: Command | undefined;
  /** The last event that is known. */
  after: () => number;
  isRunning: () => boolean;
  signal: AbortSignal;
};

/**
 * Contract: `open` sends the command, if there is one, and gives the log's events in order until the other side ends; `watch` gives them while
 * nothing runs, and ends when something does. Both throw a ChatError for what was refused, WayBlocked for a way that does not work here, WayBusy
 * for one that has no room now, and anything else for a connection that broke.
 */
export type Way = {
  readonly name: WayName;
  open(request: WayRequest): AsyncIterable<Batch>;
  watch(request: WayRequest): AsyncIterable<Batch>;
  close(): void;
};

export class WayBlocked extends Error {}

/** The site has no worker to spare for a stream just now. */
export class WayBusy extends Error {}

/** Where requests go and what they carry. */
export type Address = {
  post: (command: Command, session: SiteSession) => { url: string; body: object };
  events: (session: SiteSession, query: string) => string;
  headers: (session: SiteSession) => Record<string, string>;
  credentials: RequestCredentials;
};

export function relayAddress(rest: string, session: VisitorSession): Address {
  return {
    post: (command) => {
      const [path, body] = relayPost(command);
      return { url: rest + path, body };
    },
    events: (_session, query) => `${rest}chat${rest.includes('?') ? '&' : '?'}${query}`,
    headers: () => session.headers(),
    credentials: 'same-origin',
  };
}

export function directAddress(base: string): Address {
  const own = ({ sessionId }: SiteSession) => `${base}/sessions/${encodeURIComponent(sessionId)}`;
  return {
    post: (command, session) => directPost(command, base, own(session)),
    events: (session, query) => `${own(session)}/events?${query}`,
    headers: ({ assertion }) => ({ Authorization: `Bearer ${assertion}` }),
    credentials: 'omit',
  };
}

function relayPost(command: Command): [string, object] {
  switch (command.type) {
    case 'message':
      return ['chat', { message: command.message, messageId: command.messageId }];
    case 'decision':
      return ['chat/confirmations', { interruptId: command.interruptId, decision: command.decision }];
    case 'input':
      return ['chat/inputs', { interruptId: command.interruptId, ...command.answer }];
    case 'undo':
      return ['chat/undo', { effectId: command.effectId }];
  }
}

function directPost(command: Command, base: string, own: string): { url: string; body: object } {
  switch (command.type) {
    case 'message':
      return { url: `${base}/chat`, body: { message: command.message, messageId: command.messageId } };
    case 'decision':
      return { url: `${own}/confirmations/${encodeURIComponent(command.interruptId)}`, body: { decision: command.decision } };
    case 'input':
      return { url: `${own}/inputs/${encodeURIComponent(command.interruptId)}`, body: command.answer };
    case 'undo':
      return { url: `${own}/effects/${encodeURIComponent(command.effectId)}/undo`, body: {} };
  }
}
