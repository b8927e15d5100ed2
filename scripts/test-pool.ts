// Runs test files side by side: three workers, each with a lane of its own that it empties first; then it helps another.
import { spawn } from 'node:child_process';
import { projectRoot } from './data-directory.ts';

/** Crashing processes mostly wait, and a site mostly runs on the other core, so one of each side by side is what two cores can bear. */
export type Lane = 'code' | 'processes' | 'site';
export type Job = { suite: string; file: string; lane: Lane; prepare?: () => Promise<void> };
export type Result = Job & { code: number; passed: number; failed: number; skipped: number };

const lanes: readonly Lane[] = ['site', 'processes', 'code'];
/** Rough time of a file, by which the lane is found that needs help the most. Nobody helps with the processes: the first of them fetches what the others use. */
const secondsOf: Record<Lane, number> = { site: 20, code: 3, processes: 0 };
/** Two sites beside each other are as much as the time limits of their tests allow for. */
const sitesMax = 2;
const timeoutMs = 600_000;

/** @param done called for each file as it ends, with what it printed */
export async function runJobs(jobs: readonly Job[], done: (result: Result, output: string, seconds: number) => void): Promise<Result[]> {
  const waiting = new Map(lanes.map((lane) => [lane, jobs.filter((job) => job.lane === lane)]));
  const running = new Set<Job>();
  const prepared = new Map<Job['prepare'], Promise<void> | undefined>();
  const results: Result[] = [];
  const isOpen = (lane: Lane) => lane !== 'site' || [...running].filter((job) => job.lane === 'site').length < sitesMax;
  const secondsLeft = (lane: Lane) => (isOpen(lane) ? secondsOf[lane] * (waiting.get(lane)?.length ?? 0) : 0);
  const next = (own: Lane): Job | undefined => {
    const slowest = lanes.reduce((one, other) => (secondsLeft(other) > secondsLeft(one) ? other : one));
    return waiting.get(own)?.shift() ?? (secondsLeft(slowest) > 0 ? waiting.get(slowest)?.shift() : undefined);
  };
  const run = async (job: Job) => {
    if (!prepared.has(job.prepare)) prepared.set(job.prepare, job.prepare?.());
    await prepared.get(job.prepare);
    const startedMs = performance.now();
    const { code, output } = await runFile(job.file);
    const result = { ...job, code, ...counts(output) };
    results.push(result);
    done(result, output, (performance.now() - startedMs) / 1000);
  };
  const work = async (own: Lane) => {
    for (let job = next(own); job; job = next(own)) {
      running.add(job);
      await run(job);
      running.delete(job);
    }
  };
  await Promise.all(lanes.map(work));
  return results;
}

async function runFile(file: string): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, ['--test', '--test-reporter=spec', `--test-timeout=${timeoutMs}`, file], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? 1)));
  return { code, output: Buffer.concat(chunks).toString('utf8') };
}

/** Reads the closing lines of node's test runner. */
function counts(output: string): Pick<Result, 'passed' | 'failed' | 'skipped'> {
  const node = (name: string) => Number(new RegExp(`^ℹ ${name} (\\d+)$`, 'm').exec(output)?.[1] ?? 0);
  return { passed: node('pass'), failed: node('fail') + node('cancelled'), skipped: node('skipped') + node('todo') };
}
