// npm run bench -- sessions: a thousand visitors at once on one process, half by SSE and half by WebSocket, first idle, then each with a turn.
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signToken } from '@aiguy/manifests/tokens';
import { projectRoot } from '../scripts/data-directory.ts';
import { embeddedConnectionsMax } from '../scripts/embedded-postgres.ts';
import { allScopes, developmentSigner, trustedDevelopmentIssuer } from '../scripts/keys.ts';
import { type BenchDatabase, embedded, native } from './knowledge-databases.ts';
import { percentile } from './processes.ts';
import type { SessionsDone, SessionsJob, Visitor } from './sessions-load.ts';
import type { ServerFigures, SessionsServer } from './sessions-process.ts';

export type SessionsFigures = {
  database: string;
  sessions: number;
  rssStartedMb: number;
  rssOpenMb: number;
  rssPerSessionKb: number;
  idle: ServerFigures;
  /** While turns begin and run; rssMb at their end. */
  turns: ServerFigures;
  deliveryMsP50: number;
  deliveryMsP99: number;
  deliveryMsMax: number;
  finished: number;
  failures: string[];
  seconds: number;
};

const sessions = 1000;
const rampMs = 10_000;
const idleMs = 20_000;
/** The orchestrator's default. */
const connectionsMax = 10;

export async function benchSessions({ say }: { say: (line: string) => void }): Promise<{ sessions: SessionsFigures[] }> {
  const results: SessionsFigures[] = [];
  for (const kind of [embedded, native]) {
    let database: BenchDatabase;
    try {
      database = await kind.start();
    } catch (error) {
      say(`${kind.name} was left out: ${error instanceof Error ? error.message : String(error)}`);
      continue;
    }
    try {
      const figures = await measure(kind.name, database);
      results.push(figures);
      for (const line of linesOf(figures)) say(line);
    } finally {
      await database.stop();
    }
  }
  return { sessions: results };
}

async function measure(name: string, database: BenchDatabase): Promise<SessionsFigures> {
  const dataDir = mkdtempSync(join(tmpdir(), 'aiguy-bench-'));
  const children: ChildProcess[] = [];
  try {
    const server = await begin<SessionsServer, { url: string }>(children, 'sessions-process.ts', {
      databaseUrl: database.url,
      connectionsMax: name === embedded.name ? embeddedConnectionsMax : connectionsMax,
      issuer: await trustedDevelopmentIssuer(dataDir),
    });
    const figures = async () => await ask<ServerFigures>(server.child, 'figures');
    const started = await figures();
    const job = { url: server.said.url, visitors: await makeVisitors(dataDir), rampMs };
    const load = await begin<SessionsJob, 'open'>(children, 'sessions-load.ts', job);
    const open = await figures();
    await new Promise((resolve) => setTimeout(resolve, idleMs));
    const idle = await figures();
    const done = await ask<SessionsDone>(load.child, 'go');
    return { ...summary({ started, open, idle, turns: await figures() }, done), database: name };
  } finally {
    for (const child of children) child.kill('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function summary(
  { started, open, idle, turns }: Record<'started' | 'open' | 'idle' | 'turns', ServerFigures>,
  { deliveryMs, ...done }: SessionsDone,
): Omit<SessionsFigures, 'database'> {
  const rssOpenMb = Math.max(open.rssMb, idle.rssMb);
  return {
    sessions,
    rssStartedMb: started.rssMb,
    rssOpenMb,
    rssPerSessionKb: ((rssOpenMb - started.rssMb) * 1024) / sessions,
    idle,
    turns,
    deliveryMsP50: percentile(deliveryMs, 0.5),
    deliveryMsP99: percentile(deliveryMs, 0.99),
    deliveryMsMax: Math.max(...deliveryMs),
    ...done,
  };
}

async function makeVisitors(dataDir: string): Promise<Visitor[]> {
  const key = await developmentSigner(dataDir);
  return await Promise.all(
    Array.from({ length: sessions }, async (_, index): Promise<Visitor> => {
      const sid = randomBytes(24).toString('base64url');
      const assertion = await signToken('visitor-assertion', key, { sub: `wp:1:${index + 1}`, sid, scopes: allScopes, jti: randomUUID() });
      return { sid, assertion, by: index % 2 === 0 ? 'sse' : 'socket' };
    }),
  );
}

/** Starts a file of this folder, hands it its job and waits until it is ready. */
async function begin<J extends object, R>(children: ChildProcess[], file: string, job: J): Promise<{ child: ChildProcess; said: R }> {
  const child = fork(join(projectRoot, 'bench', file), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  children.push(child);
  return { child, said: await ask<R>(child, job) };
}

async function ask<R>(child: ChildProcess, message: object | string): Promise<R> {
  child.send(message);
  return await new Promise<R>((resolve, reject) => {
    child.once('message', (answer) => resolve(answer as R));
    child.once('exit', () => reject(new Error('a process of the benchmark ended without an answer')));
  });
}

function linesOf(figures: SessionsFigures): string[] {
  const { database, idle, turns } = figures;
  const loop = ({ delayP50Ms, delayP99Ms, delayMaxMs }: ServerFigures) =>
    `event loop late by ${delayP50Ms.toFixed(1)} ms (p50), ${delayP99Ms.toFixed(1)} (p99), ${delayMaxMs.toFixed(0)} (longest)`;
  return [
    `${database}: ${figures.sessions} open: ${figures.rssOpenMb.toFixed(0)} MB, ${figures.rssPerSessionKb.toFixed(0)} kB each; ${loop(idle)}`,
    `${database}: each with a turn: ${turns.rssMb.toFixed(0)} MB; ${loop(turns)}`,
    `${database}: from the model's sentence to the reader ${figures.deliveryMsP50.toFixed(0)} ms (p50), ${figures.deliveryMsP99.toFixed(0)} (p99), ${figures.deliveryMsMax.toFixed(0)} (longest); ` +
      `${figures.finished} turns finished in ${figures.seconds.toFixed(0)} s${figures.failures.length > 0 ? `, ${figures.failures.length} failed, the first with: ${figures.failures[0]}` : ''}`,
  ];
}
