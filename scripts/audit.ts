// npm run audit: tells whether the record of tool calls is as it was written.
import { parseArgs } from 'node:util';
import { isDatabaseDown, migrate, openDatabase } from '../manifests/src/database.ts';
import { type Head, type Verdict, verifyAudit } from '../tools-api/src/audit/verify-audit.ts';
import { migrationsFolder } from '../tools-api/src/demo/load-demo.ts';
import { dataDirectory } from './data-directory.ts';
import { holdPostgres, readHolder } from './held-postgres.ts';

const help = `Usage: npm run audit -- verify [--head ID:HASH] [--json]

Every attempt to call a tool is one row, which holds the SHA-256 of the row before it and of itself. verify computes all of them anew and names the
first row that was changed, added, or is missing behind the application's back.
  --head    the end of the chain as an earlier run printed it; finds also rows that were cut off at the end, and a chain that was made anew
  --json    the last line is one JSON object

Reads TOOLS_DATABASE_URL, or else the embedded database in AIGUY_DATA_DIR (.data), also while npm start is running. Keep the printed head where the
keeper of the database can't change it. Exit code: 0 intact, 1 broken, 2 the call is wrong, 3 the database failed.
`;

const connectTimeoutMs = 5000;
const statementTimeoutMs = 60_000;

type Options = { head: Head | undefined; json: boolean };

const options = readOptions();
if (options === undefined) process.stdout.write(help);
else process.exitCode = await main(options);

/** @returns undefined when help is asked for */
function readOptions(): Options | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { head: { type: 'string' }, json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    });
    if (values.help) return undefined;
    if (positionals.length !== 1 || positionals[0] !== 'verify') throw new Error('Say verify.');
    return { head: values.head === undefined ? undefined : headOf(values.head), json: values.json };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    process.exit(2);
  }
}

function headOf(text: string): Head {
  const [, auditId, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (auditId === undefined || hash === undefined)
    throw new Error('--head takes ID:HASH as verify prints it, such as 42: and 64 hexadecimal digits.');
  return { auditId: Number(auditId), hash };
}

/** Never rejects. */
async function main({ head, json }: Options): Promise<number> {
  try {
    const verdict = await withPostgres(async (url) => await verify(url, head));
    process.stdout.write(textOf(verdict));
    if (json) process.stdout.write(`${JSON.stringify(verdict)}\n`);
    return verdict.isIntact ? 0 : 1;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(isDatabaseDown(error) ? `The database can't be reached: ${message}\n` : `${message}\n`);
    return 3;
  }
}

/** The configured database, the embedded one that a running `npm start` has open, or the embedded one opened for this run. */
async function withPostgres(work: (url: string) => Promise<Verdict>): Promise<Verdict> {
  const configured = process.env.TOOLS_DATABASE_URL ?? (await readHolder(dataDirectory(), 'shop'))?.url;
  if (configured) return await work(configured);
  const held = await holdPostgres(dataDirectory(), 'shop');
  try {
    await migrate({ url: held.url, folder: migrationsFolder });
    return await work(held.url);
  } finally {
    await held.stop();
  }
}

async function verify(url: string, head: Head | undefined): Promise<Verdict> {
  const database = openDatabase({ url, connectionsMax: 1, connectTimeoutMs, statementTimeoutMs });
  try {
    return await verifyAudit(database, head);
  } finally {
    await database.end();
  }
}

function textOf(verdict: Verdict): string {
  if (!verdict.isIntact) return `Broken at row ${verdict.auditId}: ${verdict.reason}.\n`;
  if (!verdict.head) return 'Intact: nothing is on record yet.\n';
  return `Intact: ${verdict.rows} rows.\nHead: ${verdict.head.auditId}:${verdict.head.hash}\n`;
}
