// Which model answers: the service's own choice, or one of those that it allows.
import type { SiteInfo } from '@aiguy/manifests/generated/http';
import { SelectControl } from '@wordpress/components';
import { __, sprintf } from '@wordpress/i18n';
import type { Answered } from '../use-answer';

type Props = { chosen: string; answered: Answered<SiteInfo>; onChange: (model: string) => void };

export function Model({ chosen, answered, onChange }: Props) {
  const service = answered.state === 'ready' ? answered.answer.model : undefined;
  // An older service says nothing of it.
  const allowed: string[] = service?.allowed ?? [];
  const isGone = service !== undefined && chosen !== '' && !allowed.includes(chosen);
  const known = chosen === '' || allowed.includes(chosen) ? allowed : [...allowed, chosen];
  return (
    <SelectControl
      __next40pxDefaultSize
      label={__('Model', 'aiguy')}
      help={helpOf(service !== undefined && allowed.length === 0, isGone)}
      value={chosen}
      options={[
        { value: '', label: usualOf(service) },
        /* translators: %s: name of a model. */
        ...known.map((name) => ({ value: name, label: isGone && name === chosen ? sprintf(__('%s (not allowed any more)', 'aiguy'), name) : name })),
      ]}
      onChange={onChange}
    />
  );
}

function usualOf(service: SiteInfo['model'] | undefined): string {
  if (service === undefined) return __('As the service is set up', 'aiguy');
  if (service.provider === 'offline') return __('As the service is set up (without a language model)', 'aiguy');
  const names = [...new Set([service.plan, service.answer])].join(', ');
  /* translators: %s: names of models. */
  return sprintf(__('As the service is set up (%s)', 'aiguy'), names);
}

function helpOf(isWithoutChoice: boolean, isGone: boolean): string | undefined {
  if (isGone) return __('The service no longer allows the chosen one and answers as it is set up.', 'aiguy');
  if (isWithoutChoice) return __('Whoever runs the service can allow others, by its setting AGENT_MODELS.', 'aiguy');
  return undefined;
}
