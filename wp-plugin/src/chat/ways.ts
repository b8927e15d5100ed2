// Which way is taken: the quickest that the site allows and this network lets through; what worked is remembered for the tab.
import type { SiteSession } from '@aiguy/manifests/generated/http';
import { createPageWay, watchPages } from './page-way.ts';
import { expectAnswer, HttpError } from './refusal.ts';
import { ChatError, type VisitorSession } from './session.ts';
import { createRequester, type Requester } from './site-request.ts';
import { createSocketWay, readTicket } from './socket-way.ts';
import { createStreamWay, followForEver } from './stream-way.ts';
import { directAddress, relayAddress, type Way, WayBlocked, WayBusy, type WayName } from './way.ts';

export type Ways = {
  current(session: SiteSession): Way;
  /** Tells that a way gave something. */
  proved(way: Way): void;
  /** Takes the next way after a failure that is the way's own. @returns whether there is another one now */
  giveUp(way: Way, error: unknown): boolean;
  close(): void;
};

export type WaysPorts = {
  rest: string;
  session: VisitorSession;
  fetch: typeof fetch;
  /** Milliseconds that only grow. */
  clock: () => number;
  isExpecting: () => boolean;
  memory: WayMemory;
  /** Opens a WebSocket. */
  connect: (url: string, protocols: string[]) => WebSocket;
};

/** Lives as long as the tab. */
export type WayMemory = { read: () => string | null; write: (name: WayName) => void };

/** What a direct way answers where the orchestrator, or something before it, does not let this page in. */
const notLetIn = new Set(['blocked', 'origin_not_allowed', 'not_acceptable', 'orchestrator_unavailable']);
/** A way that has worked before is left only after so many failures in a row. */
const failuresMax = 3;
/** How long a site that had no worker to spare is polled. */
const busyMs = 60_000;

export function createWays(ports: WaysPorts): Ways {
  return new TriedWays(ports);
}

class TriedWays implements Ways {
  readonly #ports: WaysPorts;
  #ways: Way[] = [];
  #directUrl: string | null | undefined;
  #provedName: WayName | undefined;
  #failures = 0;
  #busyUntil = 0;

  constructor(ports: WaysPorts) {
    this.#ports = ports;
  }

  current(session: SiteSession): Way {
    const directUrl = session.transport === 'direct' ? session.orchestratorUrl : null;
    if (directUrl !== this.#directUrl) {
      this.close();
      this.#directUrl = directUrl;
      this.#ways = this.#build(directUrl);
      const known = this.#ways.findIndex(({ name }) => name === this.#ports.memory.read());
      this.#ways.splice(0, Math.max(known, 0));
    }
    return this.#inUse() as Way;
  }

  #inUse(): Way | undefined {
    return this.#ways.at(this.#ports.clock() < this.#busyUntil ? -1 : 0);
  }

  proved(way: Way): void {
    if (way !== this.#ways[0]) return;
    this.#failures = 0;
    if (this.#provedName === way.name) return;
    this.#provedName = way.name;
    this.#ports.memory.write(way.name);
  }

  giveUp(way: Way, error: unknown): boolean {
    if (error instanceof WayBusy) this.#busyUntil = this.#ports.clock() + busyMs;
    if (way !== this.#inUse()) return true;
    if (this.#isHopeless(way, error)) {
      this.#leave(way);
      return true;
    }
    // What broke is opened anew; what was refused has come through.
    if (!(error instanceof ChatError)) way.close();
    return false;
  }

  close(): void {
    for (const way of this.#ways) way.close();
  }

  #isHopeless(way: Way, error: unknown): boolean {
    if (this.#ways.length === 1 || way.name === 'poll') return false;
    if (error instanceof WayBlocked) return true;
    // What a relay answers is the site's own word; only its silence speaks for another way.
    if (way.name === 'relay') return false;
    const isRefused = error instanceof HttpError && notLetIn.has(error.code);
    if (!isRefused && error instanceof HttpError) return false;
    this.#failures += 1;
    return isRefused || this.#provedName !== way.name || this.#failures >= failuresMax;
  }

  #leave(way: Way): void {
    if (way !== this.#ways[0] || this.#ways.length === 1) return;
    way.close();
    this.#ways.shift();
    this.#failures = 0;
  }

  #build(directUrl: string | null): Way[] {
    const { rest, session } = this.#ports;
    const relay = createRequester(this.#ports.fetch, relayAddress(rest, session));
    const watchSite: Way['watch'] = (request) => watchPages(relay, request, this.#ports.isExpecting);
    const through = this.#stream('relay', relay, watchSite);
    const pages = createPageWay(relay, this.#ports.isExpecting);
    if (directUrl === null) return [through, pages];
    const straight = createRequester(this.#ports.fetch, directAddress(directUrl));
    return [this.#socket(directUrl, straight), this.#stream('direct', straight, undefined), through, pages];
  }

  #socket(base: string, requester: Requester): Way {
    return createSocketWay({
      base,
      connect: this.#ports.connect,
      ticket: async (session, signal) => {
        const headers = { Accept: 'application/json', 'Content-Type': 'application/json', ...directAddress(base).headers(session) };
        const url = `${base}/sessions/${encodeURIComponent(session.sessionId)}/ws-ticket`;
        const response = await this.#ports.fetch(url, { method: 'POST', headers, body: '{}', credentials: 'omit', cache: 'no-store', signal });
        return await readTicket(await expectAnswer(response, 'application/json').catch(orBlocked));
      },
      // Its events come over the socket.
      post: async (command, session, signal) => {
        const response = await requester.post(command, 'text/event-stream', { session, signal });
        await response.body?.cancel();
      },
    });
  }

  #stream(name: WayName, requester: Requester, watch: Way['watch'] | undefined): Way {
    const { clock } = this.#ports;
    const onHeldBack = () => this.#leave(way);
    const ports = { name, requester, clock, onHeldBack };
    const way: Way = createStreamWay({ ...ports, watch: watch ?? followForEver(ports) });
    return way;
  }
}

/** Without a ticket there is no socket, but there may be a stream; a session that is over is renewed first. */
function orBlocked(error: unknown): never {
  throw error instanceof HttpError && error.status !== 401 ? new WayBlocked(error.code) : error;
}
