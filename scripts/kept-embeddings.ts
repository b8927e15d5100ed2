// Vectors that were computed once on this machine: the demo's help centre takes twenty seconds without them.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalEmbedder } from '../tools-api/src/backends/embedding/local.ts';
import { projectRoot } from './data-directory.ts';

const folder = join(projectRoot, '.cache', 'embeddings');

/** The same embedder, with a file for each text. Several processes may use it at once. */
export function keepEmbeddings(embedder: LocalEmbedder): LocalEmbedder {
  return {
    ...embedder,
    embed: async (texts, options) => {
      await mkdir(folder, { recursive: true });
      const kept = await Promise.all(texts.map(async (text) => await read(embedder, text)));
      const missing = [...new Set(texts.filter((_text, at) => !kept[at]))];
      const computed = missing.length > 0 ? await embedder.embed(missing, options) : [];
      await Promise.all(missing.map(async (text, at) => await write(embedder, text, computed[at] ?? [])));
      const fresh = new Map(missing.map((text, at) => [text, computed[at] ?? []]));
      return texts.map((text, at) => kept[at] ?? fresh.get(text) ?? []);
    },
  };
}

async function read(embedder: LocalEmbedder, text: string): Promise<number[] | undefined> {
  try {
    const { buffer, byteOffset, byteLength } = await readFile(fileOf(embedder, text));
    const vector = [...new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength))];
    return vector.length === embedder.dimensions ? vector : undefined;
  } catch {
    return undefined;
  }
}

/** Under another name first, so that nobody reads half of it. */
async function write(embedder: LocalEmbedder, text: string, vector: readonly number[]): Promise<void> {
  const file = fileOf(embedder, text);
  await writeFile(`${file}.${process.pid}`, new Uint8Array(Float32Array.from(vector).buffer));
  await rename(`${file}.${process.pid}`, file);
}

function fileOf({ model }: LocalEmbedder, text: string): string {
  return join(folder, createHash('sha256').update(`${model}\n${text}`).digest('hex'));
}
