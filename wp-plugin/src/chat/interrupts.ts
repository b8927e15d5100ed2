// What the visitor is asked before a turn goes on: a card with a yes and a no, or a form. Read once from what came over the wire.
import { type FormField, readForm } from './form.ts';
import { fields, list, moment, number, text } from './json.ts';

export type Amount = { value: number; currency: string };

export type Interrupt = {
  id: string;
  kind: 'confirmation' | 'input';
  toolCallId: string;
  heading: string;
  /** What is asked, in a sentence. */
  message: string;
  /** Words on the button that goes ahead. */
  action: string;
  isWrite: boolean;
  facts: { label: string; value: string }[];
  amount: Amount | undefined;
  form: FormField[];
  /** Milliseconds since the epoch. */
  expiresAt: number | undefined;
};

const outcomes = ['approved', 'rejected', 'submitted', 'cancelled', 'expired'] as const;
export type InterruptOutcome = (typeof outcomes)[number];

/** @returns nothing for what can't be shown or answered */
export function readInterrupt(value: unknown): Interrupt[] {
  const { id, message, toolCallId, responseSchema, expiresAt, metadata } = fields(value);
  const { kind, heading, action, effect, facts, amount } = fields(fields(metadata).aiguy);
  if (text(id) === '' || (kind !== 'confirmation' && kind !== 'input')) return [];
  return [
    {
      id: text(id),
      kind,
      toolCallId: text(toolCallId),
      heading: text(heading),
      message: text(message),
      action: text(action),
      isWrite: effect === 'write',
      facts: list(facts).map((fact) => ({ label: text(fields(fact).label), value: text(fields(fact).value) })),
      amount: readAmount(fields(amount)),
      form: kind === 'input' ? readForm(responseSchema) : [],
      expiresAt: moment(expiresAt),
    },
  ];
}

export function readOutcome(value: unknown): InterruptOutcome | undefined {
  return outcomes.find((outcome) => outcome === value);
}

function readAmount({ value, currency }: { value?: unknown; currency?: unknown }): Amount | undefined {
  const sum = number(value);
  return sum === undefined || !/^[A-Z]{3}$/.test(text(currency)) ? undefined : { value: sum, currency: text(currency) };
}
