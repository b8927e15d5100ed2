// Says in plain sentences what a tool returned: by its manifest's answer, or field by field. Nothing that is not in the result.
import { placeholders } from '@aiguy/manifests/word-patterns';
import { type Words, wordsIn } from '@aiguy/manifests/words';
import { describeOrder } from './order-answer.ts';

type Output = Record<string, unknown>;

/** Fields that are listed when a manifest has no answer of its own. */
const fieldsMax = 12;

/** @param words in whose language it is said; English when left out */
export function describeResult(tool: { answer?: string | undefined } | undefined, output: Output, words: Words = wordsIn(undefined)): string {
  if (tool?.answer) return fill(words, tool.answer, output);
  if (typeof output.status_text === 'string') return describeOrder(output, words);
  const lines = fieldsOf(words, output).slice(0, fieldsMax);
  return lines.length > 0 ? lines.map(([name, value]) => `- ${name}: ${value}`).join('\n') : words.text('There is nothing on record.');
}

/** {name}, or {name:money}, {name:date}, {name:words}; money is in the currency that the result names. */
function fill(words: Words, answer: string, output: Output): string {
  return words.text(answer).replace(placeholders, (_all, name: string, form: string | undefined) => inForm(words, output[name], { form, output }));
}

function inForm(words: Words, value: unknown, { form, output: { currency } }: { form?: string | undefined; output: Output }): string {
  if (form === 'money' && typeof value === 'number' && typeof currency === 'string') return words.money(value, currency);
  if (form === 'date' && typeof value === 'string') return words.day(value);
  const text = Array.isArray(value) ? value.map(inOneLine).join(', ') : String(value ?? '');
  return words.tell(form === 'words' ? text.replaceAll('_', ' ') : text);
}

/** Of an entry in a list only what is said plainly. */
function inOneLine(value: unknown): string {
  if (!(value instanceof Object)) return String(value ?? '');
  return Object.values(value)
    .filter((part) => !(part instanceof Object) && part !== null)
    .join(' ');
}

function fieldsOf(words: Words, output: Output): [string, string][] {
  const nameOf = (name: string) => words.text(name.replaceAll('_', ' '));
  return Object.entries(output).flatMap(([name, value]): [string, string][] => {
    if (value instanceof Object && !Array.isArray(value)) {
      const inner = value as Output;
      return 'value' in inner ? [[nameOf(name), inForm(words, inner.value, { output })]] : fieldsOf(words, inner);
    }
    return value === null || value === undefined ? [] : [[nameOf(name), inForm(words, value, { output })]];
  });
}
