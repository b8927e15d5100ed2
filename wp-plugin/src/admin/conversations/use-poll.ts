// An admin route asked again and again while somebody looks: what was answered last stays until there is something newer.
import { useCallback, useEffect, useRef, useState } from '@wordpress/element';
import { type Failure, failureOf, request } from '../request';

/** error: why the newest question failed; the answer before it is still shown. */
export type Polled<Answer> = { answer: Answer | undefined; error: Failure | undefined };

const hiddenEveryMs = 30_000;

/** @param path undefined: nothing is asked. `again` asks at once. A hidden tab asks twice a minute. */
export function usePoll<Answer>(path: string | undefined, everyMs: number): Polled<Answer> & { again: () => void } {
  const [state, setState] = useState<Polled<Answer> & { path: string | undefined }>({ answer: undefined, error: undefined, path });
  const wake = useRef<() => void>(() => undefined);
  useEffect(() => {
    if (path === undefined) return;
    const controller = new AbortController();
    void poll<Answer>(path, { everyMs, signal: controller.signal, onWake: (fn) => (wake.current = fn) }, (next) =>
      setState((before) => ({ path, error: next.error, answer: next.answer ?? (before.path === path ? before.answer : undefined) })),
    );
    return () => controller.abort();
  }, [path, everyMs]);
  const isCurrent = state.path === path;
  return { answer: isCurrent ? state.answer : undefined, error: isCurrent ? state.error : undefined, again: useCallback(() => wake.current(), []) };
}

type Polling = { everyMs: number; signal: AbortSignal; onWake: (wake: () => void) => void };

async function poll<Answer>(path: string, { everyMs, signal, onWake }: Polling, tell: (next: Polled<Answer>) => void): Promise<void> {
  while (!signal.aborted) {
    try {
      tell({ answer: await request<Answer>(path, { signal }), error: undefined });
    } catch (error) {
      if (signal.aborted) return;
      tell({ answer: undefined, error: failureOf(error) });
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, document.visibilityState === 'visible' ? everyMs : hiddenEveryMs);
      const end = () => {
        clearTimeout(timer);
        resolve();
      };
      onWake(end);
      signal.addEventListener('abort', end, { once: true });
    });
  }
}
