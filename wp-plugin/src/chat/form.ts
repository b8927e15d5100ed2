// A form from a JSON Schema: which fields it has, and which rule a field breaks. The server checks the same again.
import { type Fields, fields, list, number, text, texts } from './json.ts';

export type FieldKind = 'text' | 'email' | 'date' | 'number' | 'integer' | 'boolean' | 'choice' | 'code';

export type FormField = {
  name: string;
  kind: FieldKind;
  label: string;
  description: string;
  isRequired: boolean;
  /** Only with kind choice. */
  options: { value: string | number; label: string }[];
  pattern: string | undefined;
  minLength: number | undefined;
  maxLength: number | undefined;
  minimum: number | undefined;
  maximum: number | undefined;
  initial: string;
};

/** As JSON Schema names them, which the server's `details` do too. */
export type FieldRule = 'required' | 'format' | 'pattern' | 'minLength' | 'maxLength' | 'minimum' | 'maximum' | 'enum' | 'type';
export type FieldErrors = Record<string, string>;
export type FormValues = Record<string, string | number | boolean>;

const fieldsMax = 20;
/** Simple on purpose: whether an address exists only a message to it can tell. */
const emailPattern = /^[^\s@]+@[^\s@]+\.[^\s@.]+$/;
const datePattern = /^\d{4}-\d{2}-\d{2}$/;

/** The fields of a flat object schema, in its order; a property of another shape is asked for as text. */
export function readForm(schema: unknown): FormField[] {
  const required = new Set(texts(fields(schema).required));
  return Object.entries(fields(fields(schema).properties))
    .slice(0, fieldsMax)
    .map(([name, property]) => readField(name, fields(property), required.has(name)));
}

function readField(name: string, property: Fields, isRequired: boolean): FormField {
  return {
    name,
    kind: kindOf(property),
    label: text(property.title) || name,
    description: text(property.description),
    isRequired,
    options: optionsOf(property),
    pattern: typeof property.pattern === 'string' ? property.pattern : undefined,
    minLength: number(property.minLength),
    maxLength: number(property.maxLength),
    minimum: number(property.minimum),
    maximum: number(property.maximum),
    initial: property['x-secret'] === true ? '' : initialOf(property.default),
  };
}

function initialOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function kindOf(property: Fields): FieldKind {
  if (property['x-secret'] === true) return 'code';
  if (optionsOf(property).length > 0) return 'choice';
  if (property.type === 'boolean' || property.type === 'number' || property.type === 'integer') return property.type;
  if (property.format === 'email' || property.format === 'date') return property.format;
  return 'text';
}

function optionsOf(property: Fields): FormField['options'] {
  const named = list(property.oneOf).map((option) => ({ value: fields(option).const, label: text(fields(option).title) }));
  const plain = list(property.enum).map((value) => ({ value, label: '' }));
  return [...named, ...plain].flatMap(({ value, label }) =>
    typeof value === 'string' || typeof value === 'number' ? [{ value, label: label || String(value) }] : [],
  );
}

export type CheckedForm = { values: FormValues; errors: FieldErrors };

/** What is sent, and which rule each wrong field breaks. A field that is left empty and need not be filled in is not sent. */
export function checkForm(form: FormField[], entered: Record<string, string | boolean>): CheckedForm {
  const values: FormValues = {};
  const errors: FieldErrors = {};
  for (const field of form) {
    const given = entered[field.name] ?? '';
    const value = typeof given === 'boolean' ? given : given.trim();
    const rule = brokenRule(field, value);
    if (rule) errors[field.name] = rule;
    else if (value !== '') values[field.name] = typed(field, value);
  }
  return { values, errors };
}

/** The server's details by field; a pointer into nothing that is asked for is left out. */
export function readFieldErrors(form: FormField[], details: unknown): FieldErrors {
  const errors: FieldErrors = {};
  for (const detail of list(details)) {
    const { pointer, rule } = fields(detail);
    const name = text(pointer).replace(/^\//, '').replaceAll('~1', '/').replaceAll('~0', '~');
    if (form.some((field) => field.name === name)) errors[name] = text(rule) || 'type';
  }
  return errors;
}

function typed(field: FormField, value: string | boolean): string | number | boolean {
  if (typeof value === 'boolean') return value;
  if (field.kind === 'number' || field.kind === 'integer') return toNumber(value);
  return field.options.find((option) => String(option.value) === value)?.value ?? value;
}

/** Half of the world writes a comma. */
function toNumber(value: string): number {
  return Number(value.replace(',', '.'));
}

function brokenRule(field: FormField, value: string | boolean): FieldRule | undefined {
  if (typeof value === 'boolean') return undefined;
  if (value === '') return field.isRequired ? 'required' : undefined;
  switch (field.kind) {
    case 'number':
    case 'integer':
      return brokenNumberRule(field, toNumber(value));
    case 'choice':
      return field.options.some((option) => String(option.value) === value) ? undefined : 'enum';
    case 'email':
      return emailPattern.test(value) ? brokenTextRule(field, value) : 'format';
    case 'date':
      return datePattern.test(value) && !Number.isNaN(Date.parse(value)) ? brokenTextRule(field, value) : 'format';
    default:
      return brokenTextRule(field, value);
  }
}

function brokenNumberRule({ kind, minimum, maximum }: FormField, value: number): FieldRule | undefined {
  if (!Number.isFinite(value) || (kind === 'integer' && !Number.isInteger(value))) return 'type';
  if (minimum !== undefined && value < minimum) return 'minimum';
  return maximum !== undefined && value > maximum ? 'maximum' : undefined;
}

/** Lengths count code points, as JSON Schema does. */
function brokenTextRule({ minLength, maxLength, pattern }: FormField, value: string): FieldRule | undefined {
  const length = [...value].length;
  if (minLength !== undefined && length < minLength) return 'minLength';
  if (maxLength !== undefined && length > maxLength) return 'maxLength';
  return pattern === undefined || fits(pattern, value) ? undefined : 'pattern';
}

/** A pattern that this browser can't read is left to the server. */
function fits(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value);
  } catch {
    return true;
  }
}
