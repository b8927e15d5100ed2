// What a process under test is told through a file: at which point of its work it is killed or stopped. Read by kill-switch.ts in that process.
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

export type KillPlan = {
  id: string;
  /** Of the names of points, such as «before COMMIT (insert run, append RUN_STARTED)» and «after POST /tools/cancel_order». */
  match: string;
  /** The how manieth time that such a point is reached, from 1. */
  nth: number;
  /** The process goes on for so long after it has reached the point. */
  delayMs: number;
  signal: NodeJS.Signals;
  /** The process that gets the signal; the one that reaches the point when left out. */
  victim?: number;
};

/** The plan and the record of points of one process; the file's path is in its environment as KILL_PLAN_FILE. */
export class Planned {
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  arm(plan: Pick<KillPlan, 'match'> & Partial<KillPlan>): void {
    rmSync(this.#trace, { force: true });
    const whole: KillPlan = { nth: 1, delayMs: 0, signal: 'SIGKILL', ...plan, id: randomUUID() };
    // In one step, so that nobody reads half of it.
    writeFileSync(`${this.file}.new`, JSON.stringify(whole));
    renameSync(`${this.file}.new`, this.file);
  }

  disarm(): void {
    rmSync(this.file, { force: true });
  }

  /** The point was reached: a plan is used once. */
  get hasFired(): boolean {
    return !existsSync(this.file);
  }

  /** Points that were passed since the plan was armed, in their order. */
  get passed(): string[] {
    return existsSync(this.#trace) ? readFileSync(this.#trace, 'utf8').split('\n').slice(0, -1) : [];
  }

  get #trace(): string {
    return `${this.file}.trace`;
  }
}
