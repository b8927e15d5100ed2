// What it answers from: everything that was learnt, or some parts of it. Kept to by the search itself.
import { CheckboxControl, Notice, RadioControl, Spinner } from '@wordpress/components';
import { useState } from '@wordpress/element';
import { __, _n, sprintf } from '@wordpress/i18n';
import { useAnswer } from '../use-answer';
import type { Agent } from './agents';

type Part = { name: string; label: string; documents: number };
type Props = { agent: Agent; onChange: (change: Partial<Agent>) => void };

export function Knowledge({ agent, onChange }: Props) {
  const [isSome, setSome] = useState(agent.collections.length > 0);
  return (
    <>
      <RadioControl
        label={__('What it answers from', 'aiguy')}
        hideLabelFromVision
        selected={isSome ? 'some' : 'all'}
        options={[
          { value: 'all', label: __('Everything that was learnt', 'aiguy') },
          { value: 'some', label: __('Only these parts', 'aiguy') },
        ]}
        onChange={(value) => {
          setSome(value === 'some');
          if (value === 'all') onChange({ collections: [] });
        }}
      />
      {isSome ? <Parts agent={agent} onChange={onChange} /> : null}
    </>
  );
}

function Parts({ agent: { collections }, onChange }: Props) {
  const { answered, again } = useAnswer<{ collections: Part[] }>('knowledge/collections');
  if (answered.state === 'loading') return <Spinner />;
  if (answered.state === 'error') {
    return (
      <Notice status="warning" isDismissible={false} actions={[{ label: __('Try again', 'aiguy'), onClick: again }]}>
        {__('Which parts there are could not be asked. What was set before stays.', 'aiguy')} {answered.message}
      </Notice>
    );
  }
  const known = answered.answer.collections;
  const gone = collections.filter((name) => !known.some((part) => part.name === name)).map((name) => ({ name, label: name, documents: 0 }));
  return (
    <>
      {[...known, ...gone].map(({ name, label, documents }) => (
        <CheckboxControl
          key={name}
          label={label}
          /* translators: %s: a number. */
          help={sprintf(_n('%s document', '%s documents', documents, 'aiguy'), documents.toLocaleString())}
          checked={collections.includes(name)}
          onChange={(isOn: boolean) => onChange({ collections: isOn ? [...collections, name] : collections.filter((one) => one !== name) })}
        />
      ))}
      {collections.length === 0 ? <p className="description">{__('Choose at least one; until then it answers from everything.', 'aiguy')}</p> : null}
    </>
  );
}
