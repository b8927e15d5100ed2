// The embedded database of a data directory, which one process at a time may open: who holds it says so in a file, with the address it serves.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';

type DatabaseName = 'sessions' | 'shop';
/** `url` is missing while the database is being opened. */
export type Holder = { pid: number; url?: string };

const connectTimeoutMs = 2000;

/** @throws Error naming the process that has it open, with what to do */
export async function holdPostgres(dataDir: string, name: DatabaseName): Promise<EmbeddedPostgres> {
  const folder = join(dataDir, 'postgres');
  mkdirSync(folder, { recursive: true });
  const file = fileOf(dataDir, name);
  if (!claim(file)) {
    const holder = await readHolder(dataDir, name);
    if (holder)
      throw new Error(
        `The database in ${join(folder, name)} is open in process ${holder.pid}. Stop that, or set AIGUY_DATA_DIR to another directory.`,
      );
    rmSync(file, { force: true });
    if (!claim(file)) throw new Error(`The database in ${join(folder, name)} is just being opened by another process; try again in a moment.`);
  }
  try {
    const embedded = await startEmbeddedPostgres({ dataDir: join(folder, name) });
    // In one step, so that nobody reads half of it.
    writeFileSync(`${file}.new`, toText({ pid: process.pid, url: embedded.url }), { mode: 0o600 });
    renameSync(`${file}.new`, file);
    const stop = async () => {
      await embedded.stop();
      rmSync(file, { force: true });
    };
    return { url: embedded.url, stop };
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
}

/** @returns the live process that has the database open; none after a crash */
export async function readHolder(dataDir: string, name: DatabaseName): Promise<Holder | undefined> {
  const holder = parse(fileOf(dataDir, name));
  if (!(holder && isAlive(holder.pid))) return undefined;
  // Another process, even this one, may have got the number of one that crashed.
  const isOpen = holder.url === undefined ? holder.pid !== process.pid : await answers(holder.url);
  return isOpen ? holder : undefined;
}

const fileOf = (dataDir: string, name: DatabaseName) => join(dataDir, 'postgres', `${name}.open.json`);
const toText = (holder: Holder) => `${JSON.stringify(holder)}\n`;

function claim(file: string): boolean {
  try {
    writeFileSync(file, toText({ pid: process.pid }), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function parse(file: string): Holder | undefined {
  try {
    const { pid, url } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Holder>;
    return typeof pid === 'number' ? { pid, ...(typeof url === 'string' ? { url } : {}) } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return await new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: connectTimeoutMs });
    const settle = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
  });
}
