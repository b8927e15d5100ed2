// Files that were made for somebody: where they are kept until he has fetched them, and for how long. What it needs of a store is a port.
import { createHash, randomBytes } from 'node:crypto';
import type { Subject } from '../shop.ts';

/** What is kept beside the bytes. */
export type FileMeta = {
  /** Who may have it: SHA-256 of issuer, subject and session, base64url. */
  owner: string;
  /** The tool that made it; its scope is needed to fetch it. */
  tool: string;
  /** For the visitor: letters, digits, dots and dashes. */
  name: string;
  mediaType: string;
  /** Milliseconds since the epoch. */
  expiresAtMs: number;
};

/**
 * Contract: get gives back exactly what was put, or undefined, and metaOf what was put beside it; remove of what is gone is no error. An id is
 * 43 characters, base64url. Anything else that goes wrong throws.
 */
export type FileStore = {
  put: (id: string, file: { meta: FileMeta; bytes: Uint8Array }, signal: AbortSignal) => Promise<void>;
  get: (id: string, signal: AbortSignal) => Promise<{ meta: FileMeta; bytes: Uint8Array } | undefined>;
  metaOf: (id: string, signal: AbortSignal) => Promise<FileMeta | undefined>;
  remove: (id: string, signal: AbortSignal) => Promise<void>;
  /** Ids of files that were put before that moment. */
  olderThan: (beforeMs: number, signal: AbortSignal) => AsyncIterable<string>;
  close: () => void;
};

/** Whom a file is for. */
export type Recipient = { subject: Subject; sessionId: string | undefined };
export type NewFile = {
  tool: string;
  name: string;
  mediaType: string;
  bytes: Uint8Array;
  /** For so long it can be fetched; ten minutes when left out. Never less. */
  lifetimeMs?: number;
};
/** As a tool's result names it. */
export type FileLink = { id: string; name: string; media_type: string; bytes: number; expires_at: string };
export type FoundFile = { tool: string; name: string; mediaType: string; bytes: Uint8Array };

export type Files = {
  /** Keeps a file for one visitor in one session. @throws Error when it is larger than fileBytesMax */
  hand: (file: NewFile, to: Recipient, signal: AbortSignal) => Promise<FileLink>;
  /** @returns undefined for what does not exist, is for another visitor or session, or has expired */
  fetch: (id: string, by: Recipient, signal: AbortSignal) => Promise<FoundFile | undefined>;
  /** Deletes a file before its end, whoever's it is. */
  forget: (id: string, signal: AbortSignal) => Promise<void>;
  /** Deletes what has expired. */
  sweep: (signal: AbortSignal) => Promise<void>;
  close: () => void;
};

export const fileBytesMax = 4 * 1024 * 1024;
/** Whoever asks for a file is there when it comes, and what holds somebody's data is not left lying about. */
const shortestLifetimeMs = 10 * 60 * 1000;
export const fileId = /^[A-Za-z0-9_-]{43}$/;

export function createFiles(store: FileStore, nowMs: () => number = Date.now): Files {
  return {
    hand: async ({ tool, name, mediaType, bytes, lifetimeMs = shortestLifetimeMs }, to, signal) => {
      if (bytes.length > fileBytesMax) throw new Error(`a file of ${bytes.length} bytes; at most ${fileBytesMax} are handed out`);
      const id = randomBytes(32).toString('base64url');
      const expiresAtMs = nowMs() + lifetimeMs;
      await store.put(id, { meta: { owner: ownerOf(to), tool, name, mediaType, expiresAtMs }, bytes }, signal);
      return { id, name, media_type: mediaType, bytes: bytes.length, expires_at: new Date(expiresAtMs).toISOString() };
    },
    fetch: async (id, by, signal) => {
      const file = fileId.test(id) ? await store.get(id, signal) : undefined;
      if (file?.meta.owner !== ownerOf(by) || file.meta.expiresAtMs <= nowMs()) return undefined;
      const { tool, name, mediaType } = file.meta;
      return { tool, name, mediaType, bytes: file.bytes };
    },
    forget: store.remove,
    sweep: async (signal) => {
      for await (const id of store.olderThan(nowMs() - shortestLifetimeMs, signal)) {
        // Without it, it was never whole.
        const meta = await store.metaOf(id, signal);
        if (meta === undefined || meta.expiresAtMs <= nowMs()) await store.remove(id, signal);
      }
    },
    close: store.close,
  };
}

function ownerOf({ subject: { issuer, subject }, sessionId }: Recipient): string {
  return createHash('sha256')
    .update(JSON.stringify(['file', issuer, subject, sessionId ?? null]))
    .digest('base64url');
}

const sweepEveryMs = 5 * 60 * 1000;
const sweepTimeoutMs = 60_000;

/** Deletes expired files now and every few minutes; one that can't be deleted is tried again the next time, and nobody gets it meanwhile. */
export function startSweeping(files: Files, failed: (error: unknown) => void): { stop: () => void } {
  const stopping = new AbortController();
  const sweep = () => void files.sweep(AbortSignal.any([stopping.signal, AbortSignal.timeout(sweepTimeoutMs)])).catch(failed);
  sweep();
  const timer = setInterval(sweep, sweepEveryMs);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      stopping.abort();
    },
  };
}
