// Chooses who plans and writes: Claude when there is a key, the offline policy otherwise.
import { createAnthropicModel } from './anthropic.ts';
import { createLocalEmbed } from './offline/embedder.ts';
import { createOfflineModel } from './offline/offline.ts';
import type { ModelPort } from './port.ts';

export type ModelChoice = {
  anthropicApiKey: string | undefined;
  anthropicBaseUrl: string | undefined;
  planModel: string;
  answerModel: string;
  requestTimeoutMs: number;
  idleTimeoutMs: number;
};

export function createModel({ anthropicApiKey: apiKey, anthropicBaseUrl: baseUrl, ...choice }: ModelChoice): ModelPort {
  if (apiKey) return createAnthropicModel({ apiKey, baseUrl, ...choice });
  const embed = createLocalEmbed();
  // The embedding model is loaded before the first visitor asks; a failure is met again, and told, when he does.
  embed(['warm']).catch(() => undefined);
  return createOfflineModel({ embed });
}
