// Each tool: for everybody, only after signing in, or not at all.
import { Notice, SelectControl, Spinner } from '@wordpress/components';
import { __ } from '@wordpress/i18n';
import type { SiteAnswer } from './agent-form';
import type { Agent } from './agents';

type Use = 'all' | 'sign_in' | 'off';
type Props = { agent: Agent; site: SiteAnswer; onChange: (change: Partial<Agent>) => void };

export function Tools({ agent, site: { answered, again }, onChange }: Props) {
  if (answered.state === 'loading') return <Spinner />;
  if (answered.state === 'error') {
    return (
      <Notice status="warning" isDismissible={false} actions={[{ label: __('Try again', 'aiguy'), onClick: again }]}>
        {__('Which tools there are could not be asked. What was set before stays.', 'aiguy')} {answered.message}
      </Notice>
    );
  }
  const set = (name: string, use: Use) =>
    onChange({ tools_off: member(agent.tools_off, name, use === 'off'), tools_sign_in: member(agent.tools_sign_in, name, use === 'sign_in') });
  return (
    <div className="aiguy-agents-tools">
      {answered.answer.tools.map(({ name, title, effect }) => (
        <SelectControl
          key={name}
          __next40pxDefaultSize
          label={title}
          help={effect === 'write' ? __('Changes something, after the visitor has confirmed.', 'aiguy') : undefined}
          value={agent.tools_off.includes(name) ? 'off' : agent.tools_sign_in.includes(name) ? 'sign_in' : 'all'}
          options={[
            { value: 'all', label: __('For everybody', 'aiguy') },
            { value: 'sign_in', label: __('After signing in', 'aiguy') },
            { value: 'off', label: __('Off', 'aiguy') },
          ]}
          onChange={(use) => set(name, use as Use)}
        />
      ))}
    </div>
  );
}

function member(list: string[], name: string, isIn: boolean): string[] {
  const others = list.filter((one) => one !== name);
  return isIn ? [...others, name] : others;
}
