// npm test: every test whose parts are at hand; says by name what was left out and what would enable it. With --all (and in CI) nothing may be left out.
import { spawn } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { dataDirectory, projectRoot } from './data-directory.ts';
import { hasPrograms, installHint } from './system-packages.ts';
import { buildWidget } from './widget.ts';
import { ensurePlayground, isPlaygroundInstalled } from './wordpress/start-demo.ts';

const help = `Usage: npm test [-- --all] [-- PATTERN...]

Runs the tests. Those that need system packages run where these are installed.
  --all      fail instead of leaving anything out (the default where CI=true)
  PATTERN    only test files whose path contains one of the patterns
`;

type Suite = {
  name: string;
  /** Suites of one lane run one after another; the lanes run side by side, because processes that crash mostly wait and a site mostly runs on the other core. */
  lane: 'code' | 'processes' | 'site';
  files: string[];
  needs: string[];
  needsRoot?: boolean;
  /** Beside the project. */
  needsFolder?: string;
  /** Too large to be fetched for a test run in which something may be left out. */
  fetches?: { name: string; isThere: () => boolean; fetch: () => Promise<unknown> };
  prepare?: () => Promise<void>;
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { all: { type: 'boolean', default: process.env.CI === 'true' }, help: { type: 'boolean', default: false } },
});

const wordpress = ['php', 'mariadbd', 'nginx', 'apache2'];
const cacheDir = join(dataDirectory(), 'cache');
const log = (line: string) => void process.stdout.write(`${line}\n`);

const playground = {
  name: 'WordPress Playground (npm start installs it on first use)',
  isThere: () => isPlaygroundInstalled(cacheDir),
  fetch: async () => await ensurePlayground({ cacheDir, log }),
};

const browserFiles = find('test/**/*.browser.test.ts');

const suites: Suite[] = [
  {
    name: 'TypeScript',
    lane: 'code',
    files: find('{manifests,orchestrator,tools-api,scripts,bench}/**/*.test.ts', 'wp-plugin/src/**/*.test.ts', 'test/*.test.ts').filter(isPlain),
    needs: [],
  },
  { name: 'Crash', lane: 'processes', files: find('test/crash/*.test.ts').filter(isPlain), needs: [] },
  { name: 'Redis', lane: 'processes', files: find('test/**/*.redis.test.ts'), needs: ['redis-server'] },
  {
    name: 'Postgres',
    lane: 'processes',
    files: find('{orchestrator,tools-api,scripts,test}/**/*.postgres.test.ts'),
    needs: ['debootstrap', 'unshare', 'chroot'],
    needsRoot: true,
  },
  { name: 'Help centre', lane: 'code', files: find('test/**/*.corpus.test.ts'), needs: [], needsFolder: '../shared/data/help-centre' },
  { name: 'Retail tools', lane: 'code', files: find('test/**/*.retail.test.ts'), needs: [], needsFolder: '../shared/data/tau-retail' },
  {
    name: 'WordPress',
    lane: 'site',
    files: find('wp-plugin/tests/*.test.ts', '{scripts,test}/**/*.wordpress.test.ts').filter((file) => !file.includes('.sqlite.')),
    needs: wordpress,
    prepare: buildWidget,
  },
  {
    name: 'WordPress on SQLite',
    lane: 'processes',
    files: find('wp-plugin/tests/*.sqlite.test.ts'),
    needs: ['php', 'unzip'],
    // It brings the drop-in.
    fetches: playground,
    prepare: buildWidget,
  },
  {
    name: 'Playground',
    lane: 'processes',
    files: find('{scripts,test}/**/*.playground.test.ts'),
    needs: [],
    fetches: playground,
    prepare: buildWidget,
  },
  { name: 'Browser', lane: 'site', files: browserFiles.filter((_file, at) => at % 4 !== 1), needs: [...wordpress, 'chromium'], prepare: buildWidget },
  // The lanes come out even when a quarter of them runs here.
  {
    name: 'Browser, the rest',
    lane: 'processes',
    files: browserFiles.filter((_file, at) => at % 4 === 1),
    needs: [...wordpress, 'chromium'],
    prepare: buildWidget,
  },
];

if (values.help) process.stdout.write(help);
else process.exitCode = await main();

function find(...patterns: string[]): string[] {
  return globSync(patterns, { cwd: projectRoot, exclude: ['**/node_modules/**'] }).sort();
}

function isPlain(file: string): boolean {
  return !/\.(postgres|redis|corpus|retail|wordpress|playground|browser)\.test\.ts$/.test(file);
}

async function main(): Promise<number> {
  const { lanes, leftOut } = await plan();
  const results = (await Promise.all([...lanes.values()].map(async (lane) => await runLane(lane, lanes.size > 1)))).flat();
  for (const line of leftOut) process.stdout.write(`\nLeft out: ${line}\n`);
  const sum = (count: 'passed' | 'failed' | 'skipped') => results.reduce((total, result) => total + result[count], 0);
  const incomplete = leftOut.length > 0 || sum('skipped') > 0;
  if (values.all && incomplete) process.stdout.write('\nSomething was left out, which --all does not allow.\n');
  process.stdout.write(`\n${sum('passed')} passed, ${sum('failed')} failed${sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : ''}\n`);
  const failed = results.some((result) => result.code !== 0) || sum('passed') === 0;
  return failed || (values.all && incomplete) ? 1 : 0;
}

async function plan(): Promise<{ lanes: Map<Suite['lane'], Suite[]>; leftOut: string[] }> {
  const chosen = suites.map((suite) => ({ ...suite, files: suite.files.filter(isChosen) })).filter((suite) => suite.files.length > 0);
  const leftOut: string[] = [];
  const lanes = new Map<Suite['lane'], Suite[]>();
  for (const suite of chosen) {
    const lack = await lackOf(suite);
    if (lack) leftOut.push(`${suite.name} (${suite.files.length} files), needs ${lack}`);
    else lanes.set(suite.lane, [...(lanes.get(suite.lane) ?? []), suite]);
  }
  return { lanes, leftOut };
}

/** @param isOneOfSeveral then each line says whose it is */
async function runLane(lane: readonly Suite[], isOneOfSeveral: boolean): Promise<Result[]> {
  const results: Result[] = [];
  for (const suite of lane) {
    await suite.prepare?.();
    process.stdout.write(`\n▶ ${suite.name}\n`);
    results.push(await run(suite, isOneOfSeveral));
  }
  return results;
}

function isChosen(file: string): boolean {
  return positionals.length === 0 || positionals.some((pattern) => file.includes(pattern));
}

/** @returns what the suite can't run without, and how to get it; undefined where all is there */
async function lackOf(suite: Suite): Promise<string | undefined> {
  const missed = suite.needs.filter((program) => !hasPrograms([program]));
  const hint = missed.length > 0 ? ` ${installHint}` : '';
  if (suite.needsRoot && process.getuid?.() !== 0) missed.push('root');
  if (suite.needsFolder && !existsSync(join(projectRoot, suite.needsFolder))) missed.push(`the folder ${suite.needsFolder}`);
  if (suite.fetches && !suite.fetches.isThere() && !(values.all && (await succeeds(suite.fetches.fetch)))) missed.push(suite.fetches.name);
  return missed.length > 0 ? `${missed.join(', ')}.${hint}` : undefined;
}

async function succeeds(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    log(error instanceof Error ? error.message : String(error));
    return false;
  }
}

type Result = { code: number; passed: number; failed: number; skipped: number };

async function run(suite: Suite, isOneOfSeveral: boolean): Promise<Result> {
  const files = suite.files;
  // Alone it may have both cores.
  const concurrency = suite.lane === 'code' && !isOneOfSeveral ? 2 : 1;
  const child = spawn(process.execPath, ['--test', `--test-concurrency=${concurrency}`, '--test-timeout=600000', ...files], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
  });
  let output = '';
  for await (const line of createInterface({ input: child.stdout })) {
    process.stdout.write(isOneOfSeveral ? `${suite.name} │ ${line}\n` : `${line}\n`);
    output = `${output}${line}\n`.slice(-20_000);
  }
  const code = child.exitCode ?? (await new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? 1))));
  return { code, ...counts(output) };
}

/** Reads the closing lines of node's test runner. */
function counts(output: string): Omit<Result, 'code'> {
  const node = (name: string) => Number(new RegExp(`^ℹ ${name} (\\d+)$`, 'm').exec(output)?.[1] ?? 0);
  return { passed: node('pass'), failed: node('fail') + node('cancelled'), skipped: node('skipped') + node('todo') };
}
