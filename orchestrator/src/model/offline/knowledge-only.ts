// What is left while a tool is down: the help centre. A look-up that could not be made is made up for by a search for the same question, once.
import type { ModelRequest, ToolCall, ToolDefinition, ToolOutcome } from '../port.ts';

type Called = { call: ToolCall; outcome: ToolOutcome };
export type Missed = { call: ToolCall; outcome: Extract<ToolOutcome, { ok: false }> };

const helpCentreTool = 'retrieve_docs';
/** Not tool_timeout: another wait of that kind is more than the turn has. */
const down = new Set(['database_unavailable', 'tool_busy', 'tool_failed', 'tool_unavailable']);

export function isDown(outcome: ToolOutcome): outcome is Extract<ToolOutcome, { ok: false }> {
  return !outcome.ok && down.has(outcome.code);
}

/** @returns the help centre's tool, where the last call failed because a look-up is down and a search may still be made */
export function helpCentreInstead(request: ModelRequest, { call, outcome }: Called): ToolDefinition | undefined {
  const tool = request.tools.find(({ name }) => name === call.name);
  if (request.purpose !== 'plan' || tool?.effect !== 'read' || !isDown(outcome)) return undefined;
  const hasSearched = callsOfTurn(request).some((earlier) => earlier.call.name === helpCentreTool);
  return hasSearched ? undefined : request.tools.find(({ name }) => name === helpCentreTool);
}

/** The look-up that the search was made instead of. */
export function missedBefore(request: ModelRequest, { call }: Pick<Called, 'call'>): Missed | undefined {
  if (call.name !== helpCentreTool) return undefined;
  return callsOfTurn(request).flatMap(({ call, outcome }) => (call.name !== helpCentreTool && isDown(outcome) ? [{ call, outcome }] : []))[0];
}

function callsOfTurn({ messages }: ModelRequest): Called[] {
  const asked = messages.findLastIndex(({ role }) => role === 'user');
  return messages.slice(asked + 1).flatMap((message) => (message.role === 'tool' ? [message] : []));
}
