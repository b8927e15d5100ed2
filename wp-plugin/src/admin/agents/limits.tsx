// What it may cost, in messages and money, and how long conversations are kept.
import { SelectControl, TextControl } from '@wordpress/components';
import { __, sprintf } from '@wordpress/i18n';
import type { FormProps } from './agent-form';
import type { Caps } from './agents';
import { Field, Section } from './field';

/** About what a message costs with the usual model, in US dollars: for the rule of thumb below the field. */
const messageUsd = 0.001;

export function Limits({ agent, errorOf, onChange }: FormProps) {
  const { caps } = agent;
  const put = (change: Partial<Caps>) => onChange({ caps: { ...caps, ...change } });
  const error = errorOf('caps');
  return (
    <Section title={__('Limits', 'aiguy')}>
      <Field error={error}>
        <div className="aiguy-agents-caps">
          <Whole
            label={__('Messages of a guest a day', 'aiguy')}
            value={caps.guest_messages_day}
            onChange={(value) => put({ guest_messages_day: value })}
          />
          <Whole
            label={__('Messages of a customer a day', 'aiguy')}
            value={caps.customer_messages_day}
            onChange={(value) => put({ customer_messages_day: value })}
          />
          <Whole
            label={__('Messages of all visitors a day', 'aiguy')}
            help={
              /* translators: %s: an amount such as $1.00. */
              sprintf(__('With the usual model that is about %s.', 'aiguy'), dollars(caps.site_messages_day * messageUsd))
            }
            value={caps.site_messages_day}
            onChange={(value) => put({ site_messages_day: value })}
          />
          <Whole
            label={__('Cost of a day at most, in US dollars', 'aiguy')}
            help={
              /* translators: %s: an amount such as $150.00. */
              sprintf(__('At most %s in a month of thirty days.', 'aiguy'), dollars(caps.site_cost_day_usd * 30))
            }
            step="any"
            value={caps.site_cost_day_usd}
            onChange={(value) => put({ site_cost_day_usd: value })}
          />
        </div>
        <SelectControl
          __next40pxDefaultSize
          label={__('When a limit is reached', 'aiguy')}
          value={caps.at_cap}
          options={[
            { value: 'knowledge', label: __('Answer from your articles, without a model', 'aiguy') },
            { value: 'contact', label: __('Offer to leave an address', 'aiguy') },
            { value: 'closed', label: __('Say that the chat is closed for today', 'aiguy') },
          ]}
          onChange={(at_cap) => put({ at_cap: at_cap as Caps['at_cap'] })}
        />
      </Field>
      <Field error={errorOf('retention_days')}>
        <Whole
          label={__('Days that a conversation is kept', 'aiguy')}
          help={__('After its last message; then it is deleted with everything of it. The orchestrator may keep it shorter.', 'aiguy')}
          value={agent.retention_days}
          onChange={(retention_days) => onChange({ retention_days })}
        />
      </Field>
    </Section>
  );
}

type WholeProps = { label: string; help?: string; step?: 'any'; value: number; onChange: (value: number) => void };

function Whole({ label, help, step, value, onChange }: WholeProps) {
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

function dollars(amount: number): string {
  return new Intl.NumberFormat(window.aiguyAdmin.locale, { style: 'currency', currency: 'USD' }).format(amount);
}
