// Words that tell one tool's messages from the others': «cancel» is in the examples of one or two, «order» in those of all.
import type { ToolDefinition } from '../port.ts';

/** @returns how much the words of a message point to a tool, 0 to 1 */
export type CueScore = (tool: ToolDefinition, message: string) => number;

/** A word that most tools share says nothing. */
const cueFrom = 0.4;
/** So many clear cues are as good as more. */
const cuesEnough = 2;

/** Counts in how many of each tool's examples a word stands; deterministic and small enough to be made anew for each set of tools. */
export function cueWordsOf(tools: readonly ToolDefinition[]): CueScore {
  const shares = new Map<string, Map<string, number>>();
  for (const tool of tools) {
    for (const { message } of tool.examples) {
      for (const word of new Set(wordsOf(message))) {
        const counts = shares.get(word) ?? new Map<string, number>();
        counts.set(tool.name, (counts.get(tool.name) ?? 0) + 1 / tool.examples.length);
        shares.set(word, counts);
      }
    }
  }
  return (tool, message) => {
    const cues = [...new Set(wordsOf(message))].map((word) => shareOf(shares.get(word), tool.name)).filter((share) => share >= cueFrom);
    return Math.min(1, cues.reduce((sum, share) => sum + share, 0) / cuesEnough);
  };
}

function shareOf(counts: Map<string, number> | undefined, tool: string): number {
  const all = [...(counts?.values() ?? [])].reduce((sum, count) => sum + count, 0);
  return all === 0 ? 0 : (counts?.get(tool) ?? 0) / all;
}

/** Small letters, doubled letters once, the commonest endings off: «cancelled», «canceling» and «cancels» are one word. */
function wordsOf(message: string): string[] {
  const words = message.toLowerCase().match(/\p{L}{3,}/gu) ?? [];
  return words.filter((word) => !fillers.has(word)).map((word) => word.replace(/(.)\1/gu, '$1').replace(/(?:ations?|ation|ings?|ed|es|s)$/u, ''));
}

const fillers = new Set(
  'the and for with you your this that have has had was were are but not can could would will please pls just get got from its his her our they them what when where which who how why did does done been being into about there here one out more some any all than then too also very much now off let say said'.split(
    ' ',
  ),
);
