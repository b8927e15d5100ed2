// Files in a folder that only its owner can read: the bytes, and beside them what they are. The second is written last, so that no half file is found.
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileMeta, FileStore } from './files.ts';

const listedMax = 1000;

/** @param folder made when it is missing */
export function createDiskFiles(folder: string): FileStore {
  const bytesOf = (id: string) => join(folder, `${id}.bytes`);
  const metaOf = (id: string) => join(folder, `${id}.json`);
  return {
    put: async (id, { meta, bytes }, signal) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const options = { mode: 0o600, flag: 'wx', signal };
      await writeFile(bytesOf(id), bytes, options);
      await writeFile(`${metaOf(id)}.new`, JSON.stringify(meta), options);
      await rename(`${metaOf(id)}.new`, metaOf(id));
    },
    get: async (id, signal) => {
      const meta = await orGone(readFile(metaOf(id), { encoding: 'utf8', signal }));
      const bytes = meta === undefined ? undefined : await orGone(readFile(bytesOf(id), { signal }));
      return meta === undefined || bytes === undefined ? undefined : { meta: JSON.parse(meta) as FileMeta, bytes };
    },
    remove: async (id) => {
      for (const path of [metaOf(id), `${metaOf(id)}.new`, bytesOf(id)]) await rm(path, { force: true });
    },
    olderThan: async (beforeMs, signal) => {
      const names = ((await orGone(readdir(folder))) ?? []).filter((name) => name.endsWith('.bytes'));
      const ids: string[] = [];
      for (const name of names.slice(0, listedMax)) {
        signal.throwIfAborted();
        const stats = await orGone(stat(join(folder, name)));
        if (stats && stats.mtimeMs < beforeMs) ids.push(name.slice(0, -'.bytes'.length));
      }
      return ids;
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
