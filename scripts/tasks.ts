// npm run tasks: the dead letters of the long tasks, such as tickets that could not be handed over and pages that never answered.
import { parseArgs } from 'node:util';
import { type Database, isDatabaseDown, migrate, openDatabase } from '@aiguy/manifests/database';
import { migrationsFolder } from '../tools-api/src/demo/load-demo.ts';
import { type DeadLetter, openTaskQueue, type TaskQueue } from '../tools-api/src/tasks/queue.ts';
import { readTask } from '../tools-api/src/tasks/tasks.ts';
import { dataDirectory } from './data-directory.ts';
import { holdPostgres, readHolder } from './held-postgres.ts';

const help = `Usage: npm run tasks -- list [--json]
       npm run tasks -- show ID [--json]
       npm run tasks -- redrive ID... | --all [--json]

Long tasks that were given up, such as tickets that the team's system did not take or pages that never answered, lie among the dead letters.
  list      all of them, the oldest first
  show      one of them: what it is about, how often it was tried, why it failed
  redrive   sends them again; each begins with all its attempts
  --all     all dead letters
  --json    the last line is one JSON object

Reads TOOLS_DATABASE_URL, or else the embedded database in AIGUY_DATA_DIR (.data), also while npm start is running. Tasks are done by the tools API:
what is sent again waits until one is running, for tickets with TICKETS_CONNECTOR set. Exit code: 0 done, 1 the database failed, 2 there is no such
dead letter or the call is wrong.
`;

const connectTimeoutMs = 5000;
const statementTimeoutMs = 30_000;

class UsageError extends Error {
  override name = 'UsageError';
}

type Options = { verb: 'list' | 'show' | 'redrive'; ids: string[]; all: boolean; json: boolean };
type Place = { database: Database; queue: TaskQueue };
type Described = {
  id: string;
  tool: string;
  input: unknown;
  attempts: number;
  reason: string | undefined;
  createdAt: string | undefined;
  deadSince: string;
};

const options = readOptions();
if (options === undefined) process.stdout.write(help);
else process.exitCode = await main(options);

/** @returns undefined when help is asked for */
function readOptions(): Options | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { all: { type: 'boolean', default: false }, json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    });
    if (values.help) return undefined;
    return checked(positionals, values);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    process.exit(2);
  }
}

/** @throws UsageError */
function checked([verb, ...ids]: string[], { all, json }: { all: boolean; json: boolean }): Options {
  if (verb !== 'list' && verb !== 'show' && verb !== 'redrive') throw new UsageError('Say list, show or redrive.');
  if (verb === 'list' && ids.length > 0) throw new UsageError('list takes no id; show does.');
  if (verb === 'show' && ids.length !== 1) throw new UsageError('show takes one id; list names them.');
  if (verb === 'redrive' && all === ids.length > 0) throw new UsageError('redrive takes ids, or --all.');
  if (verb !== 'redrive' && all) throw new UsageError('--all belongs to redrive.');
  return { verb, ids, all, json };
}

/** Never rejects. */
async function main(options: Options): Promise<number> {
  try {
    const postgres = await openPostgres();
    try {
      return await withQueue(postgres.url, async (place) => await run(place, options));
    } finally {
      await postgres.stop();
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(isDatabaseDown(error) ? `The database can't be reached: ${message}\n` : `${message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** The configured database, the embedded one that a running `npm start` has open, or the embedded one opened for this run. */
async function openPostgres(): Promise<{ url: string; stop: () => Promise<void> }> {
  const configured = process.env.TOOLS_DATABASE_URL;
  if (configured) return { url: configured, stop: async () => undefined };
  const holder = await readHolder(dataDirectory(), 'shop');
  return holder?.url === undefined ? await holdPostgres(dataDirectory(), 'shop') : { url: holder.url, stop: async () => undefined };
}

async function withQueue(url: string, work: (place: Place) => Promise<number>): Promise<number> {
  await migrate({ url, folder: migrationsFolder });
  const database = openDatabase({ url, connectionsMax: 1, connectTimeoutMs, statementTimeoutMs });
  try {
    const queue = await openTaskQueue({ databaseUrl: url, supervises: false, onProblem: (reason) => process.stderr.write(`${reason}\n`) });
    try {
      return await work({ database, queue });
    } finally {
      await queue.stop();
    }
  } finally {
    await database.end();
  }
}

async function run(place: Place, { verb, ids, all, json }: Options): Promise<number> {
  const dead = await place.queue.deadLetters();
  const unknown = ids.filter((id) => !dead.some(({ taskId }) => taskId === id));
  if (unknown.length > 0) throw new UsageError(`There is no dead letter ${unknown.join(', ')}; npm run tasks -- list names them.`);
  const chosen = verb === 'list' || all ? dead : dead.filter(({ taskId }) => ids.includes(taskId));
  const described: Described[] = [];
  for (const letter of chosen) described.push(await describe(place.database, letter));
  const redriven =
    verb === 'redrive'
      ? await place.queue.redrive(
          place.database,
          chosen.map(({ taskId }) => taskId),
        )
      : 0;
  process.stdout.write(textOf(verb, described, redriven));
  if (json) process.stdout.write(`${JSON.stringify(verb === 'redrive' ? { redriven } : { deadLetters: described })}\n`);
  return 0;
}

async function describe(database: Database, { taskId, since, reason }: DeadLetter): Promise<Described> {
  const task = await readTask(database, taskId);
  return {
    id: taskId,
    tool: task?.tool ?? 'unknown',
    input: task?.input ?? {},
    attempts: task?.attempts ?? 0,
    reason: task?.reason ?? reason,
    createdAt: task?.created_at.toISOString(),
    deadSince: since.toISOString(),
  };
}

function textOf(verb: Options['verb'], described: Described[], redriven: number): string {
  if (verb === 'redrive') return `${redriven} sent again.\n`;
  if (described.length === 0) return 'No dead letters.\n';
  if (verb === 'list') return described.map(({ id, tool, reason, deadSince }) => `${id}  ${tool}  ${deadSince}  ${reason ?? ''}\n`).join('');
  return described
    .map((one) =>
      Object.entries(one)
        .map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}\n`)
        .join(''),
    )
    .join('');
}
