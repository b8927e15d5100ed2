// Has the judge put the best candidates in order, when there is one and time for it.
import type { Asked } from '../question.ts';
import type { Candidate } from '../score.ts';
import type { Reranker } from './reranker.ts';

const judgedMax = 20;
/** A search that took longer has not enough left of the tool's 2.5 s for a judge who may take 1.2 s. */
const elapsedMaxMs = 1000;

export type Judged = { candidates: readonly Candidate[]; answerable: boolean | undefined; isProvisional: boolean };

/** @returns all candidates; those that were not judged behind the others, in their own order */
export async function judge(
  reranker: Reranker | undefined,
  { text, context, candidates, elapsedMs, signal }: Asked & { candidates: readonly Candidate[]; elapsedMs: number; signal: AbortSignal },
): Promise<Judged> {
  signal.throwIfAborted();
  if (!reranker || candidates.length === 0) return { candidates, answerable: undefined, isProvisional: false };
  if (elapsedMs > elapsedMaxMs) return { candidates, answerable: undefined, isProvisional: true };
  const best = candidates.slice(0, judgedMax);
  const { ids, answerable } = await reranker.rerank([...context, text].map(oneLine).join('\n'), best.map(toRead), signal);
  const byId = new Map(best.map((candidate) => [candidate.chunkId, candidate]));
  const ordered = ids.flatMap((id) => byId.get(id) ?? []);
  return { candidates: [...ordered, ...candidates.slice(judgedMax)], answerable, isProvisional: answerable === undefined };
}

function toRead({ chunkId, title, heading, text }: Candidate): { id: string; text: string } {
  return { id: chunkId, text: `${title}${heading ? `: ${heading}` : ''}\n${text}` };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
