// Limits by key in a fixed window: shared through Redis when there is one, in this process otherwise and whenever Redis is gone or hangs.
import { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { AiguyError, type ErrorCode } from './errors.ts';

export type RateLimits = {
  /**
   * Counts one use.
   * @throws AiguyError with the given code and Retry-After when `points` uses within `windowS` seconds are spent
   */
  consume: (key: string, limit: { points: number; windowS: number; code: ErrorCode }) => Promise<void>;
  close: () => void;
};

/** Redis holds only what may vanish, so an answer is not worth waiting for. */
const redisTimeoutMs = 200;

export function createRateLimits(options: { redisUrl: string | undefined; prefix: string }): RateLimits {
  const redis = options.redisUrl ? connect(options.redisUrl) : undefined;
  const limiters = new Map<string, RateLimiterMemory | RateLimiterRedis>();
  const limiterOf = (points: number, duration: number) => {
    const name = `${points}/${duration}`;
    const existing = limiters.get(name);
    if (existing) return existing;
    const settings = { keyPrefix: `${options.prefix}:${name}`, points, duration };
    const memory = new RateLimiterMemory(settings);
    const limiter = redis ? new RateLimiterRedis({ ...settings, storeClient: redis, insuranceLimiter: memory, rejectIfRedisNotReady: true }) : memory;
    limiters.set(name, limiter);
    return limiter;
  };
  return {
    consume: async (key, { points, windowS, code }) => {
      try {
        await limiterOf(points, windowS).consume(key);
      } catch (error) {
        if (error instanceof RateLimiterRes) throw new AiguyError(code, { retryAfterS: Math.max(1, error.msBeforeNext / 1000) });
        throw error;
      }
    },
    close: () => redis?.disconnect(),
  };
}

function connect(url: string): Redis {
  const redis = new Redis(url, {
    commandTimeout: redisTimeoutMs,
    connectTimeout: 2000,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    lazyConnect: false,
  });
  // Without a listener a lost connection would end the process; the limiters fall back by themselves.
  redis.on('error', () => undefined);
  return redis;
}
