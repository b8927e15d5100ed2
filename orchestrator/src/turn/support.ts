// What a turn knows, in the form in which the claim gate compares it.
import type { ToolOutcome, TranscriptMessage } from '../model/port.ts';
import { type Support, sourceOfRecord, sourceOfText } from './claim-gate.ts';

/** Outputs of this turn's tools are records, except passages: those support a sentence only as its citation. */
export function supportOf(messages: readonly TranscriptMessage[], nowMs: number): Support {
  const outputs = messages.flatMap((message) => (message.role === 'tool' ? [recordOf(message.outcome)] : []));
  return {
    records: outputs.filter((output) => !Array.isArray(output.passages)).map(sourceOfRecord),
    visitor: sourceOfText(messages.flatMap((message) => (message.role === 'user' ? [message.text] : [])).join('\n')),
    nowMs,
  };
}

/** Why the shop refuses something is as much on record as what it did. */
function recordOf(outcome: ToolOutcome): Record<string, unknown> {
  return outcome.ok ? outcome.output : { rules: (outcome.details ?? []).map(({ rule }) => rule) };
}
