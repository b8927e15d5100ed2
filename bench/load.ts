// Sends turns and times them, in a process of its own: so many at once, each after the one before it.
import { Agent, request as httpRequest } from 'node:http';

export type LoadJob = { url: string; concurrency: number; turns: { headers: Record<string, string>; body: string }[] };
export type LoadResult = { firstTokenMs: number[]; seconds: number; failures: string[] };

const agent = new Agent({ keepAlive: true, maxSockets: 512 });

process.once('message', async (job: LoadJob) => {
  process.send?.(await run(job));
  process.exit(0);
});

async function run(job: LoadJob): Promise<LoadResult> {
  const firstTokenMs: number[] = [];
  let next = 0;
  const failures: string[] = [];
  const startedMs = performance.now();
  const worker = async () => {
    for (let index = next++; index < job.turns.length; index = next++) {
      const turn = job.turns[index];
      if (!turn) return;
      await oneTurn(job.url, turn).then(
        (ms) => firstTokenMs.push(ms),
        (error: unknown) => failures.push(String(error)),
      );
    }
  };
  await Promise.all(Array.from({ length: job.concurrency }, worker));
  return { firstTokenMs, seconds: (performance.now() - startedMs) / 1000, failures };
}

/** @returns ms to the first text; rejects when the turn does not finish */
function oneTurn(url: string, turn: LoadJob['turns'][number]): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedMs = performance.now();
    const outgoing = httpRequest(url, { method: 'POST', agent, headers: { 'content-type': 'application/json', ...turn.headers } }, (response) => {
      let text = '';
      let firstMs = 0;
      response.on('data', (chunk) => {
        text += String(chunk);
        if (firstMs === 0 && text.includes('TEXT_MESSAGE_CONTENT')) firstMs = performance.now() - startedMs;
      });
      response.on('end', () => (firstMs > 0 && text.includes('RUN_FINISHED') ? resolve(firstMs) : reject(new Error(text.slice(-300)))));
      response.on('error', reject);
    });
    outgoing.once('error', reject);
    outgoing.end(turn.body);
  });
}
