// Lines that say how far long work is, how fast, and how long it will still take.

export type Progress = (done: number) => void;
export type ProgressOptions = { what: string; total: number; say: (line: string) => void; nowMs?: () => number };

const everyMs = 10_000;

/** @returns a function to call as often as one likes with the number done so far; it says a line every ten seconds */
export function startProgress({ what, total, say, nowMs = () => performance.now() }: ProgressOptions): Progress {
  const startedMs = nowMs();
  let saidMs = startedMs;
  return (done) => {
    const atMs = nowMs();
    if (atMs - saidMs < everyMs) return;
    saidMs = atMs;
    say(progressLine({ what, done, total, elapsedMs: atMs - startedMs }));
  };
}

export function progressLine({ what, done, total, elapsedMs }: { what: string; done: number; total: number; elapsedMs: number }): string {
  const perSecond = (done / elapsedMs) * 1000;
  const left = perSecond > 0 ? `${duration((total - done) / perSecond)} left` : 'no end in sight';
  return `${what}: ${number(done)} of ${number(total)}, ${number(perSecond)} a second, ${left}`;
}

export function number(value: number): string {
  return Math.round(value).toLocaleString('en');
}

export function duration(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
