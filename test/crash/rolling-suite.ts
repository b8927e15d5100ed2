// Two instances restarted one after the other by SIGTERM while visitors change things: no turn is lost, nothing is done twice.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { converse, ticket } from './conversation.ts';
import { type Databases, type Supervised, startWorld, type World } from './world.ts';

const sessions = 20;
/** So that some have begun, some wait for a click and some are answered whenever an instance ends. */
const begunEveryMs = 400;
const endsWithinMs = 30_000;
const testTimeoutMs = 300_000;

export function rollingSuite(name: string, databases?: () => Promise<Databases>): void {
  let world: World;
  let second: Supervised;
  before(async () => {
    world = await startWorld(databases ? { databases } : {});
    second = await world.startSecond('second');
  });
  after(async () => await world?.stop());

  test(`${name}: ${sessions} conversations over two rolling restarts of both instances: none lost, nothing done twice`, {
    timeout: testTimeoutMs,
  }, async (t) => {
    // The tools API then knows the public keys, which it asks of the first instance in this world without a balancer.
    assert.deepEqual((await converse(world, ticket())).problems, []);
    const instances = [world.orchestrator, second];
    const conversations = Array.from({ length: sessions }, async (_, index) => {
      await new Promise((resolve) => setTimeout(resolve, index * begunEveryMs));
      const urls = instances.map(({ url }) => url);
      return await converse(world, ticket(), { urls: index % 2 === 0 ? urls : urls.toReversed() });
    });
    for (const instance of [...instances, ...instances]) {
      const { code, endedMs } = await instance.restart();
      t.diagnostic(`ended after ${(endedMs / 1000).toFixed(1)} s`);
      assert.equal(code, 0, 'ended in order');
      assert.ok(endedMs < endsWithinMs, `ended after ${endedMs} ms`);
    }
    const finished = await Promise.all(conversations);
    assert.deepEqual(
      finished.flatMap(({ problems }) => problems),
      [],
    );
    assert.equal(finished.filter(({ told }) => told === 'done').length, sessions);
  });
}
