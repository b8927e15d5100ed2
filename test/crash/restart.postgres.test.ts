// Postgres restarted in the middle of turns: they pause and finish; meanwhile new messages are refused at once, and nothing that was taken is lost.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { freePort } from '../../scripts/free-port.ts';
import { type NativePostgres, startNativePostgres } from '../../scripts/native-postgres.ts';
import { converse, ticket } from './conversation.ts';
import { createDatabases } from './real-postgres.ts';
import { Visitor } from './visitor.ts';
import { startWorld, type World } from './world.ts';

const refusedWithinMs = 1000;
const pollMs = 10;

const dataDir = mkdtempSync(join(tmpdir(), 'aiguy-restarted-'));
let world: World;
let server: NativePostgres;
let port: number;

before(async () => {
  port = await freePort();
  server = await startNativePostgres({ dataDir, port });
  world = await startWorld({ databases: async () => ({ ...(await createDatabases(server.url)), stop: async () => await server.stop() }) });
});
after(async () => {
  await world?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const points: [string, string][] = [
  ['as a message is kept', '^before COMMIT .*insert run\\)$'],
  ['after the tool call is on record', '^after append TOOL_CALL_START'],
  ['as a click is kept', '^before COMMIT .*plan effect'],
  ['after the click', '^after COMMIT .*plan effect'],
  ['after dispatch', '^after dispatch effect'],
  ['after the effect', '^after POST /tools/(create_support_ticket|cancel_order)$'],
  ['in the middle of the answer', '^after append .*TEXT_MESSAGE_CONTENT'],
  ['at the end', '^before COMMIT .*RUN_FINISHED:success'],
];

for (const [how, signal] of [
  ['in order', 'SIGINT'],
  ['at once, as after a crash', 'SIGQUIT'],
] as const) {
  for (const [when, match] of points) {
    test(`Postgres shut down ${how} ${when}: turns pause and finish, new messages are refused within a second, and nothing is lost`, async () => {
      world.orchestrator.planned.arm({ match, signal, victim: server.pid });
      const conversations = [1, 2, 3].map(async () => await converse(world, ticket()));
      await stopped(server.pid);
      const late = new Visitor({ signer: world.signer, sub: ticket().sub, urls: [world.orchestrator.url] });
      const sending = late.send('Hello?');
      while (late.refusals.length === 0) await new Promise((resolve) => setTimeout(resolve, pollMs));
      assert.equal((await fetch(`${world.orchestrator.url}/livez`)).status, 200);
      assert.equal((await fetch(`${world.orchestrator.url}/readyz`)).status, 503);
      await server.stop();
      server = await startNativePostgres({ dataDir, port });
      for (const { status, code, retryAfter, ms } of late.refusals) {
        assert.deepEqual([status, code, Number(retryAfter) > 0], [503, 'database_unavailable', true]);
        assert.ok(ms < refusedWithinMs, `refused after ${ms} ms`);
      }
      await sending;
      await late.until('the answer', (frames) => frames.find(({ event }) => event.type === 'RUN_FINISHED'));
      await late.leave();
      for (const { problems } of await Promise.all(conversations)) assert.deepEqual(problems, []);
    });
  }
}

/** The server itself has ended; those of its processes that serve clients end with it. */
async function stopped(pid: number): Promise<void> {
  const deadlineMs = Date.now() + 60_000;
  while (isAlive(pid)) {
    if (Date.now() > deadlineMs) throw new Error('Postgres was not stopped');
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
