// A process that is stopped in the middle of its turn and goes on when another one has taken the turn over: it must write nothing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { converse, ticket } from './conversation.ts';
import { type Databases, type Supervised, startWorld, type World } from './world.ts';

/** From the moment it stops. */
const takenOverWithinMs = 15_000;
const pollMs = 20;
const limitMs = 60_000;
const metricsTimeoutMs = 5000;

/** holdsRun: false when it stops before it has begun the run. */
export type Stop = { title: string; match: string; nth?: number; holdsRun?: boolean };

/** Where a session's process may stop without holding anything that others wait for. */
export const stops: Stop[] = [
  { title: 'after the click, before dispatch', match: '^after COMMIT .*plan effect' },
  { title: 'after dispatch, before the call', match: '^before POST /tools/(create_support_ticket|cancel_order)$' },
  { title: 'after the effect, before it is settled', match: '^after POST /tools/(create_support_ticket|cancel_order)$' },
  { title: 'in the middle of the answer', match: '^after append .*TEXT_MESSAGE_CONTENT' },
];

export function zombieSuite(name: string, options: { stops: Stop[]; databases?: () => Promise<Databases> }): void {
  let world: World;
  let second: Supervised;
  before(async () => {
    world = await startWorld(options.databases ? { databases: options.databases } : {});
    second = await world.startSecond('second');
  });
  after(async () => await world?.stop());

  for (const { title, match, nth = 1, holdsRun = true } of options.stops) {
    test(`${name}: a process stopped ${title} is replaced within 15 s and writes nothing when it goes on`, async (t) => {
      const first = world.orchestrator;
      const lostBefore = await lostTurns(first);
      first.planned.arm({ match, nth, signal: 'SIGSTOP' });
      const change = ticket();
      const conversation = converse(world, change, { urls: [first.url, second.url], followAt: second.url });
      // What it fails with is seen below, or comes too late to matter.
      conversation.catch(() => undefined);
      await until('the stop', async () => first.planned.hasFired);
      const stoppedMs = performance.now();
      try {
        const before = await lastSeq(world, change.sub);
        await until('the takeover', async () => (await lastSeq(world, change.sub)) > before);
        const takenOverMs = performance.now() - stoppedMs;
        const { problems, visitor } = await conversation;
        assert.deepEqual(problems, []);
        const logBefore = await logOf(world, visitor.sid);
        process.kill(await first.pid(), 'SIGCONT');
        if (holdsRun) await until('the zombie to notice', async () => (await lostTurns(first)) > lostBefore);
        assert.deepEqual((await converse(world, ticket())).problems, [], 'afterwards it works as before');
        assert.deepEqual(await logOf(world, visitor.sid), logBefore);
        assert.equal(await change.timesDone(world.shop), 1);
        assert.ok(takenOverMs < takenOverWithinMs, `taken over after ${takenOverMs} ms`);
        t.diagnostic(`taken over ${(takenOverMs / 1000).toFixed(1)} s after the stop`);
      } finally {
        process.kill(await first.pid(), 'SIGCONT');
      }
    });
  }
}

async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + limitMs;
  while (!(await isTrue())) {
    if (Date.now() > deadlineMs) throw new Error(`${what} did not come within ${limitMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

async function lastSeq(world: World, subject: string): Promise<number> {
  const rows = await world.sessions<{ last_seq: number }>('SELECT last_seq FROM sessions WHERE subject = $1', [subject]);
  return rows[0]?.last_seq ?? 0;
}

async function logOf(world: World, sid: string): Promise<unknown[]> {
  return await world.sessions('SELECT seq, run_id, event FROM events WHERE session_id = $1 ORDER BY seq', [sid]);
}

/** Turns that the process gave up: they were another's, or its connection was gone. */
async function lostTurns({ url }: Supervised): Promise<number> {
  const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(metricsTimeoutMs) }).catch(() => undefined);
  const text = (await response?.text()) ?? '';
  return [...text.matchAll(/^aiguy_turns_total\{outcome="lost",[^}]*\} (\d+)/gm)].reduce((total, [, count]) => total + Number(count), 0);
}
