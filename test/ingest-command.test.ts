// npm run ingest as a person meets it: what it prints, how it ends, and that it can be stopped and called again.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openDatabase } from '@aiguy/manifests/database';
import { projectRoot } from '../scripts/data-directory.ts';
import { holdPostgres } from '../scripts/held-postgres.ts';
import { startDouble } from '../tools-api/src/backends/embedding/provider-double.fixture.ts';
import { makeFolder } from '../tools-api/test/knowledge-harness.ts';

type Ended = { code: number | null; out: string; err: string };
type Running = { ended: Promise<Ended>; interrupt: () => void };

function start(args: string[], env: Record<string, string>): Running {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'scripts/ingest.ts', ...args], {
    cwd: projectRoot,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk));
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, ...said })));
  return { ended, interrupt: () => void child.kill('SIGINT') };
}

const run = async (args: string[], env: Record<string, string>) => await start(args, env).ended;

/** @returns the JSON object on the last line */
function lastLine<T>({ out }: Ended): T {
  return JSON.parse(out.trim().split('\n').at(-1) ?? '');
}

function dataDirectory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'aiguy-data-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A provider that vectors cost nothing of; onText hears every text. */
async function cheapProvider(t: TestContext, onText: (text: string) => void = () => undefined): Promise<Record<string, string>> {
  const { url } = await startDouble(t, ({ body }) => {
    const texts = body.input as string[];
    texts.forEach(onText);
    const embedding = (text: string) => Array.from({ length: 8 }, (_, index) => text.charCodeAt(index % text.length) - 60);
    return {
      json: { object: 'list', model: body.model, data: texts.map((text, index) => ({ object: 'embedding', index, embedding: embedding(text) })) },
    };
  });
  return { EMBEDDING_PROVIDER: 'openai', EMBEDDING_BASE_URL: url, EMBEDDING_MODEL: 'cheap', EMBEDDING_DIMENSIONS: '8' };
}

test('usage errors, a missing folder and a configuration that can’t be right end with 2 and say what to do', async (t) => {
  const env = { AIGUY_DATA_DIR: dataDirectory(t) };
  const cases: [args: string[], env: Record<string, string>, says: RegExp][] = [
    [[], {}, /Name at least one source\.[\s\S]*Usage: npm run ingest/],
    [['--nonsense', '.'], {}, /--nonsense[\s\S]*Usage/],
    [['--max-age', 'soon', '.'], {}, /--max-age takes a number of days/],
    [['/no/such/folder'], {}, /folder \/no\/such\/folder can't be read: it does not exist/],
    [['ftp://x'], {}, /is no source/],
    [['--site-url', 'nowhere', '.'], {}, /is no http\(s\) URL/],
    [['.'], { EMBEDDING_PROVIDER: 'nobody' }, /EMBEDDING_PROVIDER/],
  ];
  for (const [args, more, says] of cases) {
    const { code, err } = await run(args, { ...env, ...more });
    assert.equal(code, 2, args.join(' '));
    assert.match(err, says);
  }
  const { code, out } = await run(['--help'], env);
  assert.deepEqual([code, out.startsWith('Usage: npm run ingest')], [0, true]);
});

test('Ctrl-C ends with 130 and a consistent index; the same command then does only the rest, and says which documents failed with 1', async (t) => {
  const folder = makeFolder(t);
  for (let index = 0; index < 12; index += 1) folder.write(`d${String(index).padStart(2, '0')}.md`, `This is document number ${index}.\n`);
  folder.write('empty.md', '');
  let running: Running | undefined;
  let stopAt: string | undefined = 'number 6.';
  const embedded = new Set<string>();
  const provider = await cheapProvider(t, (text) => {
    embedded.add(text);
    if (stopAt && text.includes(stopAt)) running?.interrupt();
  });
  const env = { AIGUY_DATA_DIR: dataDirectory(t), ...provider };
  running = start(['--json', folder.path], env);
  const stopped = await running.ended;
  assert.equal(stopped.code, 130, stopped.err);
  assert.match(stopped.err, /the same command goes on from here/);
  const first = lastLine<{ exitCode: number; sources: { counts: { new: number; removed: number } }[] }>(stopped);
  const done = first.sources[0]?.counts.new ?? -1;
  assert.ok(first.exitCode === 130 && (done === 6 || done === 7), stopped.out);

  stopAt = undefined;
  embedded.clear();
  const rest = await run(['--json', folder.path], env);
  assert.equal(rest.code, 1, rest.err);
  const second = lastLine<{ sources: { counts: { new: number; unchanged: number; failed: number }; failures: object[] }[] }>(rest);
  assert.deepEqual([second.sources[0]?.counts.new, second.sources[0]?.counts.unchanged], [12 - done, done]);
  assert.deepEqual(second.sources[0]?.failures, [{ key: 'empty.md', reason: 'is empty' }]);
  assert.match(rest.out, /new +changed +unchanged +removed +too old +failed +passages +seconds +source/);
  assert.match(rest.out, /empty\.md is empty/);
  assert.ok(![...embedded].some((text) => /number [0-5]\./.test(text)));
});

test('while another process has the embedded database open, ingestion goes through it, and both can write', async (t) => {
  const folder = makeFolder(t);
  for (let index = 0; index < 30; index += 1) folder.write(`d${index}.md`, `This is document number ${index}.\n`);
  const dataDir = dataDirectory(t);
  const env = { AIGUY_DATA_DIR: dataDir, ...(await cheapProvider(t)) };
  const held = await holdPostgres(dataDir, 'shop');
  const database = openDatabase({ url: held.url, connectionsMax: 1, connectTimeoutMs: 2000, statementTimeoutMs: 5000 });
  await database.query('CREATE TABLE visits (nth integer)');
  try {
    assert.equal(statSync(join(dataDir, 'postgres', 'shop.open.json')).mode & 0o777, 0o600);
    await assert.rejects(holdPostgres(dataDir, 'shop'), /is open in process \d+\. Stop that/);
    const { ended } = start(['--json', folder.path], env);
    let isEnded = false;
    const end = ended.then((result) => {
      isEnded = true;
      return result;
    });
    let visits = 0;
    while (!isEnded) {
      visits += 1;
      await database.query('INSERT INTO visits VALUES ($1)', [visits]);
    }
    const result = await end;
    assert.equal(result.code, 0, result.err);
    const { rows } = await database.query('SELECT (SELECT count(*)::int FROM visits) AS visits, (SELECT count(*)::int FROM documents) AS documents');
    assert.deepEqual(rows, [{ visits, documents: 30 }]);
  } finally {
    await database.end();
    await held.stop();
  }
  const alone = await run(['--json', folder.path], env);
  assert.equal(alone.code, 0, alone.err);
});

test('a source that can’t be listed ends with 2 while the others are read; a provider that is down ends with 1 and its reason', async (t) => {
  const folder = makeFolder(t);
  folder.write('a.md', 'This is one.\n');
  const env = { AIGUY_DATA_DIR: dataDirectory(t), ...(await cheapProvider(t)) };
  const refused = await run(['--json', 'http://127.0.0.1:9/sitemap.xml', folder.path], env);
  assert.equal(refused.code, 2, refused.err);
  const { sources } = lastLine<{ sources: { refused?: string; counts: { new: number } }[] }>(refused);
  assert.ok(sources[0]?.refused);
  assert.equal(sources[1]?.counts.new, 1);
  folder.write('b.md', 'This is another.\n');
  const down = await startDouble(t, () => ({ status: 401, json: { error: { message: 'no such key' } } }));
  const failed = await run([folder.path], { ...env, EMBEDDING_BASE_URL: down.url });
  assert.equal(failed.code, 1);
  assert.match(failed.err, /The embedding provider failed: .*What was ingested stays; the same command goes on from here\./);
});
