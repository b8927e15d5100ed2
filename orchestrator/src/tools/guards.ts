// What keeps a tool that fails, or hangs, from taking the turns of everybody with it: a circuit breaker and a limit of calls at once, for each tool.
import {
  BrokenCircuitError,
  type BulkheadPolicy,
  BulkheadRejectedError,
  bulkhead,
  type CircuitBreakerPolicy,
  CircuitState,
  circuitBreaker,
  handleWhenResult,
  SamplingBreaker,
} from 'cockatiel';
import { Gauge, type Registry } from 'prom-client';

/** Why a call was not made. open: the tool has failed too often lately. busy: too many calls of it were waiting already, or for too long. */
export type Refused = 'open' | 'busy';

export type ToolGuards = {
  /**
   * Contract: work is called once or not at all; what it returns, or rejects with, is passed on.
   * @param options.isFailure whether the tool is to blame for what came of it
   * @param options.signal ends the wait for a place, not the work
   */
  run: <T extends object>(
    tool: string,
    work: () => Promise<T>,
    options: { signal: AbortSignal; isFailure: (result: T) => boolean },
  ) => Promise<T | Refused>;
  registerIn: (metrics: Registry) => void;
};

/** More than half of the calls within half a minute, when there were at least five. */
const failing = { threshold: 0.5, windowMs: 30_000, callsMin: 5 };
/** So long nobody asks a tool that was given up; then one call tries. */
const halfOpenAfterMs = 10_000;
const callsAtOnceMax = 32;
const waitingMax = 256;
const waitTimeoutMs = 500;

type Judged<T> = { result: T; isFailure: boolean };
type Guard = { breaker: CircuitBreakerPolicy; places: BulkheadPolicy };

const stateValue: Record<CircuitState, number> = {
  [CircuitState.Closed]: 0,
  [CircuitState.HalfOpen]: 1,
  [CircuitState.Open]: 2,
  [CircuitState.Isolated]: 2,
};

export function createToolGuards(limits: { callsAtOnceMax?: number; waitTimeoutMs?: number } = {}): ToolGuards {
  const guards = new Map<string, Guard>();
  const opened = new Map<string, number>();
  const guardOf = (tool: string) => {
    const existing = guards.get(tool);
    if (existing) return existing;
    const guard = newGuard(limits.callsAtOnceMax ?? callsAtOnceMax);
    guard.breaker.onBreak(() => opened.set(tool, (opened.get(tool) ?? 0) + 1));
    guards.set(tool, guard);
    return guard;
  };
  return {
    run: async (tool, work, { signal, isFailure }) => {
      const { breaker, places } = guardOf(tool);
      // A visitor who went away says nothing about the tool; a try that he broke off has shown nothing either.
      const judge = (result: Awaited<ReturnType<typeof work>>) => (signal.aborted ? breaker.state === CircuitState.HalfOpen : isFailure(result));
      const attempt = async () => {
        const result = await work();
        return { result, isFailure: judge(result) };
      };
      try {
        return await withPlace(places, { signal, timeoutMs: limits.waitTimeoutMs ?? waitTimeoutMs }, async () => {
          // One call tries; the others don't wait for what comes of it.
          if (breaker.state === CircuitState.HalfOpen) throw new BrokenCircuitError();
          return (await breaker.execute(attempt)).result;
        });
      } catch (error) {
        if (error instanceof BrokenCircuitError) return 'open';
        if (error instanceof BulkheadRejectedError) return 'busy';
        throw error;
      }
    },
    registerIn: (metrics) => registerIn(metrics, guards, opened),
  };
}

function newGuard(callsMax: number): Guard {
  const { threshold, windowMs, callsMin } = failing;
  const breaker = new SamplingBreaker({ threshold, duration: windowMs, minimumRps: (callsMin * 1000) / windowMs });
  const policy = handleWhenResult((judged) => (judged as Judged<unknown>).isFailure);
  return { breaker: circuitBreaker(policy, { breaker, halfOpenAfter: halfOpenAfterMs }), places: bulkhead(callsMax, waitingMax) };
}

/** @throws BulkheadRejectedError when no place is free in time, or the signal fires before */
async function withPlace<T>(places: BulkheadPolicy, wait: { signal: AbortSignal; timeoutMs: number }, work: () => Promise<T>): Promise<T> {
  const limit = new AbortController();
  const signal = AbortSignal.any([limit.signal, wait.signal]);
  const timer = setTimeout(() => limit.abort(), wait.timeoutMs);
  let hasPlace = false;
  const gaveUp = new Promise<never>((_resolve, reject) => {
    const giveUp = () => (hasPlace ? undefined : reject(new BulkheadRejectedError(places.executionSlots, places.queueSlots)));
    signal.addEventListener('abort', giveUp, { once: true });
  });
  const working = places.execute(async () => {
    hasPlace = true;
    clearTimeout(timer);
    return await work();
  }, signal);
  // What waits in the queue after the wait was given up is dropped from it later, with an error that nobody awaits.
  working.catch(() => undefined);
  return await Promise.race([working, gaveUp]).finally(() => clearTimeout(timer));
}

function registerIn(metrics: Registry, guards: ReadonlyMap<string, Guard>, opened: ReadonlyMap<string, number>): void {
  const registers = [metrics];
  new Gauge({
    name: 'aiguy_tool_breaker_state',
    help: 'Circuit breaker of a tool: 0 closed, 1 trying, 2 open.',
    labelNames: ['tool'],
    registers,
    collect() {
      for (const [tool, { breaker }] of guards) this.set({ tool }, stateValue[breaker.state]);
    },
  });
  new Gauge({
    name: 'aiguy_tool_breaker_opened',
    help: 'Times that the circuit breaker of a tool opened since the process began.',
    labelNames: ['tool'],
    registers,
    collect() {
      for (const [tool, times] of opened) this.set({ tool }, times);
    },
  });
}
