// Loaded before a service (NODE_OPTIONS --import): names each of its database statements and requests, and kills or stops the process at the planned one.
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import pg from 'pg';
import type { KillPlan } from './kill-plan.ts';
import { statementName } from './statement-names.ts';

type Callback = (...results: unknown[]) => void;
type Query = (this: pg.Client, ...args: unknown[]) => unknown;

class KillSwitch {
  readonly #file: string;
  #planId = '';
  #seen = 0;
  /** Statements of a client's transaction so far, by which its COMMIT is named. */
  readonly #written = new WeakMap<pg.Client, string[]>();

  constructor(file: string) {
    this.#file = file;
  }

  pass(point: string): void {
    const plan = this.#plan();
    if (!plan) return;
    if (plan.id !== this.#planId) {
      this.#planId = plan.id;
      this.#seen = 0;
    }
    appendFileSync(`${this.#file}.trace`, `${point}\n`);
    if (!new RegExp(plan.match).test(point)) return;
    this.#seen += 1;
    if (this.#seen === plan.nth) this.#fire(plan);
  }

  #plan(): KillPlan | undefined {
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as KillPlan;
    } catch {
      return undefined;
    }
  }

  #fire({ signal, delayMs, victim = process.pid }: KillPlan): void {
    rmSync(this.#file, { force: true });
    if (delayMs > 0) setTimeout(() => process.kill(victim, signal), delayMs);
    else process.kill(victim, signal);
  }

  wrapFetch(fetchReally: typeof fetch): typeof fetch {
    return async (input, init) => {
      const request = new URL(input instanceof Request ? input.url : String(input));
      const name = `${init?.method ?? 'GET'} ${request.pathname}`;
      this.pass(`before ${name}`);
      const response = await fetchReally(input, init);
      this.pass(`after ${name}`);
      if (request.pathname !== '/v1/messages' || !response.body) return response;
      const watched = new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => {
          this.pass(`chunk of ${name}`);
          controller.enqueue(chunk);
        },
      });
      return new Response(response.body.pipeThrough(watched), response);
    };
  }

  wrapQuery(queryReally: Query): Query {
    const killSwitch = this;
    return function (this: pg.Client, ...args: unknown[]) {
      const name = killSwitch.#nameOf(this, args);
      if (name === undefined) return queryReally.apply(this, args);
      killSwitch.pass(`before ${name}`);
      const callback = args.at(-1);
      if (typeof callback === 'function') {
        const after: Callback = (...results) => {
          killSwitch.pass(`after ${name}`);
          (callback as Callback)(...results);
        };
        return queryReally.apply(this, [...args.slice(0, -1), after]);
      }
      return (queryReally.apply(this, args) as Promise<unknown>).then((result) => {
        killSwitch.pass(`after ${name}`);
        return result;
      });
    };
  }

  #nameOf(client: pg.Client, [first, values]: unknown[]): string | undefined {
    if (typeof first !== 'string') return undefined;
    const name = statementName(first, Array.isArray(values) ? values : []);
    if (name === undefined) return undefined;
    const written = this.#written.get(client) ?? [];
    if (name === 'BEGIN') this.#written.set(client, []);
    else if (name === 'COMMIT') return `COMMIT (${written.join(', ')})`;
    else written.push(name);
    return name;
  }
}

/** A process that is killed does not keep what it has compiled, and the next one would begin anew. */
const flushAfterMs = 2000;
setTimeout(flushCompileCache, flushAfterMs).unref();

const file = process.env.KILL_PLAN_FILE;
if (file) {
  const killSwitch = new KillSwitch(file);
  globalThis.fetch = killSwitch.wrapFetch(globalThis.fetch);
  pg.Client.prototype.query = killSwitch.wrapQuery(pg.Client.prototype.query as Query) as typeof pg.Client.prototype.query;
}
