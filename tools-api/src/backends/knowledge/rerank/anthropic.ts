// A small Claude as judge, through the official SDK. One attempt within a short limit; whatever goes wrong leaves the local order.
import Anthropic from '@anthropic-ai/sdk';
import { buildJudgeRequest, readJudgement } from './judge-request.ts';
import type { RerankCandidate, Reranked, Reranker } from './reranker.ts';

export type RerankResult = 'judged' | 'timed_out' | 'rate_limited' | 'overloaded' | 'refused' | 'malformed' | 'failed';
export type RerankMetrics = { reranked: (result: RerankResult) => void; tokens: (used: { input: number; output: number }) => void };

export type AnthropicRerankerOptions = {
  apiKey: string;
  baseUrl: string | undefined;
  model: string;
  metrics: RerankMetrics;
  /** For the whole answer; 1,200 when left out. */
  limitMs?: number;
};

export function createAnthropicReranker({ apiKey, baseUrl, model, metrics, limitMs = 1200 }: AnthropicRerankerOptions): Reranker {
  const client = new Anthropic({
    apiKey,
    baseURL: baseUrl ?? null,
    // One attempt: the SDK would try twice more and wait ten minutes.
    maxRetries: 0,
    timeout: limitMs,
    // It would print what it can't read, visitor's words and all.
    logLevel: 'off',
  });
  return {
    name: `anthropic:${model}`,
    rerank: async (question, candidates, signal) => {
      signal.throwIfAborted();
      // The SDK's own limit ends with the headers; a body that never ends is ended here.
      const limit = AbortSignal.timeout(limitMs);
      try {
        const message = await client.messages.create(buildJudgeRequest(model, question, candidates), { signal: AbortSignal.any([signal, limit]) });
        metrics.tokens({ input: message.usage.input_tokens, output: message.usage.output_tokens });
        const judged = judgementOf(message, candidates);
        metrics.reranked(typeof judged === 'string' ? judged : 'judged');
        if (typeof judged !== 'string') return judged;
      } catch (error) {
        signal.throwIfAborted();
        metrics.reranked(limit.aborted ? 'timed_out' : classify(error));
      }
      return { ids: candidates.map(({ id }) => id) };
    },
  };
}

function judgementOf(message: Anthropic.Message, candidates: readonly RerankCandidate[]): Reranked | 'refused' | 'malformed' {
  if (message.stop_reason === 'refusal') return 'refused';
  if (message.stop_reason !== 'end_turn') return 'malformed';
  const answer = message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  return readJudgement(answer, candidates) ?? 'malformed';
}

function classify(error: unknown): RerankResult {
  if (error instanceof Anthropic.APIConnectionTimeoutError) return 'timed_out';
  if (!(error instanceof Anthropic.APIError)) return 'malformed';
  if (error.status === 429) return 'rate_limited';
  return error.status === 529 ? 'overloaded' : 'failed';
}
