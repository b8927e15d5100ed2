// Runs one task of ingestion in a process of its own and says in the log what came out.
import { type ChildProcess, fork } from 'node:child_process';
import type { Summary } from '../backends/knowledge/ingest-source.ts';

/**
 * `rebuild` gives all passages vectors of the configured model; `learn` does that and learns the words they brought; `refresh` reads the configured
 * sources again as well.
 */
export type IngestionTask = 'rebuild' | 'learn' | 'refresh';
export type IngestionMessage =
  | { kind: 'rebuilding'; done: number; total: number }
  | { kind: 'done'; summaries: Summary[] }
  /** Another process is at it. */
  | { kind: 'busy' }
  | { kind: 'failed'; reason: string };
export type IngestionEnd = Exclude<IngestionMessage, { kind: 'rebuilding' }>;

export type Log = { info: (fields: object, text: string) => void; warn: (fields: object, text: string) => void };
/** Contract: never rejects; ends soon after the signal is aborted. */
export type Ingestion = (task: IngestionTask, signal: AbortSignal) => Promise<IngestionEnd>;

const taskTimeoutMs = 6 * 3_600_000;
const killTimeoutMs = 10_000;

/** The process reads the same environment as this one. */
export function createIngestion(log: Log): Ingestion {
  return async (task, signal) => {
    const child = fork(new URL('./ingestion-process.ts', import.meta.url), [task], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const end = await endOf(child, { log, signal: AbortSignal.any([signal, AbortSignal.timeout(taskTimeoutMs)]) });
    if (end.kind === 'done') for (const summary of end.summaries) logSummary(log, summary);
    else if (!signal.aborted)
      log.warn({ task, ...end }, end.kind === 'busy' ? 'another process is ingesting' : 'ingestion broke off; a later one goes on from there');
    return end;
  };
}

async function endOf(child: ChildProcess, { log, signal }: { log: Log; signal: AbortSignal }): Promise<IngestionEnd> {
  let end: IngestionEnd | undefined;
  let killing: NodeJS.Timeout | undefined;
  const stop = () => {
    child.kill('SIGTERM');
    killing = setTimeout(() => child.kill('SIGKILL'), killTimeoutMs);
  };
  child.on('message', (message: IngestionMessage) => {
    if (message.kind === 'rebuilding') log.info(message, 'building the index of the configured embedding model');
    else end = message;
  });
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const problem = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, by) => resolve(`the process ended with ${by ?? code}`));
  });
  clearTimeout(killing);
  signal.removeEventListener('abort', stop);
  return end ?? { kind: 'failed', reason: problem };
}

function logSummary(log: Log, { source, counts, failures, refused, seconds }: Summary): void {
  if (refused !== undefined) log.warn({ source, reason: refused }, 'a source could not be read; nothing of it was removed');
  for (const { key, reason } of failures) log.warn({ source, key, reason }, 'a document could not be read and stays as it was');
  log.info({ source, ...counts, seconds }, 'source refreshed');
}
