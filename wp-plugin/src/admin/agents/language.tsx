// The language of answers where the visitor's own can't be told, by its name.
import { SelectControl } from '@wordpress/components';
import { __, sprintf } from '@wordpress/i18n';

/** Those of WordPress' own translations; it knows their names only by asking wordpress.org, the browser knows them by itself. */
const codes =
  'af am ar az be bg bn bs ca cs cy da de de-AT de-CH el en en-GB en-US eo es es-MX et eu fa fi fr fr-BE fr-CA fy ga gd gl gu he hi hr hu hy id is it ja ka kk km kn ko ku lo lt lv mk ml mn mr ms my nb ne nl nl-BE nn pa pl ps pt pt-BR ro ru si sk sl sq sr sv sw ta te th tl tr ug uk ur uz vi zh-CN zh-HK zh-TW'.split(
    ' ',
  );

type Props = { chosen: string; ofSite: string; onChange: (language: string) => void };

export function Language({ chosen, ofSite, onChange }: Props) {
  const { locale } = window.aiguyAdmin;
  const names = new Intl.DisplayNames([locale], { type: 'language' });
  const known = chosen === '' || codes.includes(chosen) ? codes : [...codes, chosen];
  const named = known
    .map((code) => ({ value: code, label: names.of(code) ?? code }))
    .sort((one, other) => one.label.localeCompare(other.label, locale));
  return (
    <SelectControl
      __next40pxDefaultSize
      label={__('Language', 'aiguy')}
      help={__('It answers in the visitor’s language; where that can’t be told, in this one.', 'aiguy')}
      value={chosen}
      options={[
        /* translators: %s: name of a language. */
        { value: '', label: sprintf(__('The site’s language (%s)', 'aiguy'), nameOf(ofSite, names)) },
        ...named,
      ]}
      onChange={onChange}
    />
  );
}

/** WordPress' names of languages are not always ones that browsers know, such as de-DE-formal. */
function nameOf(code: string, names: Intl.DisplayNames): string {
  try {
    return names.of(code.split('-').slice(0, 2).join('-')) ?? code;
  } catch {
    return code;
  }
}
