// Step 2: which content the agent may learn from, and what is left out of it.
import apiFetch from '@wordpress/api-fetch';
import { Button, CheckboxControl, ComboboxControl } from '@wordpress/components';
import { useEffect, useState } from '@wordpress/element';
import { __, _n, sprintf } from '@wordpress/i18n';
import type { StepProps } from './index';

type Found = { id: number; title: string };

const searchPauseMs = 300;

export function KnowledgeStep({ setup, onNext, isBusy }: StepProps) {
  const { types } = setup.knowledge;
  const [chosen, setChosen] = useState(types.filter((type) => type.chosen).map(({ name }) => name));
  const [exclude, setExclude] = useState(setup.knowledge.exclude);
  return (
    <>
      <p>{__('The agent answers from what is published on your site, and shows its sources. What is not published it never learns.', 'aiguy')}</p>
      <fieldset className="aiguy-setup-types">
        <legend>{__('Learn from', 'aiguy')}</legend>
        {types.map(({ name, label, count }) => (
          <CheckboxControl
            key={name}
            label={label}
            /* translators: %s: a number. */
            help={sprintf(_n('%s is published', '%s are published', count, 'aiguy'), count.toLocaleString())}
            checked={chosen.includes(name)}
            onChange={(isOn: boolean) => setChosen(isOn ? [...chosen, name] : chosen.filter((one) => one !== name))}
          />
        ))}
      </fieldset>
      <LeftOut exclude={exclude} onChange={setExclude} />
      <div className="aiguy-setup-buttons">
        <Button
          variant="primary"
          isBusy={isBusy}
          disabled={isBusy}
          accessibleWhenDisabled
          onClick={() => onNext({ knowledge: { types: chosen, exclude: exclude.map(({ id }) => id) } })}
        >
          {__('Save and continue', 'aiguy')}
        </Button>
      </div>
    </>
  );
}

function LeftOut({ exclude, onChange }: { exclude: Found[]; onChange: (exclude: Found[]) => void }) {
  const [words, setWords] = useState('');
  const found = useSearch(words);
  const offered = found.filter(({ id }) => !exclude.some((one) => one.id === id));
  const add = (id: string | null | undefined) => {
    const one = offered.find((candidate) => String(candidate.id) === id);
    if (one) onChange([...exclude, one]);
  };
  return (
    <>
      <ComboboxControl
        __next40pxDefaultSize
        label={__('Leave out', 'aiguy')}
        help={__('Search for pages that it should not answer from, such as last year’s terms.', 'aiguy')}
        value={null}
        options={offered.map(({ id, title }) => ({ value: String(id), label: title }))}
        onFilterValueChange={setWords}
        onChange={add}
      />
      {exclude.length > 0 ? (
        <ul className="aiguy-setup-excluded">
          {exclude.map(({ id, title }) => (
            <li key={id}>
              <span dir="auto">{title}</span>
              <Button
                variant="link"
                isDestructive
                /* translators: %s: title of a page. */
                aria-label={sprintf(__('Learn from «%s» again', 'aiguy'), title)}
                onClick={() => onChange(exclude.filter((one) => one.id !== id))}
              >
                {__('Remove', 'aiguy')}
              </Button>
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}

/** WordPress' own search; what can't be searched offers nothing. */
function useSearch(words: string): Found[] {
  const [found, setFound] = useState<Found[]>([]);
  useEffect(() => {
    const controller = new AbortController();
    const timer = setTimeout(() => {
      const path = `/wp/v2/search?per_page=20&_fields=id,title&search=${encodeURIComponent(words)}`;
      apiFetch<Found[]>({ path, signal: controller.signal })
        .then(setFound)
        .catch(() => undefined);
    }, searchPauseMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [words]);
  return found;
}
