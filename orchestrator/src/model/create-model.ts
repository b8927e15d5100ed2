// Chooses who plans and writes: Claude when there is a key, the offline policy otherwise.
import shipped from '../../generated/intents.json' with { type: 'json' };
import { createAnthropicModel } from './anthropic.ts';
import { createLocalEmbed } from './offline/embedder.ts';
import { createOfflineModel } from './offline/offline.ts';
import type { ModelPort, ToolDefinition } from './port.ts';

export type ModelChoice = {
  /** All that a visitor may ever be offered. */
  tools: readonly ToolDefinition[];
  anthropicApiKey: string | undefined;
  anthropicBaseUrl: string | undefined;
  planModel: string;
  answerModel: string;
  requestTimeoutMs: number;
  idleTimeoutMs: number;
};

export function createModel({ anthropicApiKey: apiKey, anthropicBaseUrl: baseUrl, tools, ...choice }: ModelChoice): ModelPort {
  if (apiKey) return createAnthropicModel({ apiKey, baseUrl, ...choice });
  return createOfflineModel({ embed: createLocalEmbed(), tools, shipped });
}

/** Answers without a model and without cost, for a process whose model is Claude: what that takes is loaded with the first question. */
export function createKnowledgeModel(): ModelPort {
  return createOfflineModel({ embed: createLocalEmbed(), shipped });
}
