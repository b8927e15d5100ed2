// What a turn knows, in the form in which the claim gate compares it.
import type { Notes, ToolOutcome, TranscriptMessage } from '../model/port.ts';
import { type Source, type Support, sourceOfRecord, sourceOfText } from './claim-gate.ts';

/** Outputs of this turn's tools are records, except passages: those support a sentence only as its citation. */
export function supportOf(messages: readonly TranscriptMessage[], nowMs: number): Support {
  const outputs = messages.flatMap((message) => (message.role === 'tool' ? [recordOf(message.outcome)] : []));
  return {
    records: outputs.flatMap((output) => (Array.isArray(output.passages) ? placeInGuide(output) : [sourceOfRecord(output)])),
    visitor: sourceOfText(messages.flatMap((message) => (message.role === 'user' ? [message.text, ...numbersIn(message.notes)] : [])).join('\n')),
    nowMs,
  };
}

/** Why the shop refuses something is as much on record as what it did. */
function recordOf(outcome: ToolOutcome): Record<string, unknown> {
  return outcome.ok ? outcome.output : { rules: (outcome.details ?? []).map(({ rule }) => rule) };
}

/** «Step 2 of 7» is said of a guide, not by it. */
function placeInGuide({ step, choices }: Record<string, unknown>): Source[] {
  if (!(step instanceof Object && 'number' in step && 'of' in step)) return [];
  const others = Array.isArray(choices) ? choices.map((choice: { title: string; step: number }, at) => [`choice ${at}`, choice]) : [];
  return [sourceOfRecord({ number: step.number, of: step.of, ...Object.fromEntries(others) })];
}

/** Numbers of what was spoken of may be named again; nothing else of the notes supports a claim. */
function numbersIn(notes: Notes | undefined): string[] {
  return [...(notes?.orders ?? []), ...(notes?.tickets ?? [])];
}
