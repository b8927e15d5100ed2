// One thing at a time that a button starts: whether it is under way, and what went wrong, in words.
import { useCallback, useState } from '@wordpress/element';
import { RequestError } from './request';

export type Task = { isBusy: boolean; problem: string; run: (work: () => Promise<void>) => Promise<void> };

export function useTask(): Task {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const run = useCallback(async (work: () => Promise<void>) => {
    setBusy(true);
    setProblem('');
    try {
      await work();
    } catch (error) {
      setProblem(error instanceof RequestError ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  }, []);
  return { isBusy, problem, run };
}
