// Makes the card for a call that needs its visitor: a write, or a tool with a form. Its words come from the shop and the manifest, never from the model.
import { randomUUID } from 'node:crypto';
import { argumentsDigest } from '@aiguy/manifests/digest';
import type { Interrupt } from '@aiguy/manifests/generated/http';
import { askedSchema, type Tool } from '@aiguy/manifests/load';
import { check } from '@aiguy/manifests/validate';
import type { ToolCall, ToolOutcome } from '../model/port.ts';
import type { Preview } from '../tools/client.ts';
import { isSignedIn, type Turn, type Waiting } from './turn.ts';

/** A card that nobody answers is over then. */
export const expiresAfterMs = 600_000;

type Args = Record<string, unknown>;
type Asked = { tool: Tool; call: ToolCall; args: Args; preview: Preview };

/** Whether nothing may run before the visitor has clicked or typed. */
export function needsVisitor(turn: Turn, tool: Tool): boolean {
  return tool.manifest.effect === 'write' || formFor(turn, tool) !== undefined;
}

/** @returns what the visitor is asked, or why there is nothing to ask: the shop would refuse it anyway */
export async function askVisitor(
  turn: Turn,
  { tool, call, args, signal }: { tool: Tool; call: ToolCall; args: Args; signal: AbortSignal },
): Promise<Waiting | Extract<ToolOutcome, { ok: false }>> {
  const { visitor, assertion } = turn.message;
  const previewed =
    tool.manifest.effect === 'write'
      ? await turn.ports.tools.preview(tool, args, { visitor, assertion, signal })
      : { ok: true as const, preview: { summary: tool.manifest.title, facts: [] } };
  return previewed.ok ? waitingFor(turn, { tool, call, args, preview: previewed.preview }) : previewed;
}

/** A call that waits, with the card of the tool that runs when it is answered. */
export function waitingFor(turn: Turn, { tool, call, args, preview }: Asked): Waiting {
  const { iss: issuer, sub: subject } = turn.message.visitor;
  return {
    call,
    interrupt: { card: cardOf(turn, { tool, call, args, preview }), turnId: turn.turnId, args, argsDigest: argumentsDigest(args), issuer, subject },
  };
}

function cardOf(turn: Turn, { tool, call, args, preview }: Asked): Interrupt {
  const { manifest } = tool;
  const question = isIncomplete(tool, args) ? manifest.ask : undefined;
  const form = question ? { title: question.title, schema: askedSchema(manifest) } : formFor(turn, tool);
  const heading = question?.title ?? manifest.confirmation?.title ?? form?.title ?? manifest.title;
  return {
    id: randomUUID(),
    reason: form ? 'input_required' : 'confirmation',
    message: preview.summary,
    toolCallId: call.id,
    ...(form ? { responseSchema: form.schema } : {}),
    expiresAt: new Date(turn.ports.nowMs() + expiresAfterMs).toISOString(),
    metadata: {
      aiguy: {
        kind: form ? 'input' : 'confirmation',
        tool: manifest.name,
        heading,
        action: question ? 'Continue' : (manifest.confirmation?.action ?? 'Send'),
        // What is typed there changes nothing yet; the card that follows does.
        effect: question ? 'read' : manifest.effect,
        facts: preview.facts,
        ...(preview.amount ? { amount: preview.amount } : {}),
      },
    },
  };
}

function formFor(turn: Turn, { manifest }: Tool) {
  const { form } = manifest;
  return form && (form.for === 'everyone' || !isSignedIn(turn)) ? form : undefined;
}

/** Whether a call leaves out required arguments that its visitor can be asked for, and is right besides. */
export function isIncomplete(tool: Tool, args: Args): boolean {
  return tool.validateUnasked !== undefined && !check(tool.validateInput, args).ok && check(tool.validateUnasked, args).ok;
}

/** What is known already, such as «Order: W2403075». */
export function factsOf(args: Args): Preview['facts'] {
  return Object.entries(args).map(([name, value]) => ({ label: labelOf(name), value: String(value) }));
}

/** order_id is «Order». */
function labelOf(name: string): string {
  const words = name.replace(/_id$/, '').replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
