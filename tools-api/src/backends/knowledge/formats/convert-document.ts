// Reads a PDF or a Word document in a thread of its own, within limits of time and memory.
import { Worker } from 'node:worker_threads';
import { DocumentError } from '../sources/source.ts';
import { limits } from './limits.ts';
import type { Reading } from './reading.ts';

export type ConvertTask = { format: 'pdf' | 'docx'; bytes: Uint8Array };
export type ConvertAnswer = { reading: Reading } | { reason: string };
type ConvertLimits = { timeoutMs?: number; memoryMb?: number };

/** @throws DocumentError when it can't be read, or not within the limits; the signal's reason when it is aborted */
export async function convertDocument(task: ConvertTask, signal: AbortSignal, limited: ConvertLimits = {}): Promise<Reading> {
  const { timeoutMs = limits.convertTimeoutMs, memoryMb = limits.convertMemoryMb } = limited;
  const timeout = AbortSignal.timeout(timeoutMs);
  // A copy of its own, because the thread gets it for good and small buffers share their memory with others.
  const bytes = new Uint8Array(task.bytes);
  const worker = new Worker(new URL('./convert-worker.ts', import.meta.url), {
    workerData: { ...task, bytes },
    transferList: [bytes.buffer],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  });
  try {
    const answer = await answerOf(worker, AbortSignal.any([signal, timeout]));
    if ('reading' in answer) return answer.reading;
    throw new DocumentError(answer.reason);
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) throw new DocumentError(`can't be read within ${timeoutMs / 1000} s`);
    if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
      throw new DocumentError(`can't be read with ${memoryMb.toLocaleString('en')} MB of memory`);
    }
    throw error instanceof DocumentError ? error : new DocumentError("can't be understood");
  } finally {
    await worker.terminate();
  }
}

function answerOf(worker: Worker, signal: AbortSignal): Promise<ConvertAnswer> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('ended without an answer')));
  });
}
