// POST /sites/pair: a site proves that it was given a code, and is trusted from then on, here and at the tools API.
import type { Database } from '@aiguy/manifests/database';
import { AiguyError, isErrorCode } from '@aiguy/manifests/errors';
import type { PairSite } from '@aiguy/manifests/generated/http';
import { pairSite } from '@aiguy/manifests/pairing';
import { readLimited } from '@aiguy/manifests/read-limited';
import type { FastifyInstance } from 'fastify';

export type PairSitePorts = {
  database: Database;
  toolsUrl: string;
  /** Names that the configuration trusts. */
  configured: ReadonlySet<string>;
  /** @throws AiguyError rate_limited */
  limitPairing: (address: string) => Promise<void>;
};

const toolsTimeoutMs = 6000;
const answerBytesMax = 16 * 1024;

export function addPairSiteRoute(app: FastifyInstance, ports: PairSitePorts): void {
  const { database, configured } = ports;
  app.post('/sites/pair', async (request, reply) => {
    await ports.limitPairing(request.ip);
    const site = await pairSite({ database, service: 'orchestrator', configured }, request.body, async (body) => await pairAtTools(ports, body));
    return await reply.header('Cache-Control', 'no-store').send(site);
  });
}

/** The tools API judges by itself: it has its own half of the code. @throws AiguyError */
async function pairAtTools({ toolsUrl }: PairSitePorts, body: PairSite): Promise<void> {
  const answer = await post(`${toolsUrl}/sites/pair`, body);
  // It may trust the site by configuration where this service does not.
  if (answer.ok || answer.code === 'site_configured') return;
  throw new AiguyError(answer.code === 'pairing_refused' || answer.code === 'rate_limited' ? answer.code : 'tool_unavailable');
}

async function post(url: string, body: PairSite): Promise<{ ok: boolean; code: string | undefined }> {
  try {
    const signal = AbortSignal.timeout(toolsTimeoutMs);
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });
    const answer: unknown = JSON.parse(await readLimited(response, answerBytesMax));
    return { ok: response.ok, code: answer instanceof Object && 'code' in answer && isErrorCode(answer.code) ? answer.code : undefined };
  } catch {
    return { ok: false, code: undefined };
  }
}
