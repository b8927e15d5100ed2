// Makes any source of events keep the port's contract: one end, no exception, and an abort that ends it at once.
import type { ModelEvent } from './port.ts';

/** @param source may throw, be held for ever, or end without saying how */
export async function* keepContract(source: AsyncIterable<ModelEvent>, signal: AbortSignal): AsyncGenerator<ModelEvent> {
  const iterator = source[Symbol.asyncIterator]();
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
  const abort = () => resolve(undefined);
  signal.addEventListener('abort', abort);
  try {
    let event: ModelEvent | undefined;
    while (event?.type !== 'done' && event?.type !== 'failed') {
      const next = signal.aborted ? undefined : await Promise.race([iterator.next(), aborted]);
      event = next ? (next.done ? { type: 'failed', failure: 'interrupted' } : next.value) : { type: 'failed', failure: 'aborted' };
      yield event;
    }
  } catch (cause) {
    yield { type: 'failed', failure: 'unavailable', cause };
  } finally {
    signal.removeEventListener('abort', abort);
    // Not waited for: a source that is held may never come to its end.
    iterator.return?.().catch(() => undefined);
  }
}
