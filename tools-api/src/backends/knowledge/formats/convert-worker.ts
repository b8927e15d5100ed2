// The thread in which a PDF or a Word document is read: what hangs or swells there can be ended without harm.
import { parentPort, workerData } from 'node:worker_threads';
import { DocumentError } from '../sources/source.ts';
import type { ConvertAnswer, ConvertTask } from './convert-document.ts';

const { format, bytes }: ConvertTask = workerData;

async function convert(): Promise<ConvertAnswer> {
  try {
    return { reading: format === 'pdf' ? await (await import('./pdf.ts')).readPdf(bytes) : await (await import('./docx.ts')).readDocx(bytes) };
  } catch (error) {
    if (error instanceof DocumentError) return { reason: error.message };
    return { reason: `can't be understood: ${error instanceof Error ? error.message : String(error)}` };
  }
}

parentPort?.postMessage(await convert());
