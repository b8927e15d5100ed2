// What ingestion says to people while it goes on, and at its end.
import { duration, number } from '../bench/progress.ts';
import type { Counts, Progress, Summary } from '../tools-api/src/backends/knowledge/ingest-source.ts';

type Terminal = { isTTY?: boolean; columns?: number; write: (text: string) => unknown };
export type Report = { show: (progress: Progress) => void; clear: () => void };

/** Where nobody rewrites a line. */
const everyMs = 5000;
/** A terminal is not asked to draw more often. */
const redrawMs = 100;

/** One line that is kept up to date on a terminal, a line each five seconds elsewhere. */
export function startReport(out: Terminal, nowMs: () => number = () => performance.now()): Report {
  const step = { name: '', startedMs: 0, saidMs: 0 };
  let isDrawn = false;
  const isDue = (atMs: number) => atMs - step.saidMs >= (out.isTTY ? redrawMs : everyMs);
  return {
    show: (progress) => {
      const atMs = nowMs();
      const name = progress.step === 'documents' ? progress.source : progress.step;
      const isNew = name !== step.name;
      if (isNew) Object.assign(step, { name, startedMs: atMs, saidMs: atMs });
      if (!(isDue(atMs) || isLast(progress) || (isNew && out.isTTY))) return;
      step.saidMs = atMs;
      write(out, progressLine(progress, atMs - step.startedMs));
      isDrawn = true;
    },
    clear: () => {
      if (out.isTTY && isDrawn) out.write('\r\x1b[K');
      isDrawn = false;
    },
  };
}

function write(out: Terminal, line: string): void {
  out.write(out.isTTY ? `\r\x1b[K${line.slice(0, (out.columns ?? 80) - 1)}` : `${line}\n`);
}

function isLast(progress: Progress): boolean {
  return progress.step !== 'words' && progress.done === progress.total;
}

export function progressLine(progress: Progress, elapsedMs: number): string {
  if (progress.step === 'words') return 'Learning the words of the documents …';
  const { done, total } = progress;
  const perSecond = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0;
  const rate = `${perSecond.toLocaleString('en', { maximumFractionDigits: perSecond < 10 ? 1 : 0 })} a second`;
  const left = total !== undefined && perSecond > 0 ? `, ${duration(Math.max(0, total - done) / perSecond)} left` : '';
  const of = total === undefined ? '' : ` of ${number(total)}`;
  if (progress.step === 'rebuild') return `New embedding model: ${number(done)}${of} passages, ${rate}${left}`;
  return `${number(done)}${of} documents, ${rate}${left} · ${progress.key}`;
}

const columns: [name: string, count: (counts: Counts) => number][] = [
  ['new', (counts) => counts.new],
  ['changed', (counts) => counts.changed],
  ['unchanged', (counts) => counts.unchanged],
  ['removed', (counts) => counts.removed],
  ['too old', (counts) => counts.tooOld],
  ['failed', (counts) => counts.failed],
  ['passages', (counts) => counts.chunks],
];

/** @returns the table, then what failed, each with its reason */
export function summaryText(summaries: readonly Summary[]): string {
  const rows = [
    [...columns.map(([name]) => name), 'seconds', 'source'],
    ...summaries.map(({ counts, seconds, source }) => [
      ...columns.map(([, count]) => number(count(counts))),
      seconds.toLocaleString('en', { maximumFractionDigits: 1 }),
      source,
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const table = rows.map((row) => row.map((cell, column) => (column === row.length - 1 ? cell : cell.padStart(widths[column] ?? 0))).join('  '));
  const failures = summaries.flatMap(({ failures }) => failures.map(({ key, reason }) => `  ${key} ${reason}`));
  const refused = summaries.flatMap((summary) => (summary.refused ? [`${summary.source}: ${summary.refused}. Nothing of it was removed.`] : []));
  return [...table, ...(failures.length > 0 ? ['', 'Could not be read, and stay as they were:', ...failures] : []), ...refused].join('\n');
}
