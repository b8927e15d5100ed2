// What a turn knows, in the form in which the claim gate compares it.
import type { Notes, ToolOutcome, TranscriptMessage } from '../model/port.ts';
import { type Support, sourceOfRecord, sourceOfText } from './claim-gate.ts';

/** Outputs of this turn's tools are records, except passages: those support a sentence only as its citation. */
export function supportOf(messages: readonly TranscriptMessage[], nowMs: number): Support {
  const outputs = messages.flatMap((message) => (message.role === 'tool' ? [recordOf(message.outcome)] : []));
  return {
    records: outputs.filter((output) => !Array.isArray(output.passages)).map(sourceOfRecord),
    visitor: sourceOfText(messages.flatMap((message) => (message.role === 'user' ? [message.text, ...numbersIn(message.notes)] : [])).join('\n')),
    nowMs,
  };
}

/** Why the shop refuses something is as much on record as what it did. */
function recordOf(outcome: ToolOutcome): Record<string, unknown> {
  return outcome.ok ? outcome.output : { rules: (outcome.details ?? []).map(({ rule }) => rule) };
}

/** Numbers of what was spoken of may be named again; nothing else of the notes supports a claim. */
function numbersIn(notes: Notes | undefined): string[] {
  return [...(notes?.orders ?? []), ...(notes?.tickets ?? [])];
}
