// Routing's scores as a table.
import type { Routed } from './routing.ts';

export type RoutingReport = { cases: number; toolAccuracy: number; argumentAccuracy: number; withKnownArguments: number };

/** Arguments are counted where some are known and the tool is right; all of a case's must be. */
export function routingReport(routed: readonly Routed[]): RoutingReport {
  const known = routed.filter(({ wrongArgs }) => wrongArgs !== undefined);
  return {
    cases: routed.length,
    toolAccuracy: shareOf(routed, ({ isRight }) => isRight),
    argumentAccuracy: shareOf(known, ({ wrongArgs }) => wrongArgs?.length === 0),
    withKnownArguments: known.length,
  };
}

export function printRouting(routed: readonly Routed[], misses: boolean): void {
  const line = (cells: string[]) => process.stdout.write(`${cells.map((cell, at) => (at === 0 ? cell.padEnd(22) : cell.padStart(11))).join('')}\n`);
  line(['expected', 'messages', 'tool', 'arguments', 'of']);
  for (const label of ['all', ...new Set(routed.map(({ of }) => of.expected_tool))]) {
    const { cases, toolAccuracy, argumentAccuracy, withKnownArguments } = routingReport(
      label === 'all' ? routed : routed.filter(({ of }) => of.expected_tool === label),
    );
    line([
      label,
      String(cases),
      toolAccuracy.toFixed(2),
      withKnownArguments > 0 ? argumentAccuracy.toFixed(2) : '',
      String(withKnownArguments || ''),
    ]);
  }
  if (misses) for (const one of routed) printMiss(one);
}

function printMiss({ of, tool, args, isRight, wrongArgs = [] }: Routed): void {
  const found = wrongArgs.map((name) => `${name} ${JSON.stringify(args[name])} for ${JSON.stringify(of.expected_args[name])}`).join(', ');
  if (!isRight) process.stdout.write(`${of.id}: ${tool} for ${of.expected_tool}: ${of.utterance}\n`);
  else if (found) process.stdout.write(`${of.id}: ${tool} with ${found}: ${of.utterance}\n`);
}

function shareOf(routed: readonly Routed[], is: (one: Routed) => boolean): number {
  return routed.length === 0 ? 0 : routed.filter(is).length / routed.length;
}
