// The databases that the knowledge benchmark compares, each started empty with its files in a temporary folder.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childrenOf, startNativePostgres } from '../scripts/native-postgres.ts';
import { rssMb, start } from './processes.ts';

export type BenchDatabase = {
  url: string;
  connectionsMax: number;
  /** Memory of its processes in MB; what they share counts once. */
  memoryMb: () => number;
  stop: () => Promise<void>;
};
export type BenchDatabaseKind = { name: string; start: () => Promise<BenchDatabase> };

export const embedded: BenchDatabaseKind = {
  name: 'PGlite',
  start: async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'aiguy-bench-'));
    const process = await start<{ url: string }>('embedded-process.ts', [dataDir]);
    const exited = new Promise((resolve) => process.child.once('exit', resolve));
    return {
      url: process.said.url,
      connectionsMax: 1,
      memoryMb: () => rssMb(process.pid),
      stop: async () => {
        process.child.kill('SIGKILL');
        await exited;
        rmSync(dataDir, { recursive: true, force: true });
      },
    };
  },
};

export const native: BenchDatabaseKind = {
  name: 'PostgreSQL',
  start: async () => {
    const postgres = await startNativePostgres();
    return {
      url: postgres.url,
      connectionsMax: 4,
      memoryMb: () => [postgres.pid, ...childrenOf(postgres.pid)].reduce((sum, pid) => sum + proportionalMb(pid), 0),
      stop: postgres.stop,
    };
  },
};

/** A process's own memory and its part of what it shares (proc(5), Pss). */
function proportionalMb(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1024;
}
