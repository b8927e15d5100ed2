// The span of time of a report: the last days, or one's own.
import { Button, SelectControl } from '@wordpress/components';
import { useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { dayBefore } from '../figures';

export type Period = { from: string; to: string };

const daysMax = 366;
const dayMs = 86_400_000;

export function lastDays(days: number): Period {
  const now = Date.now();
  return { from: dayBefore(now, days - 1), to: dayBefore(now, 0) };
}

export function PeriodPicker({ period, onChange }: { period: Period; onChange: (period: Period) => void }) {
  const [choice, setChoice] = useState('30');
  const options = [
    { value: '7', label: __('Last 7 days', 'aiguy') },
    { value: '30', label: __('Last 30 days', 'aiguy') },
    { value: '90', label: __('Last 90 days', 'aiguy') },
    { value: 'own', label: __('Other days …', 'aiguy') },
  ];
  const choose = (value: string) => {
    setChoice(value);
    if (value !== 'own') onChange(lastDays(Number(value)));
  };
  return (
    <div className="aiguy-period">
      <SelectControl label={__('Period', 'aiguy')} value={choice} options={options} onChange={choose} __next40pxDefaultSize __nextHasNoMarginBottom />
      {choice === 'own' && <OwnDays period={period} onChange={onChange} />}
    </div>
  );
}

function OwnDays({ period, onChange }: { period: Period; onChange: (period: Period) => void }) {
  const [own, setOwn] = useState(period);
  const days = (Date.parse(own.to) - Date.parse(own.from)) / dayMs + 1;
  const problem = days >= 1 && days <= daysMax ? undefined : __('Choose a first day that is not after the last one, and at most a year.', 'aiguy');
  return (
    <form
      className="aiguy-own-days"
      onSubmit={(event) => {
        event.preventDefault();
        if (!problem) onChange(own);
      }}
    >
      <label>
        {__('First day', 'aiguy')}
        <input type="date" required value={own.from} max={own.to} onChange={({ target }) => setOwn({ ...own, from: target.value })} />
      </label>
      <label>
        {__('Last day', 'aiguy')}
        <input type="date" required value={own.to} max={dayBefore(Date.now(), 0)} onChange={({ target }) => setOwn({ ...own, to: target.value })} />
      </label>
      <Button variant="secondary" type="submit" __next40pxDefaultSize>
        {__('Show', 'aiguy')}
      </Button>
      {problem && <p role="alert">{problem}</p>}
    </form>
  );
}
