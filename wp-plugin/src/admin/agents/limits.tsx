// What one visitor may cost, in messages and money, and how long conversations are kept.
import { SelectControl } from '@wordpress/components';
import { __ } from '@wordpress/i18n';
import type { FormProps } from './agent-form';
import type { Caps } from './agents';
import { Amount } from './amount';
import { Field, Section } from './field';

export function Limits({ agent, errorOf, onChange }: FormProps) {
  const { caps } = agent;
  const put = (change: Partial<Caps>) => onChange({ caps: { ...caps, ...change } });
  return (
    <Section title={__('Limits of one visitor', 'aiguy')}>
      <p className="description">
        {__('What a visitor has used with any of your agents counts. What all visitors together may cost stands at the top of this page.', 'aiguy')}
      </p>
      <Field error={errorOf('caps')}>
        <div className="aiguy-agents-caps">
          <Amount
            label={__('Messages of a guest a day', 'aiguy')}
            value={caps.guest_messages_day}
            onChange={(value) => put({ guest_messages_day: value })}
          />
          <Amount
            label={__('Messages of a customer a day', 'aiguy')}
            value={caps.customer_messages_day}
            onChange={(value) => put({ customer_messages_day: value })}
          />
          <Amount
            label={__('Cost of a guest a day, in US dollars', 'aiguy')}
            step="any"
            value={caps.guest_cost_day_usd}
            onChange={(value) => put({ guest_cost_day_usd: value })}
          />
          <Amount
            label={__('Cost of a customer a day, in US dollars', 'aiguy')}
            step="any"
            value={caps.customer_cost_day_usd}
            onChange={(value) => put({ customer_cost_day_usd: value })}
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
        <Amount
          label={__('Days that a conversation is kept', 'aiguy')}
          help={__('After its last message; then it is deleted with everything of it. The chat service may keep it shorter.', 'aiguy')}
          value={agent.retention_days}
          onChange={(retention_days) => onChange({ retention_days })}
        />
      </Field>
    </Section>
  );
}
