// Has the vectors of documents computed that sites have put, in the process that ingests: soon after the last one of several, one run at a time.
import { setTimeout as pause } from 'node:timers/promises';
import type { SiteDocuments } from '../backends/knowledge/site-documents.ts';
import type { Ingestion } from './run-ingestion.ts';

export type Learner = {
  /** Something may lack vectors. Returns at once; never throws. */
  soon: () => void;
  /** Ends what is under way; a later process goes on with it. */
  stop: () => Promise<void>;
};

type LearnerPorts = { documents: Pick<SiteDocuments, 'isPending'>; ingest: Ingestion };

/** A site that teaches a hundred pages sends them one after the other. */
const gatherMs = 300;
/** Another process is ingesting, or the provider fails. */
const retryMs = { busy: 5_000, failed: 60_000 };

export function createLearner({ documents, ingest }: LearnerPorts): Learner {
  const stopping = new AbortController();
  const { signal } = stopping;
  let isWanted = false;
  let run: Promise<void> | undefined;

  const work = async (): Promise<void> => {
    while (isWanted && !signal.aborted) {
      await pause(gatherMs, undefined, { signal });
      isWanted = false;
      if (!(await documents.isPending())) continue;
      const { kind } = await ingest('learn', signal);
      if (kind === 'done') continue;
      isWanted = true;
      await pause(retryMs[kind], undefined, { signal });
    }
  };
  const start = (): void => {
    // A database that is away is asked again with the next document, or at the next start.
    run ??= work()
      .catch(() => undefined)
      .finally(() => {
        run = undefined;
        if (isWanted && !signal.aborted) start();
      });
  };
  return {
    soon: () => {
      isWanted = true;
      start();
    },
    stop: async () => {
      stopping.abort();
      await run;
    },
  };
}
