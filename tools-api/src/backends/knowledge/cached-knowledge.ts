// Remembers what a search found while the help centre is the same; equal searches at the same time are one.
import { createHash } from 'node:crypto';
import type { Cache } from '@aiguy/manifests/cache';
import type { Knowledge, SearchEngine, SearchRequest, SearchResult } from './search.ts';

/** hit: remembered; shared: another's equal search was under way; miss: searched. */
export type RetrievalCacheResult = 'hit' | 'shared' | 'miss';

export type CachedKnowledgePorts = {
  cache: Cache;
  /** Seconds; 0 = nothing is remembered. */
  ttlS: number;
  /** What else results depend on: the models in use. Processes that differ in it share nothing. */
  models: readonly string[];
  lookedUp: (result: RetrievalCacheResult) => void;
};

/**
 * Contract: a changed help centre shows at once, because its version is read first and is part of the key, as is who may see what. Nothing is kept
 * of a search that failed, was aborted or was provisional. A key is a hash and a value holds passages only, so nothing of a visitor is kept.
 */
export function cacheKnowledge(engine: SearchEngine, ports: CachedKnowledgePorts): Knowledge {
  const { cache, ttlS } = ports;
  const flights = new Map<string, Flight>();

  const searchAndKeep = async (request: SearchRequest, { key, version }: { key: string; version: string }): Promise<SearchResult> => {
    const { result, isProvisional } = await engine.find(request);
    if (!isProvisional && result.corpus_version === version && !request.signal.aborted) void cache.set(key, JSON.stringify(result), ttlS);
    return result;
  };

  return {
    rank: engine.rank,
    explain: engine.explain,
    version: engine.version,
    search: async (request) => {
      const { signal } = request;
      signal.throwIfAborted();
      if (ttlS === 0) return (await engine.find(request)).result;
      const version = await engine.version();
      const key = keyOf(request, { version, models: ports.models });
      const kept = parse(await cache.get(key), version);
      signal.throwIfAborted();
      const underWay = flights.get(key);
      ports.lookedUp(kept ? 'hit' : underWay ? 'shared' : 'miss');
      if (kept) return kept;
      const flight = underWay ?? takeOff(async (shared) => await searchAndKeep({ ...request, signal: shared }, { key, version }));
      flights.set(key, flight);
      return await board(flight, signal, () => {
        if (flights.get(key) === flight) flights.delete(key);
      });
    },
  };
}

/** One search for all who wait for it; nobody's end ends it for the others. */
type Flight = { result: Promise<SearchResult>; waiting: number; abort: (reason: unknown) => void };

function takeOff(search: (signal: AbortSignal) => Promise<SearchResult>): Flight {
  const controller = new AbortController();
  return { result: search(controller.signal), waiting: 0, abort: (reason) => controller.abort(reason) };
}

/** @param over called when the search has ended or nobody waits for it any more */
async function board(flight: Flight, signal: AbortSignal, over: () => void): Promise<SearchResult> {
  flight.waiting += 1;
  const left = Promise.withResolvers<never>();
  const leave = (): void => left.reject(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  try {
    const result = await Promise.race([flight.result, left.promise]);
    over();
    return structuredClone(result);
  } catch (error) {
    if (!signal.aborted || flight.waiting === 1) over();
    throw error;
  } finally {
    signal.removeEventListener('abort', leave);
    flight.waiting -= 1;
    if (flight.waiting === 0) flight.abort(signal.reason);
  }
}

function keyOf(request: SearchRequest, { version, models }: { version: string; models: readonly string[] }): string {
  const { audiences, site, collections, language, productTags, limit, text, context } = request;
  const asked = [
    ...[version, models, [...new Set(audiences)].toSorted(), language?.toLowerCase() ?? null, [...new Set(productTags)].toSorted(), limit],
    ...[collapsed(text), context.map(collapsed), site ?? null, collections ? [...new Set(collections)].toSorted() : null],
  ];
  return createHash('sha256').update(JSON.stringify(asked)).digest('base64url');
}

const collapsed = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

function parse(text: string | undefined, version: string): SearchResult | undefined {
  if (text === undefined) return undefined;
  try {
    const kept = JSON.parse(text) as Partial<SearchResult> | null;
    const isWhole = kept?.corpus_version === version && Array.isArray(kept.passages) && typeof kept.answerable === 'boolean';
    return isWhole && typeof kept.confidence === 'number' ? (kept as SearchResult) : undefined;
  } catch {
    return undefined;
  }
}
