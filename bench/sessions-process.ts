// The orchestrator that the sessions benchmark measures, alone in its process: a scripted model, no tools, and figures when asked.
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { migrate, openDatabase } from '@aiguy/manifests/database';
import { loadManifests } from '@aiguy/manifests/load';
import type { TrustedIssuer } from '@aiguy/manifests/tokens';
import { exportJWK, generateKeyPair } from 'jose';
import { buildApp } from '../orchestrator/src/app.ts';
import { readConfig } from '../orchestrator/src/config.ts';
import { keepContract } from '../orchestrator/src/model/keep-contract.ts';
import type { ModelEvent, ModelPort } from '../orchestrator/src/model/port.ts';
import { readSigningKey } from '../orchestrator/src/tools/signing-key.ts';

export type SessionsServer = { databaseUrl: string; connectionsMax: number; issuer: TrustedIssuer };
export type ServerFigures = { rssMb: number; delayP50Ms: number; delayP99Ms: number; delayMaxMs: number };

const sentences = 10;
const sentenceEveryMs = 2000;
/** What the timer of the histogram waits by itself; the rest is the loop's delay. */
const resolutionMs = 10;

const delay = monitorEventLoopDelay({ resolution: resolutionMs });

process.once('message', async (job: SessionsServer) => {
  const url = await serve(job);
  delay.enable();
  process.on('message', () => {
    process.send?.(figures());
    delay.reset();
  });
  process.send?.({ url });
});

function figures(): ServerFigures {
  const ms = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolutionMs);
  return {
    rssMb: process.memoryUsage.rss() / 2 ** 20,
    delayP50Ms: ms(delay.percentile(50)),
    delayP99Ms: ms(delay.percentile(99)),
    delayMaxMs: ms(delay.max),
  };
}

async function serve({ databaseUrl, connectionsMax, issuer }: SessionsServer): Promise<string> {
  await migrate({ url: databaseUrl, folder: new URL('../orchestrator/migrations', import.meta.url).pathname });
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const jwk = JSON.stringify(await exportJWK(privateKey));
  const config = readConfig({
    ORCHESTRATOR_SIGNING_KEY: jwk,
    DATABASE_URL: databaseUrl,
    TRUSTED_ISSUERS: JSON.stringify([issuer]),
    TURN_WALL_MS: '120000',
    CAP_GUEST_MESSAGES_DAY: '10000000',
    CAP_CUSTOMER_MESSAGES_DAY: '10000000',
    CAP_SITE_MESSAGES_DAY: '10000000',
    CAP_SITE_COST_DAY_USD: '100000',
    LOG_LEVEL: 'silent',
  });
  const { app } = buildApp(config, {
    database: openDatabase({ url: databaseUrl, connectionsMax, connectTimeoutMs: 30_000, statementTimeoutMs: 30_000 }),
    key: await readSigningKey(jwk, config.ORCHESTRATOR_ISSUER),
    catalogue: loadManifests(),
    model: stampingModel(),
    knowledge: stampingModel(),
    tools: { call: async () => noTools, preview: async () => noTools, write: async () => ({ outcome: noTools, isCertain: true }) },
    corpusVersion: async () => undefined,
    fetchFile: async () => Buffer.alloc(0),
    siteKnowledge: async () => ({ status: 404, body: {} }),
    siteTickets: { list: async () => noTickets, change: async () => noTickets },
    relayPrivacy: { exportPage: async () => ({ records: [] }), erase: async () => ({ done: true, erased: {}, retained: [] }) },
    suggestArticles: async () => ({ articles: [] }),
    askTask: async () => undefined,
    askHours: async () => ({ state: 'unknown' }),
    siteTools: async () => new Map(),
    owner: randomUUID(),
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

const noTickets = { ok: false as const, refusal: { status: 404, body: {} } };
const noTools = { ok: false as const, code: 'tool_unavailable', message: 'no tools here' };

/** Says a sentence every two seconds; each says in letters when it was said, because numbers would have to stand in a source. */
function stampingModel(): ModelPort {
  return {
    name: 'stamping',
    estimateTokens: (text) => Math.ceil(text.length / 4),
    stream: (_request, signal) => keepContract(speak(), signal),
  };
}

async function* speak(): AsyncGenerator<ModelEvent> {
  for (let sentence = 0; sentence < sentences; sentence += 1) {
    await new Promise((resolve) => setTimeout(resolve, sentenceEveryMs));
    // The next one begins at once, which shows that this one is complete.
    yield { type: 'text', delta: `${sentence === 0 ? 'Now' : ''} comes ${letters(Date.now())}. Then ` };
  }
  yield { type: 'text', delta: 'nothing more.' };
  yield { type: 'done', stop: 'end', usage: { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0 }, model: 'stamping' };
}

function letters(atMs: number): string {
  return [...String(atMs)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
}
