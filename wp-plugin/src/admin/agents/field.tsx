// A control with what is wrong with it below, said to screen readers when it appears.
import { TextareaControl } from '@wordpress/components';
import { useState } from '@wordpress/element';
import type { ReactNode } from 'react';

export function Field({ error, children }: { error: string | undefined; children: ReactNode }) {
  return (
    <div className="aiguy-field" data-invalid={error === undefined ? undefined : ''}>
      {children}
      {error === undefined ? null : (
        <p role="alert" className="aiguy-field-error">
          {error}
        </p>
      )}
    </div>
  );
}

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="aiguy-agents-section">
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}

type LinesProps = { label: string; help: string; value: string[]; onChange: (value: string[]) => void; rows?: number };

/** A list, one entry a line; what is being typed keeps its empty lines. */
export function Lines({ label, help, value, onChange, rows = 4 }: LinesProps) {
  const [text, setText] = useState(value.join('\n'));
  return (
    <TextareaControl
      label={label}
      help={help}
      rows={rows}
      value={text}
      onChange={(next: string) => {
        setText(next);
        onChange(
          next
            .split('\n')
            .map((line) => line.trim())
            .filter(Boolean),
        );
      }}
    />
  );
}
