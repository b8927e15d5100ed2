// The crash test: at each point of a turn with a write, a process is killed; whatever had been acknowledged is then done once, and told once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Change, cancellations, converse, type Finished, ticket } from './conversation.ts';
import { type Point, points } from './points.ts';
import { type Databases, startWorld, type World } from './world.ts';

/** CRASH_REPEATS kills at each named point; from 2 on also kills once at every other point that a turn passes. */
const repeats = Number(process.env.CRASH_REPEATS ?? '1');
/** After a first kill at once, the others come up to so much later than their point. */
const jitterMs = 30;

type Row = { title: string; problems: string[]; kills: number; missed: number; done: number; announced: number; wrong: number; slowestMs: number };
type Attempt = { at: string; finished: Finished; wasKilled: boolean; recoveredMs: number };

export function crashSuite(name: string, databases?: () => Promise<Databases>): void {
  const rows: Row[] = [];
  let world: World;
  let orders: Change[];

  before(async () => {
    world = await startWorld(databases ? { databases } : {});
    orders = await cancellations(world.shop);
  });
  after(async () => {
    await world?.stop();
    process.stdout.write(tableOf(name, rows));
  });

  const nextChange = (index: number) => (index % 2 === 1 ? orders.pop() : undefined) ?? ticket();

  for (const point of points) {
    test(`${name}, ${point.title}: one effect, one end, nothing lost or doubled`, async () => {
      const row = emptyRow(point.title);
      rows.push(row);
      for (let index = 0; index < repeats; index += 1) {
        const delayMs = index === 0 ? 0 : Math.floor(Math.random() * jitterMs);
        count(row, await attempt(world, { ...point, plan: { ...point.plan, delayMs } }, nextChange(index)));
      }
      assert.deepEqual(row.problems, []);
      assert.equal(row.missed, 0, 'a planned kill did not happen');
    });
  }

  if (repeats < 2) return;
  test(`${name}: every other point that a turn passes`, async () => {
    const row = emptyRow('every statement, request and chunk, once each');
    rows.push(row);
    for (const [index, plan] of (await everyPoint(world)).entries()) {
      count(row, await attempt(world, { title: plan.match, at: 'orchestrator', dies: 'orchestrator', plan }, nextChange(index)));
    }
    assert.deepEqual(row.problems, []);
    assert.ok(row.kills > 100 && row.missed < row.kills / 10, `${row.kills} kills, ${row.missed} missed`);
  });
}

async function attempt(world: World, point: Point, change: Change): Promise<Attempt> {
  const { planned } = world[point.at];
  const victim = point.at === point.dies ? {} : { victim: await world[point.dies].pid() };
  const dying = world[point.dies];
  const beforeMs = dying.diedMs;
  planned.arm({ ...point.plan, ...victim });
  const finished = await converse(world, change).catch((error: unknown) => {
    throw new Error(`killed at «${point.title}»: ${error instanceof Error ? error.message : error}`, { cause: error });
  });
  // The last event may be read before the process that wrote it is dead.
  const wasKilled = planned.hasFired && (await dying.diesAfter(beforeMs));
  const recoveredMs = Math.max(0, performance.now() - dying.diedMs);
  planned.disarm();
  await dying.pid();
  return { at: `${point.title} (${change.tool})`, finished, wasKilled, recoveredMs };
}

/** A turn that is not disturbed tells its points; each is then known by its name and by how many of the name came before. */
async function everyPoint(world: World): Promise<Point['plan'][]> {
  const { planned } = world.orchestrator;
  planned.arm({ match: '^never$' });
  await converse(world, ticket());
  const passed = planned.passed;
  planned.disarm();
  return passed.map((point, index) => ({
    match: `^${point.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`,
    nth: passed.slice(0, index + 1).filter((other) => other === point).length,
  }));
}

function emptyRow(title: string): Row {
  return { title, problems: [], kills: 0, missed: 0, done: 0, announced: 0, wrong: 0, slowestMs: 0 };
}

function count(row: Row, { at, finished: { told, problems }, wasKilled, recoveredMs }: Attempt): void {
  row.problems.push(...problems.map((problem) => `${at}: ${problem}`));
  row.kills += wasKilled ? 1 : 0;
  row.missed += wasKilled ? 0 : 1;
  row.done += told === 'done' ? 1 : 0;
  row.announced += told === 'announced' ? 1 : 0;
  row.wrong += problems.length > 0 ? 1 : 0;
  if (wasKilled) row.slowestMs = Math.max(row.slowestMs, recoveredMs);
}

function tableOf(name: string, rows: Row[]): string {
  const width = Math.max(...rows.map(({ title }) => title.length), 0);
  const header = `${'killed at'.padEnd(width)}  kills  told done  announced  wrong  slowest end`;
  const lines = rows.map(
    ({ title, kills, done, announced, wrong, slowestMs }) =>
      `${title.padEnd(width)}  ${String(kills).padStart(5)}  ${String(done).padStart(9)}  ${String(announced).padStart(9)}  ${String(wrong).padStart(5)}  ${`${(slowestMs / 1000).toFixed(1)} s`.padStart(11)}`,
  );
  return `\n${name}\n${[header, ...lines].join('\n')}\n\n`;
}
