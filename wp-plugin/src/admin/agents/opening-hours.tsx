// The days on which people are there, each with its hours.
import { Button, CheckboxControl } from '@wordpress/components';
import { __, sprintf } from '@wordpress/i18n';
import { zoneName } from '../site-zone';
import type { Hours } from './agents';

const days = [1, 2, 3, 4, 5, 6, 7];
const usual = { from: '09:00', to: '17:00' };

export function OpeningHours({ hours, onChange }: { hours: Hours[]; onChange: (hours: Hours[]) => void }) {
  const of = (day: number) => hours.filter((one) => one.day === day);
  const put = (day: number, own: Hours[]) =>
    onChange([...hours.filter((one) => one.day !== day), ...own].sort((a, b) => a.day - b.day || a.from.localeCompare(b.from)));
  return (
    <>
      <p className="description">
        {
          /* translators: %s: a time zone such as Europe/Vienna. */ sprintf(
            __(
              'Tick the days on which people answer. At other hours a visitor who asks for a person reads when somebody is back and can leave a message, unless one of you has the conversations open. The agent always goes on answering. The hours are in the time zone of the site: %s.',
              'aiguy',
            ),
            zoneName(window.aiguyAdmin.timeZone),
          )
        }{' '}
        {hours.length === 0 ? __('No day is ticked: the hours with which the service was set up count.', 'aiguy') : null}
      </p>
      {days.map((day) => (
        <Day
          key={day}
          name={nameOf(day)}
          own={of(day)}
          onChange={(own) =>
            put(
              day,
              own.map((one) => ({ ...one, day })),
            )
          }
        />
      ))}
    </>
  );
}

type DayProps = { name: string; own: Hours[]; onChange: (own: Omit<Hours, 'day'>[]) => void };

function Day({ name, own, onChange }: DayProps) {
  return (
    <div className="aiguy-agents-day">
      <CheckboxControl label={name} checked={own.length > 0} onChange={(isOpen: boolean) => onChange(isOpen ? [usual] : [])} />
      <div>
        {own.map(({ from, to }, index) => {
          const set = (change: Partial<Hours>) => onChange(own.map((one, place) => (place === index ? { ...one, ...change } : one)));
          return (
            <span key={index}>
              {/* translators: %s: a day of the week. */}
              <input
                type="time"
                required
                aria-label={sprintf(__('%s, from', 'aiguy'), name)}
                value={from}
                onChange={({ target }) => set({ from: target.value })}
              />
              {' – '}
              {/* translators: %s: a day of the week. */}
              <input
                type="time"
                required
                aria-label={sprintf(__('%s, to', 'aiguy'), name)}
                value={to}
                onChange={({ target }) => set({ to: target.value })}
              />
            </span>
          );
        })}
        {own.length === 1 ? (
          <Button variant="link" onClick={() => onChange([...own, { from: '18:00', to: '20:00' }])}>
            {__('Add hours', 'aiguy')}
          </Button>
        ) : null}
      </div>
    </div>
  );
}

/** 6 January 2025 was a Monday. */
function nameOf(day: number): string {
  return new Intl.DateTimeFormat(window.aiguyAdmin.locale, { weekday: 'long' }).format(new Date(2025, 0, 5 + day, 12));
}
