// Chooses who embeds: the process itself, or the provider that the configuration names.
import { createBedrockEmbedder } from './bedrock.ts';
import type { Embedder } from './embedder.ts';
import { createLocalEmbedder } from './local.ts';
import { createOpenAiEmbedder } from './openai-compatible.ts';
import { type EmbeddingVariables, readEmbeddingSettings } from './settings.ts';
import { createVoyageEmbedder } from './voyage.ts';

/** Nothing is sent or loaded before the first call. @throws ConfigError as readEmbeddingSettings does */
export function createEmbedder(variables: EmbeddingVariables): Embedder {
  const settings = readEmbeddingSettings(variables);
  switch (settings.provider) {
    case 'local':
      return createLocalEmbedder();
    case 'openai':
      return createOpenAiEmbedder(settings);
    case 'voyage':
      return createVoyageEmbedder(settings);
    case 'bedrock':
      return createBedrockEmbedder(settings);
  }
}
