// A cache of texts by key: shared through Redis when there is one, in this process otherwise and whenever Redis is gone or hangs.
import { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';

/**
 * Contract: nothing here rejects or waits longer than a command's limit; what can't be had is undefined, what can't be kept is not kept.
 * Values may vanish at any time: nothing may depend on them but speed.
 */
export type Cache = {
  get: (key: string) => Promise<string | undefined>;
  /** A value longer than the limit is not kept. */
  set: (key: string, value: string, ttlS: number) => Promise<void>;
  close: () => void;
};

export type CacheOptions = {
  redisUrl?: string | undefined;
  /** Stands before every key in Redis. */
  prefix: string;
  /** Entries of this process' own; the least recently used goes first. Redis has its own limit. */
  entriesMax: number;
  /** UTF-16 units; 64 Ki when left out. */
  valueLengthMax?: number;
  /** Milliseconds, monotonic. */
  clock?: () => number;
};

/** A cache that is slow is none. */
const redisTimeoutMs = 100;

export function createCache(options: CacheOptions): Cache {
  const valueLengthMax = options.valueLengthMax ?? 65_536;
  const clock = options.clock ?? (() => performance.now());
  const own = new LRUCache<string, string>({ max: options.entriesMax, ttlResolution: 0, perf: { now: clock } });
  const redis = options.redisUrl ? connect(options.redisUrl) : undefined;
  return {
    get: async (key) => {
      const shared = await redis?.get(`${options.prefix}:${key}`).catch(() => undefined);
      return shared ?? own.get(key);
    },
    set: async (key, value, ttlS) => {
      if (value.length > valueLengthMax || !(ttlS > 0)) return;
      const kept = await redis?.set(`${options.prefix}:${key}`, value, 'EX', Math.ceil(ttlS)).catch(() => undefined);
      if (kept === 'OK') own.delete(key);
      else own.set(key, value, { ttl: ttlS * 1000 });
    },
    close: () => {
      redis?.disconnect();
      own.clear();
    },
  };
}

function connect(url: string): Redis {
  const redis = new Redis(url, { commandTimeout: redisTimeoutMs, connectTimeout: 2000, maxRetriesPerRequest: 0, enableOfflineQueue: false });
  // Without a listener a lost connection would end the process.
  redis.on('error', () => undefined);
  return redis;
}
