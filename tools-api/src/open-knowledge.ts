// Puts the help centre together from the configuration: who embeds, who judges, what is kept, in which order they stand behind each other.
import { createCache } from '@aiguy/manifests/cache';
import type { Database } from '@aiguy/manifests/database';
import type { Catalogue } from '@aiguy/manifests/load';
import type { Registry } from 'prom-client';
import { cacheEmbeddings } from './backends/embedding/cached-embedder.ts';
import { createEmbedder } from './backends/embedding/create-embedder.ts';
import type { Embedder } from './backends/embedding/embedder.ts';
import { createLocalEmbedder } from './backends/embedding/local.ts';
import { cacheKnowledge } from './backends/knowledge/cached-knowledge.ts';
import { createAnthropicReranker } from './backends/knowledge/rerank/anthropic.ts';
import { createKnowledge, type Knowledge } from './backends/knowledge/search.ts';
import { createSpelling, type Spelling } from './backends/knowledge/spelling.ts';
import type { Config } from './config.ts';
import { createKnowledgeMetrics } from './observe/knowledge-metrics.ts';

/** Entries of each cache in this process when there is no Redis: some 3 KB a question's vector, some 9 KB a search. */
const keptMax = 2000;
const warmUpMs = 60_000;

export type OpenKnowledge = {
  knowledge: Knowledge;
  /** The configured one, which the index is to be of. */
  embedder: Embedder;
  /** What else of this process reads words: the local model, and the spelling that the help centre has opened. */
  words: Embedder;
  spelling: () => Promise<Spelling>;
  registerMetrics: (metrics: Registry) => void;
  /** Loads the model and the words of the help centre, so that the first visitor doesn't wait for them. */
  warmUp: () => Promise<void>;
  close: () => void;
};

export function openKnowledge(config: Config, { database, catalogue }: { database: Database; catalogue: Catalogue }): OpenKnowledge {
  const metrics = createKnowledgeMetrics();
  const vectors = createCache({ redisUrl: config.REDIS_URL, prefix: 'aiguy-vectors', entriesMax: keptMax });
  const searches = createCache({ redisUrl: config.REDIS_URL, prefix: 'aiguy-searches', entriesMax: keptMax });
  const local = createLocalEmbedder();
  const embedder = createEmbedder(config);
  // While the index is of the local model, and the configured one's is being built, the local model answers.
  const embedders = [embedder, local].map((one) => cacheEmbeddings(one, vectors));
  const { RERANK_MODEL: model, ANTHROPIC_API_KEY: apiKey, ANTHROPIC_BASE_URL: baseUrl } = config;
  const reranker = model && apiKey ? createAnthropicReranker({ apiKey, baseUrl, model, metrics }) : undefined;
  const spelling = createSpelling(local);
  const engine = createKnowledge({ database, words: local, embedders, spelling, reranker });
  const knowledge = cacheKnowledge(engine, {
    cache: searches,
    ttlS: catalogue.get('retrieve_docs')?.manifest.cache.ttl_s ?? 0,
    models: [...embedders.map((one) => one.model), ...(reranker ? [reranker.name] : [])],
    lookedUp: metrics.lookedUp,
  });
  return {
    knowledge,
    embedder,
    words: local,
    spelling,
    registerMetrics: metrics.registerIn,
    warmUp: async () => {
      const signal = AbortSignal.timeout(warmUpMs);
      // Past the caches: what others kept would hide that nothing is loaded.
      await local.embed(['How do I return an item?'], { purpose: 'passage', signal });
      await engine.search({ text: 'How do I return an item?', context: [], audiences: ['public'], limit: 1, signal });
    },
    close: () => {
      vectors.close();
      searches.close();
    },
  };
}
