// Servers that a test starts: waited for until they answer, ended by their id.
import type { ChildProcess } from 'node:child_process';

export type Stop = () => Promise<void>;

export const startTimeoutMs = 60_000;
const pollMs = 20;
const endTimeoutMs = 10_000;
const killTimeoutMs = 5_000;

/** @param group whether its children end with it, and are waited for; then it must have been started detached */
export async function end(child: ChildProcess, group = false): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const target = group ? -pid : pid;
  const deadlineMs = Date.now() + endTimeoutMs;
  signal(target, 'SIGTERM');
  while (group ? isThere(target) : child.exitCode === null && child.signalCode === null) {
    if (Date.now() > deadlineMs + killTimeoutMs) throw new Error(`process ${pid} does not end`);
    if (Date.now() > deadlineMs) signal(target, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function isThere(target: number): boolean {
  try {
    return process.kill(target, 0);
  } catch {
    return false;
  }
}

function signal(target: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(target, name);
  } catch {
    // It has ended by itself.
  }
}
