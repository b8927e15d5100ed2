// A real PostgreSQL 17 with pgvector on loopback, for tests and measurements: Debian's own in a chroot, with data of its own, stopped by pid.
import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { dataDirectory } from './data-directory.ts';
import { freePort } from './free-port.ts';

export type NativePostgres = { url: string; pid: number; stop: () => Promise<void> };
export type NativePostgresOptions = { dataDir?: string; port?: number; signal?: AbortSignal };

const unpackTimeoutMs = 600_000;
const initTimeoutMs = 60_000;
const startTimeoutMs = 60_000;
const pollMs = 50;
/** After each of them the next harder signal is sent. */
const stopTimeoutMs = 10_000;
const binaries = '/usr/lib/postgresql/17/bin';

/**
 * Starts one server with its defaults (fsync on); whoever can reach loopback may connect, so it is not for data that matters.
 * @param options.dataDir where its files are kept, created and given to the chroot's user postgres; temporary and removed by stop() when left out
 * @param options.port 0 or left out = a free one
 * @param options.signal ends the start, or stops what was started
 * @throws Error naming what is missing, or with the last lines of the server's log
 */
export async function startNativePostgres(options: NativePostgresOptions = {}): Promise<NativePostgres> {
  const { signal } = options;
  const tree = await ensurePostgresTree(signal);
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'aiguy-postgres-'));
  const discard = () => (options.dataDir ? undefined : rmSync(dataDir, { recursive: true, force: true }));
  try {
    await initialise(tree, dataDir, signal);
    const port = options.port || (await freePort());
    const server = inTree(tree, dataDir, [`${binaries}/postgres`, '-D', '/srv', '-p', String(port)]);
    const stop = async () => {
      signal?.removeEventListener('abort', onAbort);
      await end(server.child);
      discard();
    };
    const onAbort = () => void stop();
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    try {
      await ready(server, url, signal);
    } catch (error) {
      await stop();
      throw error;
    }
    signal?.addEventListener('abort', onAbort, { once: true });
    return { url, pid: server.child.pid ?? 0, stop };
  } catch (error) {
    discard();
    throw error;
  }
}

async function ensurePostgresTree(signal?: AbortSignal): Promise<string> {
  const tree = join(dataDirectory(), 'cache', 'postgres-17');
  if (process.getuid?.() !== 0) throw new Error('A real Postgres with pgvector runs in a chroot, which needs root.');
  if (existsSync(tree)) return tree;
  process.stderr.write('Fetching PostgreSQL with pgvector (one to two minutes the first time) …\n');
  const script = new URL('postgres-from-debian.sh', import.meta.url).pathname;
  await finish(watch(spawn(script, [tree], { detached: true, stdio: ['ignore', 'ignore', 'pipe'] })), unpackTimeoutMs, signal);
  return tree;
}

async function initialise(tree: string, dataDir: string, signal?: AbortSignal): Promise<void> {
  mkdirSync(dataDir, { recursive: true });
  if (existsSync(join(dataDir, 'PG_VERSION'))) return;
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync(join(tree, 'etc/passwd'), 'utf8')) ?? [];
  chownSync(dataDir, Number(uid), Number(gid));
  const initdb = [`${binaries}/initdb`, '-D', '/srv', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8'];
  await finish(inTree(tree, dataDir, initdb), initTimeoutMs, signal);
  writeFileSync(join(dataDir, 'pg_hba.conf'), 'host all all 127.0.0.1/32 trust\n');
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '' };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
  writeFileSync(join(dataDir, 'postgresql.auto.conf'), lines.join(''));
}

type Watched = { child: ChildProcess; lastLines: () => string; exited: Promise<number | null> };

/**
 * Runs a program as postgres inside the tree, the data at /srv. Each step replaces the process of the one before, so the child's pid is the
 * program's; the mounts are seen by it alone and end with it.
 */
function inTree(tree: string, dataDir: string, command: string[]): Watched {
  const script = `set -e; tree=$1; data=$2; shift 2
    mount --bind "$data" "$tree/srv"
    mount -t tmpfs -o mode=1777 tmpfs "$tree/dev/shm"
    exec chroot --userspec=postgres:postgres "$tree" "$@"`;
  const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8', TZ: 'UTC' };
  return watch(
    spawn('unshare', ['--mount', 'sh', '-c', script, 'sh', tree, dataDir, ...command], {
      cwd: '/',
      env: environment,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    }),
  );
}

function watch(child: ChildProcess): Watched {
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-4000);
  });
  const exited = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  return { child, exited, lastLines: () => output.trim().split('\n').slice(-8).join('\n') };
}

/** Waits for a program that ends by itself; past the limit or on abort, it is killed with everything it started. */
async function finish(program: Watched, timeoutMs: number, signal?: AbortSignal): Promise<void> {
  const limit = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]);
  // TERM lets the script unmount and remove what it has half made.
  const kill = () => signalGroup(program.child, 'SIGTERM');
  limit.addEventListener('abort', kill, { once: true });
  if (limit.aborted) kill();
  const code = await program.exited;
  limit.removeEventListener('abort', kill);
  signal?.throwIfAborted();
  if (code !== 0) throw new Error(program.lastLines() || `${program.child.spawnfile} failed or took more than ${timeoutMs / 1000} s`);
}

async function ready(server: Watched, url: string, signal?: AbortSignal): Promise<void> {
  const deadlineMs = Date.now() + startTimeoutMs;
  let exited = false;
  void server.exited.then(() => {
    exited = true;
  });
  while (!(await answers(url))) {
    signal?.throwIfAborted();
    if (exited) throw new Error(`PostgreSQL did not start.\n${server.lastLines()}`);
    if (Date.now() > deadlineMs) throw new Error(`PostgreSQL did not start within ${startTimeoutMs / 1000} s.\n${server.lastLines()}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000, query_timeout: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** INT disconnects the clients and shuts down in order, QUIT at once; a killed server can't end its backends, which have sessions of their own. */
async function end(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const timers = [
    setTimeout(() => child.kill('SIGQUIT'), stopTimeoutMs),
    setTimeout(() => {
      for (const one of childrenOf(pid)) process.kill(one, 'SIGKILL');
      child.kill('SIGKILL');
    }, 2 * stopTimeoutMs),
  ];
  child.kill('SIGINT');
  await exited;
  for (const timer of timers) clearTimeout(timer);
}

function signalGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, name);
}

/** @returns the processes that a process started and that run (proc(5)) */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1]) === pid;
      } catch {
        return false;
      }
    })
    .map(Number);
}
