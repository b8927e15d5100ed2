// Attempts until one succeeds, the failure is final, or the time is up; an abort ends every wait at once, also one that the attempt doesn't heed.
import { setTimeout as wait } from 'node:timers/promises';
import { EmbeddingError } from './embedder.ts';

export type Timing = {
  /** One attempt. */
  attemptTimeoutMs: number;
  /** All attempts at one request and the pauses between them. */
  totalTimeoutMs: number;
  /** From 0 to 1. */
  random: () => number;
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
};

export const defaultTiming: Timing = {
  attemptTimeoutMs: 30_000,
  totalTimeoutMs: 120_000,
  random: Math.random,
  pause: async (ms, signal) => await wait(ms, undefined, { signal }),
};

const pauseBaseMs = 250;
const pauseMaxMs = 10_000;

export type RetryOptions = { model: string; timing: Timing; signal: AbortSignal };

/** @throws EmbeddingError of the last attempt; the signal's reason once it is aborted */
export async function retry<T>(options: RetryOptions, attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { timing, signal } = options;
  const deadlineMs = performance.now() + timing.totalTimeoutMs;
  for (let tries = 0; ; tries += 1) {
    try {
      const timeoutMs = Math.max(1, Math.ceil(Math.min(timing.attemptTimeoutMs, deadlineMs - performance.now())));
      return await attemptWithin(timeoutMs, options, attempt);
    } catch (error) {
      if (!(error instanceof EmbeddingError && error.retryable)) throw error;
      // Full jitter (between nothing and a doubling limit), so that many processes don't come back in step.
      const pauseMs = (error.retryAfterMs ?? 0) + timing.random() * Math.min(pauseMaxMs, pauseBaseMs * 2 ** tries);
      if (performance.now() + pauseMs >= deadlineMs) throw error;
      await timing.pause(pauseMs, signal).catch(() => signal.throwIfAborted());
    }
  }
}

async function attemptWithin<T>(timeoutMs: number, { model, signal }: RetryOptions, attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const timeout = AbortSignal.timeout(timeoutMs);
  const either = AbortSignal.any([signal, timeout]);
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const late = () => new EmbeddingError(`${model} did not answer within ${timeoutMs} ms.`, { retryable: true });
  const stop = () => reject(signal.aborted ? signal.reason : late());
  either.addEventListener('abort', stop);
  try {
    return await Promise.race([stopped, attempt(either)]);
  } finally {
    either.removeEventListener('abort', stop);
  }
}

/** @param header seconds or a date @returns undefined where it is neither */
export function retryAfterMsOf(header: string | null | undefined): number | undefined {
  if (!header) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
