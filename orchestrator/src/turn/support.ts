// What a turn knows, in the form in which the claim gate compares it.
import type { TranscriptMessage } from '../model/port.ts';
import { type Support, sourceOfRecord, sourceOfText } from './claim-gate.ts';

/** Outputs of this run's tools are records, except passages: those support a sentence only as its citation. */
export function supportOf(messages: readonly TranscriptMessage[], nowMs: number): Support {
  const outputs = messages.flatMap((message) => (message.role === 'tool' && message.outcome.ok ? [message.outcome.output] : []));
  return {
    records: outputs.filter((output) => !Array.isArray(output.passages)).map(sourceOfRecord),
    visitor: sourceOfText(messages.flatMap((message) => (message.role === 'user' ? [message.text] : [])).join('\n')),
    nowMs,
  };
}
