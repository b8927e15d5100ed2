// Says in plain sentences what a tool returned: by its manifest's answer, or field by field. Nothing that is not in the result.
import { describeOrder } from './order-answer.ts';

type Output = Record<string, unknown>;

/** Fields that are listed when a manifest has no answer of its own. */
const fieldsMax = 12;

export function describeResult(tool: { answer?: string | undefined } | undefined, output: Output): string {
  if (tool?.answer) return fill(tool.answer, output);
  if (typeof output.status_text === 'string') return describeOrder(output);
  const lines = fieldsOf(output).slice(0, fieldsMax);
  return lines.length > 0 ? lines.map(([name, value]) => `- ${name}: ${value}`).join('\n') : 'There is nothing on record.';
}

/** {name}, or {name:money}, {name:date}, {name:words}; money is in the currency that the result names. */
function fill(answer: string, output: Output): string {
  return answer.replace(/\{([a-z_]+)(?::(money|date|words))?\}/g, (_all, name: string, form: string | undefined) =>
    inForm(output[name], form, output),
  );
}

function inForm(value: unknown, form: string | undefined, { currency }: Output): string {
  if (form === 'money' && typeof value === 'number' && typeof currency === 'string')
    return new Intl.NumberFormat('en-US', { style: 'currency', currency }).format(value);
  if (form === 'date' && typeof value === 'string')
    return new Date(value).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
  const text = Array.isArray(value) ? value.join(', ') : String(value ?? '');
  return form === 'words' ? text.replaceAll('_', ' ') : text;
}

function fieldsOf(output: Output): [string, string][] {
  return Object.entries(output).flatMap(([name, value]): [string, string][] => {
    if (value instanceof Object && !Array.isArray(value)) {
      const inner = value as Output;
      return 'value' in inner ? [[name.replaceAll('_', ' '), inForm(inner.value, undefined, output)]] : fieldsOf(inner);
    }
    return value === null || value === undefined ? [] : [[name.replaceAll('_', ' '), inForm(value, undefined, output)]];
  });
}
