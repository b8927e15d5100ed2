// A number of messages or US dollars, and how amounts are written.
import { TextControl } from '@wordpress/components';

type Props = { label: string; help?: string; step?: 'any'; value: number; onChange: (value: number) => void };

export function Amount({ label, help, step, value, onChange }: Props) {
  return (
    <TextControl
      __next40pxDefaultSize
      type="number"
      min={0}
      step={step}
      label={label}
      help={help}
      value={Number.isNaN(value) ? '' : String(value)}
      onChange={(text: string) => onChange(text === '' ? 0 : Number(text))}
    />
  );
}

export function dollars(amount: number): string {
  return new Intl.NumberFormat(window.aiguyAdmin.locale, { style: 'currency', currency: 'USD' }).format(amount);
}
