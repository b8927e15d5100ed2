// One of our services as a child process: started with its own environment, ready when it says so, stopped by its pid.
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { projectRoot } from './data-directory.ts';

export type ServiceProcess = { url: string; pid: number; stop: () => Promise<void>; exited: Promise<number | null> };
export type ServiceProcessOptions = { name: string; entry: string; port: number; env: Record<string, string>; logFile: string };

const readyTimeoutMs = 60_000;
const pollMs = 100;
const stopTimeoutMs = 15_000;

/** @throws Error with the last lines of the log when the service ends before it is ready, or is not ready in time */
export async function startServiceProcess(options: ServiceProcessOptions): Promise<ServiceProcess> {
  const url = `http://127.0.0.1:${options.port}`;
  // Another one's answer would be taken for this one's.
  if (await isReady(url)) throw new Error(`${options.name} can't be started: another service answers at ${url}.`);
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = createWriteStream(options.logFile);
  const child = spawn(process.execPath, [options.entry], {
    cwd: projectRoot,
    env: { ...baseEnvironment(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const outcome = await Promise.race([ready(url), exited.then(() => 'exited' as const)]);
  if (outcome !== 'ready') {
    child.kill('SIGKILL');
    throw new Error(`${options.name} did not start (${outcome}).\n${lastLines(options.logFile)}`);
  }
  return { url, pid: child.pid ?? 0, exited, stop: async () => await stop(child, exited) };
}

/** Only what any process needs: a variable of the caller's shell must not reconfigure a service by accident. */
function baseEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'NODE_COMPILE_CACHE'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

async function ready(url: string): Promise<'ready' | 'timeout'> {
  const deadlineMs = Date.now() + readyTimeoutMs;
  while (Date.now() < deadlineMs) {
    if (await isReady(url)) return 'ready';
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return 'timeout';
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
  await response?.text();
  return response?.ok ?? false;
}

async function stop(child: ChildProcess, exited: Promise<number | null>): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await exited;
  clearTimeout(timer);
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trim().split('\n').slice(-12).join('\n');
}
