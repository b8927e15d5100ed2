// The visitor's session with the site: opened when the chat opens, renewed before it ends, kept in this page's memory only.
import type { SiteSession } from '@aiguy/manifests/generated/http';

/** Sends a JSON request and gives the parsed answer; rejects with the parsed error body. */
export type SendJson = (request: {
  url: string;
  method: string;
  headers: Record<string, string>;
  data: object;
  signal: AbortSignal;
}) => Promise<unknown>;

/** Something went wrong that the visitor is told about by its code. */
export class ChatError extends Error {
  readonly code: string;
  /** How long the server wants to be left alone. */
  readonly retryAfterMs: number | undefined;
  /** Which fields broke which rules, as the server tells it. */
  readonly details: unknown;

  constructor(code: string, retryAfterMs?: number, details?: unknown) {
    super(code);
    this.name = 'ChatError';
    this.code = code;
    this.retryAfterMs = retryAfterMs;
    this.details = details;
  }
}

export type VisitorSession = {
  /** Opens the session, or renews one that ends soon; concurrent calls share one request. */
  ensure(): Promise<SiteSession>;
  /** Asks the site anew, after it refused the session. */
  renew(): Promise<SiteSession>;
  /** Changes to another session: a new one, an earlier one, or one that was begun on another device. */
  change(wish: SessionWish): Promise<SiteSession>;
  /** What a request of this visitor carries besides the cookie. */
  headers(): Record<string, string>;
};

export type SessionWish = { start: 'new' } | { open: string } | { link: string };

export type SessionPorts = {
  /** Base of the routes, as the page gives it. */
  rest: string;
  /** Id of the agent; empty or left out for the site's default. */
  agent?: string | undefined;
  /** The page's, such as de_DE; the site's own when left out. */
  locale?: string | undefined;
  send: SendJson;
  now: () => number;
};

const requestTimeoutMs = 15_000;
/** Renewed this long before the end, so that no request goes out with a session that ends on the way. */
const renewBeforeMs = 30_000;
/** A visitor's clock may be wrong; the remaining time is never taken for less or more than this. */
const lifetimeMs = { min: 60_000, max: 300_000 };

export function createSession(ports: SessionPorts): VisitorSession {
  let session: SiteSession | undefined;
  let renewAt = 0;
  let pending: Promise<SiteSession> | undefined;

  async function open(wish: SessionWish | object = {}): Promise<SiteSession> {
    const next = await openSession(ports, session?.nonce ?? null, wish);
    const leftMs = Math.min(Math.max(next.expiresAt * 1000 - ports.now(), lifetimeMs.min), lifetimeMs.max);
    session = next;
    renewAt = ports.now() + leftMs - renewBeforeMs;
    return next;
  }

  async function renew(): Promise<SiteSession> {
    pending ??= open().finally(() => {
      pending = undefined;
    });
    return await pending;
  }

  return {
    ensure: async () => (session && ports.now() < renewAt ? session : await renew()),
    renew,
    change: async (wish) => {
      await pending;
      return await open(wish);
    },
    headers: (): Record<string, string> => ({
      ...(session ? { 'X-Aiguy-Session': session.sessionId } : {}),
      ...(session?.visitor === 'customer' && session.nonce ? { 'X-WP-Nonce': session.nonce } : {}),
      ...pageHeaders(ports),
    }),
  };
}

/** With the nonce that is known; without it when the site does not know it any more; again with the one that the site gives. */
async function openSession(ports: SessionPorts, nonce: string | null, wish: object): Promise<SiteSession> {
  const first = await post(ports, nonce, wish).catch(async (error: unknown) => {
    if (nonce !== null && error instanceof ChatError && error.code === 'rest_cookie_invalid_nonce') return await post(ports, null, wish);
    throw error;
  });
  return first.visitor === 'guest' && first.nonce !== null ? await post(ports, first.nonce, wish) : first;
}

/** What the page that the chat stands on says of it. */
const pageHeaders = ({ agent, locale }: SessionPorts): Record<string, string> => ({
  ...(agent ? { 'X-Aiguy-Agent': agent } : {}),
  ...(locale ? { 'X-Aiguy-Language': locale } : {}),
});

async function post(ports: SessionPorts, nonce: string | null, data: object): Promise<SiteSession> {
  const { rest, send } = ports;
  const headers: Record<string, string> = { ...(nonce === null ? {} : { 'X-WP-Nonce': nonce }), ...pageHeaders(ports) };
  try {
    return parseSession(await send({ url: `${rest}session`, method: 'POST', headers, data, signal: AbortSignal.timeout(requestTimeoutMs) }));
  } catch (error) {
    throw toChatError(error);
  }
}

function parseSession(value: unknown): SiteSession {
  const session = value as Partial<SiteSession> | null;
  if (typeof session?.sessionId !== 'string' || typeof session.expiresAt !== 'number') throw new ChatError('blocked');
  return { ...(session as SiteSession), nonce: session.nonce ?? null, visitor: session.visitor === 'customer' ? 'customer' : 'guest' };
}

/** Names what a request may end with: a body of ours, of WordPress, of something in between, or nothing at all. */
export function toChatError(error: unknown): ChatError {
  if (error instanceof ChatError) return error;
  const code = error instanceof Object && 'code' in error ? error.code : undefined;
  if (code === 'offline_error') return new ChatError('offline');
  if (code === 'invalid_json') return new ChatError('blocked');
  if (code === 'fetch_error') return new ChatError('connection_lost');
  return new ChatError(typeof code === 'string' ? code : 'connection_lost');
}
