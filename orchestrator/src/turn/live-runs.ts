// The runs this process works on, detached from any request, and the sweep that takes up what nobody works on any more.
import { dayIn } from '@aiguy/manifests/time-zone';
import type { Assignment } from '../session/run.ts';
import { followTasks } from './follow-tasks.ts';
import { reconcileEffects } from './reconcile-effects.ts';
import { runTurn } from './run-turn.ts';
import type { TurnPorts } from './turn.ts';

/** With the lease it bounds how long an abandoned turn rests: at most 9 s + 2 s. */
const sweepMs = 2000;

export class LiveRuns {
  readonly #ports: TurnPorts;
  readonly #live = new Map<string, { controller: AbortController; done: Promise<void> }>();
  #sweeping: Promise<void> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #stopping = new AbortController();
  #isEnding = false;
  #mustLeave = false;

  constructor(ports: TurnPorts) {
    this.#ports = ports;
  }

  get count(): number {
    return this.#live.size;
  }

  /**
   * Takes up what earlier processes of the instance left, then sweeps until the end.
   * @param instance name of this process' place, which a restarted process has again
   */
  async begin(instance: string): Promise<void> {
    await this.#takeOver(instance);
    this.#schedule();
  }

  start(assignment: Assignment): void {
    const { run } = assignment;
    const controller = new AbortController();
    const key = keyOf(run.sessionId, run.id);
    if (this.#mustLeave) controller.abort('shutdown');
    const done = runTurn(this.#ports, assignment, controller).then((next) => {
      this.#live.delete(key);
      if (next) this.start(next);
    });
    this.#live.set(key, { controller, done });
  }

  /** Stops a run at once if it is this process' own; otherwise its owner sees the wish when it renews the lease. */
  cancel(sessionId: string, runId: string): void {
    this.#live.get(keyOf(sessionId, runId))?.controller.abort('cancelled');
  }

  /**
   * Looks once for abandoned runs, cards whose time is over, effects in doubt, tasks that have got on, people who were asked for in vain, conversations
   * nobody has gone on with, money that dead processes had set aside, and runs that have ended since.
   */
  async sweep(): Promise<void> {
    await this.#takeOver();
    await this.#ports.interrupts.expire();
    await reconcileEffects(this.#ports);
    await followTasks(this.#ports, this.#stopping.signal);
    await this.#ports.handoffs.closeForgotten();
    await this.#ports.expireSessions();
    await this.#ports.usage.releaseDead();
    await this.#ports.usage.forgetVisitors(dayIn('UTC', this.#ports.nowMs()));
    await this.#ports.noteRuns();
  }

  /** Lets runs finish for a while, then gives the rest back; resolves when all have ended. */
  async stop(graceMs: number): Promise<void> {
    this.#isEnding = true;
    this.#stopping.abort();
    clearTimeout(this.#timer);
    const timer = setTimeout(() => {
      this.#mustLeave = true;
      for (const run of this.#live.values()) run.controller.abort('shutdown');
    }, graceMs);
    await this.#sweeping;
    while (this.#live.size > 0) await Promise.all([...this.#live.values()].map((run) => run.done));
    clearTimeout(timer);
    await this.#ports.afterwards.stop();
  }

  async #takeOver(earlierBootsOf?: string): Promise<void> {
    const isLive = (sessionId: string, runId: string) => this.#live.has(keyOf(sessionId, runId));
    const taken = await this.#ports.runs.takeOver({ isLive, ...(earlierBootsOf === undefined ? {} : { earlierBootsOf }) });
    for (const assignment of taken) this.start(assignment);
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      // A database that can't be asked now is asked again at the next sweep.
      this.#sweeping = this.sweep().catch(() => undefined);
      void this.#sweeping.then(() => {
        if (!this.#isEnding) this.#schedule();
      });
    }, sweepMs);
  }
}

function keyOf(sessionId: string, runId: string): string {
  return `${sessionId}/${runId}`;
}
