// What all agents together may use in a day and a month, in messages and money, and what that comes to.
import type { Report } from '@aiguy/manifests/generated/http';
import { useMemo } from '@wordpress/element';
import { __, _n, sprintf } from '@wordpress/i18n';
import { dayBefore, formatUsd } from '../figures';
import { useAnswer } from '../use-answer';
import type { SiteLimits } from './agents';
import { Amount, dollars } from './amount';
import { Field, Section } from './field';

/** About what a message costs with claude-haiku-5-5, in US dollars: the rule of thumb as long as the site has no figures of its own. */
const assumedUsd = 0.001;
/** Fewer say little. */
const messagesMin = 20;
const days = 30;
/** Of a month. */
const daysMax = 31;

type Props = { limits: SiteLimits; errorOf: (field: keyof SiteLimits) => string | undefined; onChange: (change: Partial<SiteLimits>) => void };

export function SiteLimitsForm({ limits, errorOf, onChange }: Props) {
  const average = useAverageUsd();
  return (
    <Section title={__('Limits of the whole site', 'aiguy')}>
      <p className="description">
        {__('What all your agents together may use. Days and months begin at midnight of your site’s time zone.', 'aiguy')}
      </p>
      <div className="aiguy-agents-caps">
        <Field error={errorOf('site_messages_day')}>
          <Amount
            label={__('Messages of all visitors a day', 'aiguy')}
            help={costOf(limits.site_messages_day, average)}
            value={limits.site_messages_day}
            onChange={(site_messages_day) => onChange({ site_messages_day })}
          />
        </Field>
        <Field error={errorOf('site_cost_day_usd')}>
          <Amount
            label={__('Cost of a day at most, in US dollars', 'aiguy')}
            help={
              /* translators: %s: an amount such as $150.00. */
              sprintf(__('At most %s in a month of thirty days.', 'aiguy'), dollars(limits.site_cost_day_usd * 30))
            }
            step="any"
            value={limits.site_cost_day_usd}
            onChange={(site_cost_day_usd) => onChange({ site_cost_day_usd })}
          />
        </Field>
        <Field error={errorOf('site_cost_month_usd')}>
          <Amount
            label={__('Cost of a month at most, in US dollars', 'aiguy')}
            help={monthHelp(limits)}
            step="any"
            value={limits.site_cost_month_usd}
            onChange={(site_cost_month_usd) => onChange({ site_cost_month_usd })}
            onEmpty={() => onChange({ site_cost_month_usd: null })}
          />
        </Field>
      </div>
    </Section>
  );
}

function monthHelp({ site_cost_day_usd: day, site_cost_month_usd: month }: SiteLimits): string {
  if (month === null) return __('A calendar month. Empty: only its days are limited.', 'aiguy');
  if (month >= day * daysMax) return __('The limit of a day alone keeps every month below that.', 'aiguy');
  const used = Math.ceil(month / day);
  /* translators: %s: a number of days. */
  return sprintf(_n('Used up by %s day at its limit.', 'Used up by %s days at their limit.', used, 'aiguy'), String(used));
}

function costOf(messages: number, average: number | undefined): string {
  const { locale } = window.aiguyAdmin;
  if (average === undefined) {
    return sprintf(
      /* translators: 1: an amount such as $0.001, 2: an amount such as $1.00. */
      __('If a message costs %1$s, as it usually does with claude-haiku-5-5, that is about %2$s.', 'aiguy'),
      formatUsd(assumedUsd * 1_000_000, locale),
      dollars(messages * assumedUsd),
    );
  }
  return sprintf(
    /* translators: 1: an amount such as $0.0012, 2: an amount such as $1.20. */
    __('Your messages of the last thirty days cost %1$s each: that is about %2$s.', 'aiguy'),
    formatUsd(average * 1_000_000, locale),
    dollars(messages * average),
  );
}

/** @returns what a message of this site has cost of late; undefined where it isn't known, or there were too few */
function useAverageUsd(): number | undefined {
  const path = useMemo(() => `reports?from=${dayBefore(Date.now(), days - 1)}&to=${dayBefore(Date.now(), 0)}`, []);
  const { answered } = useAnswer<Report>(path);
  if (answered.state !== 'ready') return undefined;
  const { messages, costMicroUsd } = answered.answer.total;
  return messages < messagesMin || costMicroUsd === 0 ? undefined : costMicroUsd / messages / 1_000_000;
}
