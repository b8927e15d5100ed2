// One field of a form: its label, its input, what it is for, and which rule it breaks.
import { __, _n, sprintf } from '@wordpress/i18n';
import type { FormField } from '../chat/form.ts';
import { visibleLine } from '../chat/visible-text.ts';

/** With more choices than these a list that opens is easier to read. */
const radiosMax = 4;

type Props = { field: FormField; id: string /** The broken one. */; rule: string | undefined };

export function FormFieldView({ field, id, rule }: Props) {
  const label = <FieldLabel field={field} />;
  const notes = <Notes field={field} id={id} rule={rule} />;
  if (field.kind === 'choice' && field.options.length <= radiosMax) {
    return (
      <fieldset className="form-field" aria-describedby={describedBy(field, id, rule)}>
        <legend>{label}</legend>
        {field.options.map((option) => (
          <label key={String(option.value)} className="option">
            <input
              type="radio"
              {...inputProps(field, id, rule)}
              id={undefined}
              value={option.value}
              defaultChecked={String(option.value) === field.initial}
            />
            <span dir="auto">{visibleLine(option.label)}</span>
          </label>
        ))}
        {notes}
      </fieldset>
    );
  }
  if (field.kind === 'boolean') {
    return (
      <div className="form-field">
        <label className="option">
          <input type="checkbox" {...inputProps(field, id, rule)} defaultChecked={field.initial === 'true'} />
          {label}
        </label>
        {notes}
      </div>
    );
  }
  return (
    <div className="form-field">
      <label htmlFor={id}>{label}</label>
      <Input field={field} id={id} rule={rule} />
      {notes}
    </div>
  );
}

function Input({ field, id, rule }: Props) {
  const shared = { ...inputProps(field, id, rule), defaultValue: field.initial };
  switch (field.kind) {
    case 'choice':
      return (
        <select {...shared}>
          <option value="">{__('Choose …', 'aiguy')}</option>
          {field.options.map((option) => (
            <option key={String(option.value)} value={option.value}>
              {visibleLine(option.label)}
            </option>
          ))}
        </select>
      );
    case 'code':
      return <input {...shared} type="text" inputMode="numeric" autoComplete="one-time-code" spellCheck={false} dir="ltr" data-secret="" />;
    case 'email':
      return <input {...shared} type="email" autoComplete="email" dir="ltr" />;
    case 'date':
      return <input {...shared} type="date" />;
    case 'number':
    case 'integer':
      return <input {...shared} type="text" inputMode={field.kind === 'integer' ? 'numeric' : 'decimal'} autoComplete="off" />;
    default:
      return <input {...shared} type="text" dir="auto" />;
  }
}

function inputProps(field: FormField, id: string, rule: string | undefined) {
  return {
    id,
    name: field.name,
    'aria-required': field.isRequired,
    'aria-invalid': rule !== undefined,
    'aria-describedby': describedBy(field, id, rule),
  };
}

function describedBy(field: FormField, id: string, rule: string | undefined): string | undefined {
  const ids = [...(field.description === '' ? [] : [`${id}-help`]), ...(rule === undefined ? [] : [`${id}-error`])];
  return ids.length === 0 ? undefined : ids.join(' ');
}

function FieldLabel({ field }: { field: FormField }) {
  return (
    <span className="label">
      <bdi>{visibleLine(field.label)}</bdi>
      {field.isRequired || field.kind === 'boolean' ? null : <span className="optional"> {__('(optional)', 'aiguy')}</span>}
    </span>
  );
}

function Notes({ field, id, rule }: Props) {
  return (
    <>
      {field.description === '' ? null : (
        <p id={`${id}-help`} className="help" dir="auto">
          {visibleLine(field.description)}
        </p>
      )}
      {rule === undefined ? null : (
        <p id={`${id}-error`} className="field-error" role="alert">
          {ruleText(field, rule)}
        </p>
      )}
    </>
  );
}

function ruleText(field: FormField, rule: string): string {
  const { minLength = 0, maxLength = 0, minimum = 0, maximum = 0 } = field;
  switch (rule) {
    case 'required':
      return field.kind === 'choice' ? __('Choose one.', 'aiguy') : __('Fill this in.', 'aiguy');
    case 'enum':
      return __('Choose one.', 'aiguy');
    case 'minLength':
      /* translators: %d: number of characters. */
      return sprintf(_n('Write at least %d character.', 'Write at least %d characters.', minLength, 'aiguy'), minLength);
    case 'maxLength':
      /* translators: %d: number of characters. */
      return sprintf(_n('Write at most %d character.', 'Write at most %d characters.', maxLength, 'aiguy'), maxLength);
    case 'minimum':
      /* translators: %s: a number. */
      return sprintf(__('Write %s or more.', 'aiguy'), String(minimum));
    case 'maximum':
      /* translators: %s: a number. */
      return sprintf(__('Write %s or less.', 'aiguy'), String(maximum));
    default:
      return shapeText(field);
  }
}

function shapeText({ kind }: FormField): string {
  switch (kind) {
    case 'email':
      return __('Write an e-mail address, such as name@example.com.', 'aiguy');
    case 'date':
      return __('Choose a date.', 'aiguy');
    case 'integer':
      return __('Write a whole number.', 'aiguy');
    case 'number':
      return __('Write a number.', 'aiguy');
    case 'code':
      return __('That is not the code. Check it and write it again.', 'aiguy');
    default:
      return __('This does not look right. Check it and try again.', 'aiguy');
  }
}
