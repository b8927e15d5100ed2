// Both services in this process, with real HTTP and real tokens between them: a model of the test's own in front, the demo shop behind.
import { randomBytes } from 'node:crypto';
import type { ChatAnswer } from '@aiguy/manifests/generated/http';
import { type AgentSettings, signToken } from '@aiguy/manifests/tokens';
import type { FastifyInstance } from 'fastify';
import type { ModelPort } from '../orchestrator/src/model/port.ts';
import { createToolClient } from '../orchestrator/src/tools/client.ts';
import { createCorpusVersion } from '../orchestrator/src/tools/corpus-version.ts';
import { createAskHours } from '../orchestrator/src/tools/opening-hours.ts';
import { createRelayPrivacy } from '../orchestrator/src/tools/relay-privacy.ts';
import { startHarness as startOrchestrator } from '../orchestrator/test/harness.ts';
import { allScopes, staffScopes } from '../scripts/keys.ts';
import type { OpeningHours } from '../tools-api/src/backends/opening-hours.ts';
import { startHarness as startTools, type Harness as Tools } from '../tools-api/test/harness.ts';
import { bent } from '../tools-api/test/write-harness.ts';

export type WholeSystem = {
  tools: Tools;
  orchestratorDatabase: Tools['database'];
  orchestrator: FastifyInstance;
  /** As a visitor's tab does it, through the orchestrator's HTTP. */
  post: (visitor: Visitor, path: string, body: object) => Promise<ChatAnswer & { code?: string }>;
  /** As the people of the site do it. */
  staff: <T>(path: string, body: object) => Promise<T>;
  stop: () => Promise<void>;
};
export type Visitor = { sub: string; sid: string; client?: { page: string; browser: string }; agent?: AgentSettings };

export const newSession = (sub: string): Visitor => ({ sub, sid: randomBytes(24).toString('base64url') });

/** @param options.keepsAnswers answers are told again to the same question, as in production */
export async function startWholeSystem(options: {
  model: ModelPort;
  toolCallsMax: number;
  shopOnly: boolean;
  keepsAnswers?: boolean;
  openingHours?: OpeningHours;
}): Promise<WholeSystem> {
  const tools = await startTools({ shopOnly: options.shopOnly, ...(options.openingHours ? { openingHours: options.openingHours } : {}) });
  const service = await tools.build({ catalogue: bent() });
  const url = await service.app.listen({ host: '127.0.0.1', port: 0 });
  const orchestrator = await startOrchestrator({
    model: options.model,
    tools: createToolClient({ url, key: tools.orchestrator.key }),
    relayPrivacy: createRelayPrivacy({ url }),
    askHours: createAskHours({ url, key: tools.orchestrator.key }),
    ...(options.keepsAnswers ? { corpusVersion: createCorpusVersion({ url, key: tools.orchestrator.key }) } : {}),
    config: { TRUSTED_ISSUERS: [tools.site.issuer], TURN_TOOLS_MAX: options.toolCallsMax, TURN_WALL_MS: 60_000 },
  });
  const { app } = orchestrator.orchestrator;
  return {
    tools,
    orchestratorDatabase: orchestrator.database,
    orchestrator: app,
    post: async (visitor, path, body) => {
      const assertion = await signToken('visitor-assertion', tools.site.key, { ...visitor, scopes: allScopes, jti: crypto.randomUUID() });
      const headers = { authorization: `Bearer ${assertion}`, 'content-type': 'application/json', accept: 'application/json' };
      const response = await app.inject({ method: 'POST', url: path, headers, payload: JSON.stringify(body) });
      return response.json();
    },
    staff: async <T>(path: string, body: object) => {
      const assertion = await signToken('staff-assertion', tools.site.key, { sub: 'site', scopes: staffScopes, jti: crypto.randomUUID() });
      const headers = { authorization: `Bearer ${assertion}`, 'content-type': 'application/json' };
      return (await app.inject({ method: 'POST', url: path, headers, payload: JSON.stringify(body) })).json<T>();
    },
    stop: async () => {
      await orchestrator.close();
      await tools.close();
    },
  };
}
