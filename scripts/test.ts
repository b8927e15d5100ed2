// npm test: every test whose parts are at hand; says by name what was left out and what would enable it. With --all (and in CI) nothing may be left out.
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dataDirectory, projectRoot } from './data-directory.ts';
import { hasPrograms, installHint } from './system-packages.ts';
import { type Job, type Lane, type Result, runJobs } from './test-pool.ts';
import { buildWidget } from './widget.ts';
import { ensurePlayground, isPlaygroundInstalled } from './wordpress/start-demo.ts';

const help = `Usage: npm test [-- --all] [-- PATTERN...]

Runs the tests. Those that need system packages run where these are installed.
  --all      fail instead of leaving anything out (the default where CI=true)
  PATTERN    only test files whose path contains one of the patterns
`;

type Suite = {
  name: string;
  lane: Lane;
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

/** In each lane the long ones first. */
const suites: Suite[] = [
  { name: 'Help centre', lane: 'code', files: find('test/**/*.corpus.test.ts'), needs: [], needsFolder: '../shared/data/help-centre' },
  {
    name: 'TypeScript',
    lane: 'code',
    files: find('{manifests,orchestrator,tools-api,scripts,bench}/**/*.test.ts', 'wp-plugin/src/**/*.test.ts', 'test/*.test.ts').filter(isPlain),
    needs: [],
  },
  { name: 'Retail tools', lane: 'code', files: find('test/**/*.retail.test.ts'), needs: [], needsFolder: '../shared/data/tau-retail' },
  {
    name: 'Postgres',
    lane: 'processes',
    files: find('{orchestrator,tools-api,scripts,test}/**/*.postgres.test.ts'),
    needs: ['debootstrap', 'unshare', 'chroot'],
    needsRoot: true,
  },
  { name: 'Crash', lane: 'processes', files: find('test/crash/*.test.ts').filter(isPlain), needs: [] },
  { name: 'Redis', lane: 'processes', files: find('test/**/*.redis.test.ts'), needs: ['redis-server'] },
  {
    name: 'Playground',
    lane: 'processes',
    files: find('{scripts,test}/**/*.playground.test.ts'),
    needs: [],
    fetches: playground,
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
    name: 'Browser',
    lane: 'site',
    files: find('test/**/*.browser.test.ts'),
    needs: [...wordpress, 'chromium', 'chromium-headless-shell'],
    prepare: buildWidget,
  },
  {
    name: 'WordPress',
    lane: 'site',
    files: find('wp-plugin/tests/*.test.ts', '{scripts,test}/**/*.wordpress.test.ts').filter((file) => !file.includes('.sqlite.')),
    needs: wordpress,
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
  const { jobs, leftOut } = await plan();
  const results = await runJobs(jobs, tell);
  for (const line of leftOut) log(`\nLeft out: ${line}`);
  const sum = (count: 'passed' | 'failed' | 'skipped') => results.reduce((total, result) => total + result[count], 0);
  const incomplete = leftOut.length > 0 || sum('skipped') > 0;
  if (values.all && incomplete) log('\nSomething was left out, which --all does not allow.');
  const failed = results.filter(({ code }) => code !== 0);
  if (failed.length > 0) log(`\nFailed:\n${failed.map(({ file }) => `  ${file}`).join('\n')}`);
  log(`\n${sum('passed')} passed, ${sum('failed')} failed${sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : ''}`);
  return failed.length > 0 || sum('passed') === 0 || (values.all && incomplete) ? 1 : 0;
}

async function plan(): Promise<{ jobs: Job[]; leftOut: string[] }> {
  const chosen = suites.map((suite) => ({ ...suite, files: suite.files.filter(isChosen) })).filter((suite) => suite.files.length > 0);
  const leftOut: string[] = [];
  const jobs: Job[] = [];
  for (const suite of chosen) {
    const lack = await lackOf(suite);
    const { name, lane, prepare } = suite;
    if (lack) leftOut.push(`${name} (${suite.files.length} files), needs ${lack}`);
    else jobs.push(...suite.files.map((file) => ({ suite: name, lane, file, ...(prepare && { prepare }) })));
  }
  return { jobs, leftOut };
}

/** What a file printed, without the figures of the test runner, which are added up at the end. */
function tell({ suite, file }: Result, output: string, seconds: number): void {
  const lines = output.split('\n').filter((line) => line !== '' && !/^ℹ (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /.test(line));
  log(`\n▶ ${suite}: ${file} (${seconds.toFixed(1)} s)\n${lines.join('\n')}`);
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
