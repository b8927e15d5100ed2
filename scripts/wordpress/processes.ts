// Servers that a test starts: waited for until they answer, ended by their id.
import type { ChildProcess } from 'node:child_process';

export type Stop = () => Promise<void>;

export const startTimeoutMs = 60_000;
const pollMs = 50;
const endTimeoutMs = 10_000;

/** @throws Error naming what did not start in time, with `why` if there is more to say */
export async function until(check: () => boolean | Promise<boolean>, what: string, why: () => string = () => ''): Promise<void> {
  const deadlineMs = Date.now() + startTimeoutMs;
  while (!(await check())) {
    if (Date.now() > deadlineMs) throw new Error(`${what} did not start within ${startTimeoutMs / 1000} s. ${why()}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** @param group whether its children end with it; then it must have been started detached */
export async function end(child: ChildProcess, group = false): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  process.kill(group ? -child.pid : child.pid, 'SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), endTimeoutMs);
  await exited;
  clearTimeout(timer);
}
