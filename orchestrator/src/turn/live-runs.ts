// The runs this process works on: started detached from any request, so that a visitor who leaves cancels nothing.

import { runTurn } from './run-turn.ts';
import type { AcceptedMessage, TurnPorts } from './turn.ts';

export class LiveRuns {
  readonly #ports: TurnPorts;
  readonly #live = new Map<string, { controller: AbortController; done: Promise<void> }>();

  constructor(ports: TurnPorts) {
    this.#ports = ports;
  }

  get count(): number {
    return this.#live.size;
  }

  start(message: AcceptedMessage): void {
    const controller = new AbortController();
    const key = keyOf(message.run.sessionId, message.run.id);
    const done = runTurn(this.#ports, message, controller).finally(() => this.#live.delete(key));
    this.#live.set(key, { controller, done });
  }

  /** Stops a run at once if it is this process' own; otherwise its owner sees the wish when it renews the lease. */
  cancel(sessionId: string, runId: string): void {
    this.#live.get(keyOf(sessionId, runId))?.controller.abort('cancelled');
  }

  /** Lets runs finish for a while, then interrupts the rest; resolves when all have ended. */
  async stop(graceMs: number): Promise<void> {
    const all = Promise.all([...this.#live.values()].map((run) => run.done));
    const timer = setTimeout(() => {
      for (const run of this.#live.values()) run.controller.abort('shutdown');
    }, graceMs);
    await all;
    clearTimeout(timer);
  }
}

function keyOf(sessionId: string, runId: string): string {
  return `${sessionId}/${runId}`;
}
