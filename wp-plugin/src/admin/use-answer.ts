// The answer of an admin route as state: loading, an error with its words, or what was answered.
import { useCallback, useEffect, useState } from '@wordpress/element';
import { type Failure, failureOf, request } from './request';

export type Answered<Answer> = { state: 'loading' } | ({ state: 'error' } & Failure) | { state: 'ready'; answer: Answer };

/** Asks when the screen opens and whenever the path changes; `again` asks once more. What is on its way when the path changes or the screen closes is cancelled. */
export function useAnswer<Answer>(path: string): { answered: Answered<Answer>; again: () => void } {
  const [answered, setAnswered] = useState<Answered<Answer>>({ state: 'loading' });
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    setAnswered({ state: 'loading' });
    request<Answer>(path, { signal: controller.signal })
      .then((answer) => setAnswered({ state: 'ready', answer }))
      .catch((error: unknown) => {
        if (!controller.signal.aborted) setAnswered({ state: 'error', ...failureOf(error) });
      });
    return () => controller.abort();
  }, [path, asked]);
  return { answered, again: useCallback(() => setAsked((count) => count + 1), []) };
}
