// Prometheus figures of searching the help centre. Searches begin before the service has its registry, so that is given later.
import { Counter, type Registry } from 'prom-client';
import type { RetrievalCacheResult } from '../backends/knowledge/cached-knowledge.ts';
import type { RerankMetrics } from '../backends/knowledge/rerank/anthropic.ts';

export type KnowledgeMetrics = RerankMetrics & {
  lookedUp: (result: RetrievalCacheResult) => void;
  registerIn: (register: Registry) => void;
};

export function createKnowledgeMetrics(): KnowledgeMetrics {
  const registers: Registry[] = [];
  const lookUps = new Counter({ name: 'aiguy_retrieval_cache_total', help: 'Look-ups of earlier searches.', labelNames: ['result'], registers });
  const reranks = new Counter({
    name: 'aiguy_rerank_total',
    help: 'Passages put to the judge, by what came of it.',
    labelNames: ['result'],
    registers,
  });
  const tokens = new Counter({ name: 'aiguy_rerank_tokens_total', help: 'Tokens of the judge.', labelNames: ['kind'], registers });
  return {
    lookedUp: (result) => lookUps.inc({ result }),
    reranked: (result) => reranks.inc({ result }),
    tokens: ({ input, output }) => {
      tokens.inc({ kind: 'input' }, input);
      tokens.inc({ kind: 'output' }, output);
    },
    registerIn: (register) => {
      register.registerMetric(lookUps);
      register.registerMetric(reranks);
      register.registerMetric(tokens);
    },
  };
}
