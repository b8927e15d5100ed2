// What a guest goes through before a tool runs for him: forms of tools that no model is offered, one after the other. The tools API says which comes next;
// when none does any more, the call that was refused is made again.
import { errorEntry, isErrorCode } from '@aiguy/manifests/errors';
import type { Tool } from '@aiguy/manifests/load';
import { check } from '@aiguy/manifests/validate';
import type { ToolCall, ToolOutcome } from '../model/port.ts';
import { factsOf, waitingFor } from './ask-visitor.ts';
import type { Turn, Waiting } from './turn.ts';

type Args = Record<string, unknown>;
type Refused = { call: ToolCall; args: Args; outcome: ToolOutcome };

/** Codes of refusals whose details name the step to go through, or to go through again. */
const namingSteps = new Set(['proof_required', 'code_wrong']);

const why = 'So that nobody else gets at what is yours.';

export function isStep(turn: Turn, name: string): boolean {
  return turn.ports.catalogue.get(name)?.manifest.is_step === true;
}

/**
 * @param refused args: of the call, or of the step behind it; the step takes those that it knows by name
 * @returns undefined when nothing is left to fill in
 */
export function askStep(turn: Turn, { call, args, outcome }: Refused): Waiting | undefined {
  const step = stepAfter(turn, outcome);
  if (!step) return undefined;
  const known = Object.keys((step.manifest.input as { properties?: object }).properties ?? {});
  const own = Object.fromEntries(Object.entries(args).filter(([name]) => known.includes(name)));
  if (!check(step.validateInput, own).ok) return undefined;
  // Tried again, the card says why.
  const summary = !outcome.ok && outcome.code !== 'proof_required' && isErrorCode(outcome.code) ? errorEntry(outcome.code).text : why;
  return waitingFor(turn, { tool: step, call, args: own, preview: { summary, facts: factsOf(own) } });
}

/** A refusal names it, and so does a step's answer. Only what the manifests call a step is one, whatever a tool says. */
function stepAfter(turn: Turn, outcome: ToolOutcome): Tool | undefined {
  const named = outcome.ok ? outcome.output.next : namingSteps.has(outcome.code) ? outcome.details?.[0]?.rule : undefined;
  const tool = typeof named === 'string' ? turn.ports.catalogue.get(named) : undefined;
  return tool?.manifest.is_step && turn.message.visitor.scopes.includes(tool.manifest.scope) ? tool : undefined;
}
