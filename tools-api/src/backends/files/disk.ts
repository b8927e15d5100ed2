// Files in a folder that only its owner can read: the bytes, and beside them what they are. The second is written last, so that no half file is found.
import { mkdir, opendir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileMeta, FileStore } from './files.ts';

/** @param folder made when it is missing */
export function createDiskFiles(folder: string): FileStore {
  const bytesOf = (id: string) => join(folder, `${id}.bytes`);
  const metaPathOf = (id: string) => join(folder, `${id}.json`);
  const metaOf = async (id: string, signal: AbortSignal) => {
    const meta = await orGone(readFile(metaPathOf(id), { encoding: 'utf8', signal }));
    return meta === undefined ? undefined : (JSON.parse(meta) as FileMeta);
  };
  return {
    put: async (id, { meta, bytes }, signal) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const options = { mode: 0o600, flag: 'wx', signal };
      await writeFile(bytesOf(id), bytes, options);
      await writeFile(`${metaPathOf(id)}.new`, JSON.stringify(meta), options);
      await rename(`${metaPathOf(id)}.new`, metaPathOf(id));
    },
    get: async (id, signal) => {
      const meta = await metaOf(id, signal);
      const bytes = meta === undefined ? undefined : await orGone(readFile(bytesOf(id), { signal }));
      return meta === undefined || bytes === undefined ? undefined : { meta, bytes };
    },
    metaOf,
    remove: async (id) => {
      for (const path of [metaPathOf(id), `${metaPathOf(id)}.new`, bytesOf(id)]) await rm(path, { force: true });
    },
    olderThan: async function* (beforeMs, signal) {
      for await (const { name } of (await orGone(opendir(folder))) ?? []) {
        signal.throwIfAborted();
        const stats = name.endsWith('.bytes') ? await orGone(stat(join(folder, name))) : undefined;
        if (stats && stats.mtimeMs < beforeMs) yield name.slice(0, -'.bytes'.length);
      }
    },
    close: () => undefined,
  };
}

async function orGone<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
