// A folder of documents: Markdown, HTML, PDF, DOCX and text, with its folders; nothing hidden, nothing outside of it.
import type { Dirent } from 'node:fs';
import { open, opendir, readlink, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { checkSize, documentName, readDocument } from '../formats/read-document.ts';
import { documentIdOf } from './document-id.ts';
import { type Article, DocumentError, type Source, type SourceDocument, SourceError } from './source.ts';

export type FolderOptions = {
  /** An article that names no address stands at <siteUrl>/<id>/ */
  siteUrl?: string | undefined;
};

/** @throws SourceError when there is no such folder */
export async function openFolder(path: string, { siteUrl }: FolderOptions = {}): Promise<Source> {
  const root = await realpath(resolve(path)).catch((error: unknown) => {
    throw new SourceError(`folder ${path} can't be read: ${fileReason(error)}`);
  });
  if (!(await stat(root)).isDirectory()) throw new SourceError(`${path} is a file; name the folder that holds it`);
  return {
    name: `folder:${root}`,
    count: async (signal) => {
      let documents = 0;
      for await (const _path of walk(root, root, signal)) documents += 1;
      return documents;
    },
    async *list(signal) {
      for await (const entry of walk(root, root, signal)) yield await describe({ root, siteUrl, ...entry });
    },
  };
}

type Entry = { path: string; refused?: DocumentError | undefined };

/** In the order of names, folder by folder, so that the list is the same each time. */
async function* walk(root: string, folder: string, signal: AbortSignal): AsyncGenerator<Entry> {
  for (const entry of await readEntries(folder)) {
    signal.throwIfAborted();
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(root, path, signal);
    else if (entry.isSymbolicLink()) yield* followLink(root, path);
    else if (entry.isFile() && documentName.test(entry.name)) yield { path };
  }
}

async function readEntries(folder: string): Promise<Dirent[]> {
  const entries: Dirent[] = [];
  try {
    for await (const entry of await opendir(folder)) if (!entry.name.startsWith('.') && entry.name !== 'node_modules') entries.push(entry);
  } catch (error) {
    throw new SourceError(`folder ${folder} can't be read: ${fileReason(error)}`);
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A link may name another document of the folder. A folder within it is listed anyway, and one outside belongs to somebody else. */
async function* followLink(root: string, path: string): AsyncGenerator<Entry> {
  try {
    const target = await realpath(path);
    if (!target.startsWith(`${root}${sep}`) && target !== root)
      throw new DocumentError(`is a link that leaves the folder, to ${await readlink(path)}`);
    if (documentName.test(path) && (await stat(target)).isFile()) yield { path };
  } catch (error) {
    yield { path, refused: error instanceof DocumentError ? error : new DocumentError(`is a link that leads nowhere: ${fileReason(error)}`) };
  }
}

async function describe({ root, siteUrl, path, refused }: Entry & { root: string } & FolderOptions): Promise<SourceDocument> {
  const key = relative(root, path).split(sep).join('/');
  const documentId = documentIdOf(key);
  const status = refused ? undefined : await stat(path, { bigint: true }).catch(() => undefined);
  return {
    key,
    documentId,
    // The address is part of the article, and follows from siteUrl.
    fingerprint: status && [status.size, status.mtimeNs, siteUrl].filter((part) => part !== undefined).join('-'),
    read: async (signal) => {
      if (refused) throw refused;
      return await readFile(path, { key, documentId, siteUrl, signal });
    },
  };
}

type Place = { key: string; documentId: string; siteUrl?: string | undefined; signal: AbortSignal };

async function readFile(path: string, { signal, ...place }: Place): Promise<Article> {
  const file = await open(path).catch((error: unknown) => {
    throw new DocumentError(`can't be read: ${fileReason(error)}`);
  });
  try {
    const { size, mtime } = await file.stat();
    checkSize(size);
    return await readDocument({ ...place, bytes: await file.readFile({ signal }), lastUpdated: mtime.toISOString() }, signal);
  } finally {
    await file.close();
  }
}

const reasons: Record<string, string> = {
  ENOENT: 'it does not exist',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  ENOTDIR: 'it is no folder',
  ELOOP: 'its links go in a circle',
};

function fileReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return reasons[code] ?? code;
}
