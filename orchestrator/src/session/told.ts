// Cards, tasks and receipts as their visitor reads them. Rows and receipts keep their English; only what is sent is told in his language.
import type { ReceiptValue } from '@aiguy/manifests/generated/events';
import type { Interrupt, TaskReference } from '@aiguy/manifests/generated/http';
import type { Words } from '@aiguy/manifests/words';

type Fact = { label: string; value: string };
type FormSchema = NonNullable<Interrupt['responseSchema']>;

/** Facts whose values are the visitor's own words, whatever they say. */
const ownWords = new Set(['Summary', 'Details']);

export function toldCard(words: Words, card: Interrupt): Interrupt {
  const { aiguy } = card.metadata;
  return {
    ...card,
    message: words.tell(card.message),
    ...(card.responseSchema ? { responseSchema: toldForm(words, card.responseSchema) } : {}),
    metadata: { aiguy: { ...aiguy, heading: words.text(aiguy.heading), action: words.text(aiguy.action), facts: toldFacts(words, aiguy.facts) } },
  };
}

export function toldFacts(words: Words, facts: readonly Fact[]): Fact[] {
  return facts.map(({ label, value }) => ({ label: words.text(label), value: ownWords.has(label) ? value : words.tell(value) }));
}

/** Labels and hints; names and rules of the fields stay, and so do choices, which are what is sent. */
function toldForm(words: Words, schema: FormSchema): FormSchema {
  const { properties } = schema as { properties?: Record<string, { title?: string; description?: string }> };
  if (!properties) return schema;
  const told = Object.entries(properties).map(([name, field]) => [
    name,
    {
      ...field,
      ...(field.title === undefined ? {} : { title: words.text(field.title) }),
      ...(field.description === undefined ? {} : { description: words.text(field.description) }),
    },
  ]);
  return { ...schema, properties: Object.fromEntries(told) };
}

export function toldTask(words: Words, task: TaskReference): TaskReference {
  return { ...task, title: words.text(task.title) };
}

export function toldReceipt(words: Words, receipt: ReceiptValue): ReceiptValue {
  return { ...receipt, summary: words.tell(receipt.summary) };
}
