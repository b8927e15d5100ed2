// The real processes with a kill switch in each, a model that is a script, and the two databases to look into. What dies is started again at once.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDatabaseDown, openDatabase } from '@aiguy/manifests/database';
import type { SigningKey } from '@aiguy/manifests/tokens';
import { prepareBackend, startOrchestrator, startToolsApi } from '../../scripts/backend.ts';
import { shopContent } from '../../scripts/demo-content.ts';
import { embeddedConnectionsMax, startEmbeddedPostgres } from '../../scripts/embedded-postgres.ts';
import { freePort } from '../../scripts/free-port.ts';
import { developmentSigner } from '../../scripts/keys.ts';
import type { ServiceProcess } from '../../scripts/service-process.ts';
import { sessionsContent } from '../../scripts/sessions-content.ts';
import { type MessagesApi, startMessagesApi } from '../doubles/messages-api.ts';
import { Planned } from './kill-plan.ts';
import { shopModel } from './shop-model.ts';

export type Databases = { sessions: string; shop: string; stop: () => Promise<void> };
export type World = {
  signer: SigningKey;
  model: MessagesApi;
  sessions: Look;
  shop: Look;
  orchestrator: Supervised;
  tools: Supervised;
  /** Another orchestrator of the same databases, with a kill switch and a port of its own. */
  startSecond: (name: string) => Promise<Supervised>;
  stop: () => Promise<void>;
};
/** Reads rows, and waits for a database that is being started again. */
export type Look = <Row>(sql: string, values?: unknown[]) => Promise<Row[]>;
export type WorldOptions = { databases?: () => Promise<Databases>; env?: Record<string, string> };

/** A process that is started again whenever it ends by itself or is killed. */
export class Supervised {
  readonly url: string;
  readonly planned: Planned;
  readonly #start: () => Promise<ServiceProcess>;
  #process: Promise<ServiceProcess> | undefined;
  #isKept = true;
  /** When it last died, performance.now(). */
  diedMs = 0;

  constructor(url: string, planned: Planned, start: () => Promise<ServiceProcess>) {
    this.url = url;
    this.planned = planned;
    this.#start = start;
  }

  async start(): Promise<void> {
    this.#isKept = true;
    this.#process = this.#start();
    const { exited } = await this.#process;
    void exited.then(async () => {
      this.diedMs = performance.now();
      if (this.#isKept) await this.start();
    });
  }

  /** @returns whether it died later than `ms`, at most two seconds from now */
  async diesAfter(ms: number): Promise<boolean> {
    const deadlineMs = performance.now() + 2000;
    while (this.diedMs <= ms && performance.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 5));
    return this.diedMs > ms;
  }

  /** Of the process that runs, or of the one that is being started, when it is ready. */
  async pid(): Promise<number> {
    return (await this.#process)?.pid ?? 0;
  }

  /** In order, by SIGTERM alone. @returns the exit code and how long the process took to end */
  async restart(): Promise<{ code: number | null; endedMs: number }> {
    this.#isKept = false;
    const startedMs = performance.now();
    process.kill(await this.pid(), 'SIGTERM');
    const code = (await (await this.#process)?.exited) ?? null;
    const endedMs = performance.now() - startedMs;
    await this.start();
    return { code, endedMs };
  }

  /** Lets it stay dead from now on. */
  async stop(): Promise<void> {
    this.#isKept = false;
    await (await this.#process)?.stop();
  }
}

export async function startEmbeddedDatabases(): Promise<Databases> {
  const [sessions, shop] = [await startEmbeddedPostgres({ content: sessionsContent }), await startEmbeddedPostgres({ content: shopContent(false) })];
  return {
    sessions: sessions.url,
    shop: shop.url,
    stop: async () => {
      await sessions.stop();
      await shop.stop();
    },
  };
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const stops: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    return { ...(await startParts(options, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts({ databases: makeDatabases, env = {} }: WorldOptions, stops: (() => Promise<void> | void)[]): Promise<Omit<World, 'stop'>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'aiguy-crash-'));
  stops.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const databases = await (makeDatabases ?? startEmbeddedDatabases)();
  stops.push(databases.stop);
  const model = await startMessagesApi(shopModel);
  stops.push(model.stop);
  const ports = { orchestrator: await freePort(), tools: await freePort() };
  const shared = { LOG_LEVEL: 'warn', ...(makeDatabases ? {} : { DATABASE_CONNECTIONS_MAX: String(embeddedConnectionsMax) }), ...env };
  const prepared = await prepareBackend(
    {
      dataDir,
      siteUrl: 'http://shop.example',
      ports,
      databases,
      withArticles: false,
      orchestratorEnv: { ...shared, ...impatience, ANTHROPIC_API_KEY: 'test-key-of-no-value', ANTHROPIC_BASE_URL: model.url },
      toolsEnv: shared,
      log: () => undefined,
    },
    [],
  );
  const supervise = async (name: string, port: number, start: typeof startToolsApi) => {
    const planned = new Planned(join(dataDir, `${name}.plan.json`));
    const env = {
      ...(start === startToolsApi ? prepared.toolsEnv : prepared.orchestratorEnv),
      ...switchIn(planned),
    };
    const supervised = new Supervised(`http://127.0.0.1:${port}`, planned, async () => await start({ dataDir, port, env }));
    stops.push(async () => await supervised.stop());
    await supervised.start();
    return supervised;
  };
  const tools = await supervise('tools', ports.tools, startToolsApi);
  const orchestrator = await supervise('orchestrator', ports.orchestrator, startOrchestrator);
  const startSecond = async (name: string) => await supervise(name, await freePort(), startOrchestrator);
  const [sessions, shop] = [lookInto(databases.sessions, stops), lookInto(databases.shop, stops)];
  return { signer: await developmentSigner(dataDir), model, sessions, shop, orchestrator, tools, startSecond };
}

/** Visitors here try again without a pause, and a busy machine is no fault of the turn's. */
const impatience = { CHAT_PER_MINUTE: '100000', TURN_WALL_MS: '60000', CAP_GUEST_MESSAGES_DAY: '10000000', CAP_CUSTOMER_MESSAGES_DAY: '10000000' };
const databasePatienceMs = 30_000;

function lookInto(url: string, stops: (() => Promise<void> | void)[]): Look {
  const database = openDatabase({ url, connectionsMax: 1, connectTimeoutMs: 5000, statementTimeoutMs: 10_000 });
  stops.push(async () => await database.end());
  return async <Row>(sql: string, values: unknown[] = []) => {
    for (const deadlineMs = Date.now() + databasePatienceMs; ; ) {
      try {
        return (await database.query(sql, values)).rows as Row[];
      } catch (error) {
        if (!isDatabaseDown(error) || Date.now() > deadlineMs) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
}

function switchIn(planned: Planned): Record<string, string> {
  return { KILL_PLAN_FILE: planned.file, NODE_OPTIONS: `--import ${new URL('kill-switch.ts', import.meta.url).pathname}` };
}
