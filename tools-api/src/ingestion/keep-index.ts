// Gives the knowledge an index of the configured embedding model where it has one of another; answers go on from that until the new one is complete.
import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '@aiguy/manifests/database';
import type { Embedder } from '../backends/embedding/embedder.ts';
import { fits, readActiveIndex } from '../backends/knowledge/indexes.ts';
import type { Ingestion, Log } from './run-ingestion.ts';

const retryMs = 300_000;

/** Tries until it is done or the signal is aborted; never rejects. */
export async function keepIndex(ports: { database: Database; embedder: Embedder; ingest: Ingestion; log: Log }, signal: AbortSignal): Promise<void> {
  const { database, embedder, ingest, log } = ports;
  while (!signal.aborted) {
    const active = await readActiveIndex(database).catch(() => 'unknown' as const);
    if (active === undefined || (active !== 'unknown' && fits(active, embedder))) return;
    if (active !== 'unknown') {
      log.info(
        { from: active.model, to: embedder.model },
        'the embedding model was changed; answers go on from the old index until the new one is complete',
      );
      if ((await ingest('rebuild', signal)).kind === 'done') return;
    }
    await pause(retryMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
