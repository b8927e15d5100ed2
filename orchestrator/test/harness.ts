// Builds a whole orchestrator for a test: real Postgres dialect, real tokens, a model and tools that the test decides.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import type { AGUIEvent } from '@ag-ui/core';
import { type Database, openDatabase } from '@aiguy/manifests/database';
import { loadManifests } from '@aiguy/manifests/load';
import { type SigningKey, type StaffAssertion, signToken, type VisitorAssertion } from '@aiguy/manifests/tokens';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { type EmbeddedPostgres, embeddedConnectionsMax, startEmbeddedPostgres } from '../../scripts/embedded-postgres.ts';
import { staffScopes } from '../../scripts/keys.ts';
import { sessionsContent } from '../../scripts/sessions-content.ts';
import { buildApp, type Orchestrator } from '../src/app.ts';
import { type Config, variables } from '../src/config.ts';
import type { SocketLimits } from '../src/http/chat-socket.ts';
import type { ModelEvent, ModelPort, ModelRequest, ToolOutcome } from '../src/model/port.ts';
import { toolsFor } from '../src/tools/catalogue.ts';
import type { ToolCaller } from '../src/tools/client.ts';
import type { CorpusVersion } from '../src/tools/corpus-version.ts';
import type { FetchFile } from '../src/tools/fetch-file.ts';
import type { AskHours } from '../src/tools/opening-hours.ts';
import type { RelayPrivacy } from '../src/tools/relay-privacy.ts';
import { type OwnKey, readSigningKey } from '../src/tools/signing-key.ts';
import type { SiteKnowledge } from '../src/tools/site-knowledge.ts';
import type { SiteTickets } from '../src/tools/site-tickets.ts';
import type { SiteTools } from '../src/tools/site-tools.ts';
import type { SuggestArticles } from '../src/tools/suggest-articles.ts';
import type { AskTask } from '../src/tools/task-status.ts';

export const siteIssuer = 'https://shop.example';

export type Harness = {
  orchestrator: Orchestrator;
  database: Database;
  config: Config;
  key: OwnKey;
  /** Signs as the site; claims can be bent for tests of refusal. */
  assertionFor: (claims?: Partial<VisitorAssertion> & { lifetimeS?: number }) => Promise<string>;
  staffAssertionFor: (claims?: Partial<StaffAssertion>) => Promise<string>;
  siteKey: SigningKey;
  close: () => Promise<void>;
};

export type HarnessOptions = {
  model: ModelPort;
  tools?: ToolCaller;
  corpusVersion?: CorpusVersion;
  suggestArticles?: SuggestArticles;
  siteKnowledge?: SiteKnowledge;
  siteTickets?: SiteTickets;
  fetchFile?: FetchFile;
  relayPrivacy?: RelayPrivacy;
  askTask?: AskTask;
  askHours?: AskHours;
  siteTools?: SiteTools;
  config?: Partial<Config>;
  databaseUrl?: string;
  /** Answers when a cap is reached. */
  knowledge?: ModelPort;
  nowMs?: () => number;
  /** For tests that ask the one embedded database for more at once than a service would. */
  databaseTimeoutMs?: number;
  /** The most that the site may grant. */
  scopes?: string[];
  owner?: string;
  socketLimits?: Partial<SocketLimits>;
  key?: OwnKey;
  /** Keys that signed receipts before. */
  formerKeys?: JWK[];
};

export async function startHarness(options: HarnessOptions): Promise<Harness> {
  const { embedded, url, database } = await openPostgres(options);
  const { site, siteJwks } = await makeSite();
  const key = options.key ?? (await makeOwnKey());
  const config = {
    ...Object.fromEntries(Object.entries(variables).map(([name, schema]) => [name, schema.default])),
    DATABASE_URL: url,
    LOG_LEVEL: 'silent',
    CHAT_PER_MINUTE: 1000,
    TRUSTED_ISSUERS: [
      {
        issuer: siteIssuer,
        kinds: ['visitor-assertion', 'staff-assertion'],
        jwks: siteJwks,
        scopes: [...(options.scopes ?? ['docs:read', 'order:read']), ...staffScopes],
      },
    ],
    ...options.config,
  } as Config;
  const orchestrator = buildApp(config, {
    database,
    key,
    formerKeys: options.formerKeys ?? [],
    catalogue: loadManifests(),
    model: options.model,
    knowledge: knowledgeOf(options),
    nowMs: options.nowMs ?? Date.now,
    tools: options.tools ?? toolsThat(async () => ({ ok: false, code: 'tool_unavailable', message: 'no tools in this test' })),
    corpusVersion: options.corpusVersion ?? (async () => undefined),
    fetchFile: fetchFileOf(options),
    relayPrivacy: relayPrivacyOf(options),
    suggestArticles: options.suggestArticles ?? (async () => ({ articles: [] })),
    siteKnowledge: siteKnowledgeOf(options),
    siteTickets: siteTicketsOf(options),
    askTask: options.askTask ?? (async () => undefined),
    askHours: askHoursOf(options),
    siteTools: options.siteTools ?? (async () => new Map()),
    owner: options.owner ?? randomUUID(),
    socketLimits: options.socketLimits ?? {},
  });
  await orchestrator.app.ready();
  return {
    orchestrator,
    database,
    config,
    key,
    siteKey: site,
    staffAssertionFor: async (claims = {}) =>
      await signToken('staff-assertion', site, { sub: 'wp:1:1', name: 'Nora', scopes: staffScopes, jti: randomUUID(), ...claims }),
    assertionFor: async (claims = {}) => await signToken('visitor-assertion', site, { ...newVisitor(), ...claims }),
    close: async () => {
      await orchestrator.liveRuns.stop(0);
      await orchestrator.app.close();
      await database.end();
      await embedded?.stop();
    },
  };
}

function askHoursOf({ askHours }: HarnessOptions): AskHours {
  return askHours ?? (async () => ({ state: 'unknown' }));
}

async function openPostgres(options: HarnessOptions): Promise<{ embedded: EmbeddedPostgres | undefined; url: string; database: Database }> {
  const embedded = options.databaseUrl ? undefined : await startEmbeddedPostgres({ content: sessionsContent });
  const url = options.databaseUrl ?? embedded?.url ?? '';
  if (options.databaseUrl) await sessionsContent.load(url);
  const { databaseTimeoutMs: connectTimeoutMs = 2000, databaseTimeoutMs: statementTimeoutMs = 5000 } = options;
  const database = openDatabase({ url, connectionsMax: embedded ? embeddedConnectionsMax : 10, connectTimeoutMs, statementTimeoutMs });
  return { embedded, url, database };
}

function knowledgeOf({ knowledge }: HarnessOptions): ModelPort {
  return knowledge ?? { ...modelThat(() => saysText('Nothing but what I know.')), name: 'knowledge', isExtractive: true };
}

function relayPrivacyOf({ relayPrivacy }: HarnessOptions): RelayPrivacy {
  return relayPrivacy ?? { exportPage: async () => ({ records: [] }), erase: async () => ({ done: true, erased: {}, retained: [] }) };
}

function fetchFileOf({ fetchFile }: HarnessOptions): FetchFile {
  return fetchFile ?? (async () => assert.fail('no files in this test'));
}

function siteTicketsOf({ siteTickets }: HarnessOptions): SiteTickets {
  const none = async () => assert.fail('no tickets of a site in this test');
  return siteTickets ?? { list: none, change: none };
}

function siteKnowledgeOf({ siteKnowledge }: HarnessOptions): SiteKnowledge {
  return siteKnowledge ?? (async () => assert.fail('no knowledge in this test'));
}

/** Has the offline policy learn its tools before the first turn: that takes seconds of computing, more than a turn's time and its database's patience on a busy machine. */
export async function letLearn(model: ModelPort, scopes: readonly string[]): Promise<void> {
  const { allowed: tools, needingSignIn: toolsNeedingSignIn } = toolsFor(loadManifests(), scopes);
  const context = { signedIn: true, toolsNeedingSignIn, nowIso: new Date().toISOString() };
  const messages = [{ role: 'user' as const, text: 'where is my parcel?' }];
  const events = model.stream({ purpose: 'plan', system: '', context, messages, tools, outputTokensMax: 100 }, AbortSignal.timeout(120_000));
  for await (const event of events) if (event.type === 'failed') assert.fail(event.failure);
}

export function newVisitor(): Pick<VisitorAssertion, 'sub' | 'sid' | 'scopes' | 'jti'> {
  return { sub: 'wp:1:7', sid: randomBytes(24).toString('base64url'), scopes: ['docs:read', 'order:read'], jti: randomUUID() };
}

async function makeSite(): Promise<{ site: SigningKey; siteJwks: { keys: object[] } }> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return {
    site: { issuer: siteIssuer, kid: 'site-1', privateKey },
    siteJwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'site-1', alg: 'EdDSA' }] },
  };
}

export async function makeOwnKey(): Promise<OwnKey> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  return await readSigningKey(JSON.stringify(await exportJWK(privateKey)), 'http://orchestrator.example');
}

/** Tools of which a test decides the answer; writes are done once a key, as the tools API does them. */
export function toolsThat(answer: (name: string, args: Record<string, unknown>) => Promise<ToolOutcome>): ToolCaller {
  const done = new Map<string, Promise<ToolOutcome>>();
  return {
    call: async (tool, args) => await answer(tool.manifest.name, args),
    preview: async (tool) => ({ ok: true, preview: { summary: `Carry out ${tool.manifest.name}`, facts: [] } }),
    write: async (tool, args, { effectKey }) => {
      const outcome = done.get(effectKey) ?? answer(tool.manifest.name, args);
      done.set(effectKey, outcome);
      return { outcome: await outcome, isCertain: true };
    },
  };
}

/** The events of an SSE body, with their ids. */
export function parseFrames(body: string): { id: number; event: AGUIEvent }[] {
  return body
    .split('\n\n')
    .filter((frame) => frame.includes('data: '))
    .map((frame) => ({
      id: Number(/^id: (\d+)$/m.exec(frame)?.[1]),
      event: JSON.parse(/^data: (.*)$/m.exec(frame)?.[1] ?? 'null') as AGUIEvent,
    }));
}

export function typesOf(frames: { event: AGUIEvent }[]): string[] {
  return frames.map(({ event }) => event.type);
}

export const noUsage = { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0 };

/** A model that does what the test says at each call; `calls` counts from 0. */
export function modelThat(
  answer: (call: number, request: ModelRequest, signal: AbortSignal) => AsyncIterable<ModelEvent> | ModelEvent[],
): ModelPort & {
  requests: ModelRequest[];
} {
  const requests: ModelRequest[] = [];
  return {
    name: 'test',
    requests,
    estimateTokens: (text) => Math.ceil(text.length / 4),
    async *stream(request, signal) {
      requests.push(structuredClone(request));
      yield* answer(requests.length - 1, request, signal);
    },
  };
}

export function saysText(...deltas: string[]): ModelEvent[] {
  return [...deltas.map((delta): ModelEvent => ({ type: 'text', delta })), { type: 'done', stop: 'end', usage: noUsage, model: 'test' }];
}

export function callsTool(name: string, args: unknown, id = 'call-1'): ModelEvent[] {
  const argumentsText = typeof args === 'string' ? args : JSON.stringify(args);
  return [
    { type: 'tool_call', call: { id, name, argumentsText } },
    { type: 'done', stop: 'tool_calls', usage: noUsage, model: 'test' },
  ];
}

/** A point at which a test holds the other side until it opens it. */
export function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** Reads a streaming answer over real HTTP until `stop` says it has seen enough. */
export async function readFrames(
  response: Response,
  stop: (frames: { id: number; event: AGUIEvent }[]) => boolean,
): Promise<{ id: number; event: AGUIEvent }[]> {
  let body = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    body += decoder.decode(chunk, { stream: true });
    const frames = parseFrames(body.slice(0, body.lastIndexOf('\n\n') + 2));
    if (stop(frames)) return frames;
  }
  return parseFrames(body);
}
