// Child processes of the benchmark, and what the kernel says they used.
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../scripts/data-directory.ts';

export type Started<T> = { child: ChildProcess; pid: number; said: T; stop: () => void };

/** Starts a file of this folder and waits for the one message it sends when it is ready. */
export async function start<T>(file: string, args: string[] = []): Promise<Started<T>> {
  const child = fork(join(projectRoot, 'bench', file), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const said = await new Promise<T>((resolve, reject) => {
    child.once('message', (message) => resolve(message as T));
    child.once('exit', () => reject(new Error(`${file} did not start`)));
  });
  return { child, pid: child.pid ?? 0, said, stop: () => void child.kill() };
}

/** Gives a child one job and waits for its one answer. */
export async function give<J extends object, R>(file: string, job: J): Promise<R> {
  const child = fork(join(projectRoot, 'bench', file), [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send(job);
  return await new Promise<R>((resolve, reject) => {
    child.once('message', (message) => resolve(message as R));
    child.once('exit', () => reject(new Error(`${file} gave no answer`)));
  });
}

/** User and system time of a process so far, s (proc(5), 100 ticks a second). */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

export function rssMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

export function percentile(values: number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}
