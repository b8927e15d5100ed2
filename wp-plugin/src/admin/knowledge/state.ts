// What the server knows of the knowledge, and the screen's part in the work: while it is open and items are due, it has them sent, batch after batch.
import { useCallback, useEffect, useState } from '@wordpress/element';
import { RequestError, request } from '../request';

export type ItemState = 'known' | 'queued' | 'forgetting' | 'failed' | 'empty' | 'excluded';
export type TypeChoice = { name: string; label: string; chosen: boolean; published: number };
export type KnowledgeState = {
  types: TypeChoice[];
  /** due: items that wait and whose turn is now. */
  counts: Record<ItemState | 'due', number>;
  /** Kept by the server, so that it survives closing the tab; null when none goes on. */
  import: { total: number; done: number } | null;
  /** What keeps the waiting items waiting; empty when nothing does. */
  problem: string;
  /** The default first. */
  agents: { id: string; name: string }[];
  /** Only in answers of work. */
  batch?: { busy: boolean; done: number; problem: string };
};

export type Knowledge = {
  state: KnowledgeState | undefined;
  /** Why the screen has nothing to show. */
  loadError: string | undefined;
  /** Why the last wish was not granted. */
  wishError: string | undefined;
  isSending: boolean;
  load: () => void;
  /** Has something done and shows what the state is then. @returns whether it was */
  wish: (path: string, data: object) => Promise<boolean>;
};

/** Another worker is at it, or nothing can be sent: look again after this. */
const idleMs = 5_000;
/** Nothing is to be done here: others may have published something. */
const restMs = 30_000;

export function useKnowledge(): Knowledge {
  const [state, setState] = useState<KnowledgeState>();
  const [loadError, setLoadError] = useState<string>();
  const [wishError, setWishError] = useState<string>();
  const [isSending, setIsSending] = useState(false);

  const load = useCallback(() => {
    setLoadError(undefined);
    request<KnowledgeState>('knowledge')
      .then(setState)
      .catch((error: unknown) => setLoadError(wordsOf(error)));
  }, []);
  useEffect(load, [load]);
  useWork(state, setState);

  const wish = useCallback(async (path: string, data: object): Promise<boolean> => {
    setIsSending(true);
    setWishError(undefined);
    try {
      setState(await request<KnowledgeState>(`knowledge/${path}`, { method: 'POST', data }));
      return true;
    } catch (error) {
      setWishError(wordsOf(error));
      return false;
    } finally {
      setIsSending(false);
    }
  }, []);
  return { state, loadError, wishError, isSending, load, wish };
}

/** One request after the other, until nothing is due; each answer brings the next one about. */
function useWork(state: KnowledgeState | undefined, setState: (state: KnowledgeState) => void): void {
  useEffect(() => {
    if (!state) return;
    const controller = new AbortController();
    const { signal } = controller;
    const isHeldUp = state.batch?.busy || Boolean(state.batch?.problem);
    const pauseMs = state.counts.due === 0 ? restMs : isHeldUp ? idleMs : 0;
    const next = () =>
      state.counts.due > 0
        ? request<KnowledgeState>('knowledge/work', { method: 'POST', data: {}, signal })
        : request<KnowledgeState>('knowledge', { signal });
    const timer = setTimeout(() => {
      next()
        .then(setState)
        // The site does not answer: the state stays, and is looked at again.
        .catch(() => {
          if (!signal.aborted) setState({ ...state, batch: { busy: false, done: 0, problem: 'unanswered' } });
        });
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [state, setState]);
}

export function wordsOf(error: unknown): string {
  return error instanceof RequestError ? error.message : String(error);
}
