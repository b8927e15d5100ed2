// What a site's people ask of its knowledge, at the tools API; paths are below /knowledge/.
import { createRelayToTools, type RelayToTools } from './relay-to-tools.ts';

export type { RelayedAnswer as KnowledgeAnswer } from './relay-to-tools.ts';

export type SiteKnowledge = RelayToTools;

export function createSiteKnowledge({ url }: { url: string }): SiteKnowledge {
  return createRelayToTools({ url: `${url}/knowledge/` });
}
