// Keeps wp-plugin/languages true: the template, a catalogue a language, and what WordPress reads of it.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../data-directory.ts';
import { collect, compilePhp, compileScripts, type Language, problemsOf, writePo } from './catalogue.ts';
import { textDomain } from './messages.ts';
import { readTexts } from './sources.ts';

export const languages: Language[] = [
  { locale: 'de_DE', lang: 'de', pluralForms: 'nplurals=2; plural=(n != 1);' },
  { locale: 'fr_FR', lang: 'fr', pluralForms: 'nplurals=2; plural=(n > 1);' },
];

/** stale: paths that had to be written (or, with check, would have to be); problems: one line each. */
export type TranslationReport = { stale: string[]; problems: string[] };

/** @throws Error naming file and line, where a text of the source can't be translated */
export function generateTranslations({ check }: { check: boolean }): TranslationReport {
  const plugin = join(projectRoot, 'wp-plugin');
  const folder = join(plugin, 'languages');
  mkdirSync(folder, { recursive: true });
  const current = (name: string) => (readdirSync(folder).includes(name) ? readFileSync(join(folder, name), 'utf8') : '');
  const { sources, scripts } = readTexts(plugin);
  const entries = collect(sources);
  const version = /^ \* Version:\s+(\S+)/m.exec(readFileSync(join(plugin, 'aiguy.php'), 'utf8'))?.[1] ?? '';
  const wanted = new Map([[`${textDomain}.pot`, writePo(entries, version)]]);
  const problems: string[] = [];
  for (const language of languages) {
    const name = `${textDomain}-${language.locale}`;
    const catalogue = writePo(entries, version, { ...language, current: current(`${name}.po`) });
    wanted.set(`${name}.po`, catalogue).set(`${name}.l10n.php`, compilePhp(catalogue, language));
    for (const file of compileScripts(catalogue, language, scripts)) wanted.set(file.name, file.text);
    problems.push(...problemsOf(catalogue, language.locale));
  }
  const changed = [...wanted].filter(([name, text]) => current(name) !== text);
  const gone = readdirSync(folder).filter((name) => !wanted.has(name));
  if (!check) {
    for (const [name, text] of changed) writeFileSync(join(folder, name), text);
    for (const name of gone) rmSync(join(folder, name));
  }
  return { stale: [...changed.map(([name]) => name), ...gone].map((name) => `wp-plugin/languages/${name}`), problems };
}
