// What a turn does when a cap of the day or the month is reached: it answers from the knowledge without a model, hands over to a person, or says that it is closed.
import { randomUUID } from 'node:crypto';
import { EventType } from '@ag-ui/core';
import type { DegradedValue } from '@aiguy/manifests/generated/events';
import { dayAfter, dayIn, monthAfter, startOfDay } from '@aiguy/manifests/time-zone';
import { type CapReason, capsOf, zoneOf } from '../budget/caps.ts';
import { textMessage } from '../session/run-events.ts';
import { announceCall } from './announce-call.ts';
import type { Input } from './machine.ts';
import { clip } from './notes.ts';
import { isUnanswered, type Turn } from './turn.ts';

/** What is left without a model: the help centre, and a person. */
const toolsLeft = new Set(['retrieve_docs', 'escalate_to_human', 'create_support_ticket']);
const handOver = 'escalate_to_human';
const summaryCharactersMax = 400;

const texts = {
  day: {
    contact: 'We’ve answered as much as we can in this chat today. Leave us your address, and a person from our team will answer you.',
    contactByHand: 'We’ve answered as much as we can in this chat today. Please contact our team directly; the chat is back tomorrow.',
    closed: 'This chat is closed for today. Please come back tomorrow, or contact our team directly.',
  },
  month: {
    contact: 'We’ve answered as much as we can in this chat this month. Leave us your address, and a person from our team will answer you.',
    contactByHand: 'We’ve answered as much as we can in this chat this month. Please contact our team directly; the chat is back next month.',
    closed: 'This chat is closed for this month. Please come back next month, or contact our team directly.',
  },
};
type Texts = (typeof texts)['day'];

/** Counts a visitor's message. @returns what answers it instead of the model, or undefined to go on */
export async function admit(turn: Turn): Promise<Input | undefined> {
  if (turn.isAdmitted || !isUnanswered(turn)) return undefined;
  const { ports, message } = turn;
  const { visitor, run } = message;
  const caps = capsOf(ports.ceilings, visitor.agent?.caps);
  const day = dayIn(zoneOf(visitor), ports.nowMs());
  const reason = await ports.usage.admit({ issuer: visitor.iss, day, sessionId: run.sessionId, runId: run.id, visitor, caps });
  turn.isAdmitted = true;
  return reason && (await degrade(turn, reason));
}

/**
 * Goes on without the model. Where nothing was done about the message yet, the owner's wish decides what happens; otherwise what was found out is still told.
 * @returns what answers the message, or undefined when the knowledge does
 */
export async function degrade(turn: Turn, reason: CapReason): Promise<Input | undefined> {
  const { ports, message, recorder } = turn;
  const isBegun = !isUnanswered(turn);
  const action = isBegun ? 'knowledge' : capsOf(ports.ceilings, message.visitor.agent?.caps).atCap;
  const isMonth = reason === 'site_cost_month';
  const value: DegradedValue = { reason, action, until: endOf(turn, isMonth ? monthAfter : dayAfter) };
  turn.degraded = value;
  turn.tools = leftOf(turn.tools, calledIn(turn.messages));
  recorder.emit({ type: EventType.CUSTOM, name: 'aiguy.degraded', value });
  ports.metrics.capped(reason);
  if (isMonth || reason === 'site_cost') await ports.usage.noteCapped({ sessionId: message.run.sessionId, runId: message.run.id }, reason);
  if (action === 'knowledge') return undefined;
  const said = isMonth ? texts.month : texts.day;
  return action === 'contact' ? await offerPerson(turn, said) : say(turn, said.closed);
}

/** @param next the day with which another span of the cap begins */
function endOf({ ports, message }: Turn, next: (day: string) => string): string {
  const zone = zoneOf(message.visitor);
  return new Date(startOfDay(zone, next(dayIn(zone, ports.nowMs())))).toISOString();
}

/** Tools that were called, answered or not. */
export function calledIn(messages: Turn['messages']): Set<string> {
  return new Set(messages.flatMap((one) => (one.role === 'assistant' ? one.toolCalls.map(({ name }) => name) : [])));
}

/** @param used tools that were called in this turn, whose results can still be told */
export function leftOf(tools: Turn['tools'], used: ReadonlySet<string>): Turn['tools'] {
  return { allowed: tools.allowed.filter(({ name }) => toolsLeft.has(name) || used.has(name)), needingSignIn: [] };
}

async function offerPerson(turn: Turn, { contact, contactByHand }: Texts): Promise<Input> {
  if (!turn.tools.allowed.some(({ name }) => name === handOver)) return say(turn, contactByHand);
  say(turn, contact);
  const summary = clip(turn.message.text.replace(/\s+/g, ' ').trim(), summaryCharactersMax).padEnd(3, '.');
  const call = { id: `call-${randomUUID()}`, name: handOver, argumentsText: JSON.stringify({ reason: 'limit', summary }) };
  turn.messages.push({ role: 'assistant', text: contact, toolCalls: [call] });
  turn.recorder.step('plan');
  announceCall(turn, call);
  await turn.recorder.settle();
  return { type: 'called_tools', calls: [call] };
}

function say(turn: Turn, text: string): Input {
  turn.recorder.step('respond');
  for (const event of textMessage(turn.words.text(text))) turn.recorder.emit(event);
  return { type: 'answered' };
}
