// The figures of the knowledge benchmark as Markdown tables, so that a run can be put into the README as it is printed.
import type { Figures } from './knowledge-measure.ts';
import { number } from './progress.ts';

/** @returns the lines of two tables: what filling and keeping costs, and what searching costs */
export function toReport(results: readonly Figures[]): string[] {
  const filling = results.map((one) => [
    ...head(one),
    figure(one.insertRowsPerSecond),
    figure(one.indexBuildSeconds, 1),
    inserted(one),
    figure(one.tableMb),
    figure(one.indexMb),
    `${figure(one.memoryIdleMb)} → ${figure(one.memoryMb)}`,
  ]);
  const searching = results.flatMap((one) =>
    one.searches.map((search) => [
      ...head(one),
      search.name,
      figure(search.p50Ms, 1),
      figure(search.p95Ms, 1),
      search.recallAt20.toFixed(3),
      search.indexChosen === null ? '–' : search.indexChosen ? 'index' : 'every row',
    ]),
  );
  return [
    ...table(['database', 'chunks', 'rows/s without index', 'index built in s', 'rows/s into index', 'table MB', 'index MB', 'memory MB'], filling),
    '',
    ...table(['database', 'chunks', 'top 20', 'p50 ms', 'p95 ms', 'recall@20', 'left to itself'], searching),
    ...results.filter((one) => one.stopped).map((one) => `${head(one).join(', ')} chunks: ${one.stopped}`),
  ];
}

function head(one: Figures): string[] {
  return [one.database, number(one.chunks)];
}

function inserted(one: Figures): string {
  const isPart = one.insertIntoIndexRows !== undefined && one.insertIntoIndexRows < one.chunks;
  return figure(one.insertIntoIndexRowsPerSecond) + (isPart ? ` (the first ${number(one.insertIntoIndexRows ?? 0)})` : '');
}

function figure(value: number | undefined, digits = 0): string {
  if (value === undefined) return '–';
  return digits === 0 ? number(value) : value.toFixed(digits);
}

function table(names: string[], rows: string[][]): string[] {
  const widths = names.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(names), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)];
}
