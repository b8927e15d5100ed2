// A number of messages or US dollars, and how amounts are written.
import { TextControl } from '@wordpress/components';

/** onEmpty: where an empty field is something else than nothing. */
type Props = { label: string; help?: string; step?: 'any'; value: number | null; onChange: (value: number) => void; onEmpty?: () => void };

export function Amount({ label, help, step, value, onChange, onEmpty = () => onChange(0) }: Props) {
  return (
    <TextControl
      __next40pxDefaultSize
      type="number"
      min={0}
      step={step}
      label={label}
      help={help}
      value={value === null || Number.isNaN(value) ? '' : String(value)}
      onChange={(text: string) => (text === '' ? onEmpty() : onChange(Number(text)))}
    />
  );
}

export function dollars(amount: number): string {
  return new Intl.NumberFormat(window.aiguyAdmin.locale, { style: 'currency', currency: 'USD' }).format(amount);
}
