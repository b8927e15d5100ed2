// The catalogues of a language: texts merged into what is translated already, and compiled to what WordPress reads.
import { createHash } from 'node:crypto';
import { type GetTextComment, type GetTextTranslation, type GetTextTranslations, po } from 'gettext-parser';
import { type Message, textDomain } from './messages.ts';
import type { Script, Source } from './sources.ts';

export type Language = { locale: string; pluralForms: string; lang: string };
/** A text with everything that was said about it anywhere. */
type Entry = Message & { files: string[] };

const separator = '\u0004';
const keyOf = (message: Message) => (message.context === undefined ? message.id : message.context + separator + message.id);

export function collect(sources: Source[]): Entry[] {
  const entries = new Map<string, Entry>();
  const said = sources.flatMap(({ file, messages }) => messages.map((message) => ({ file, message })));
  for (const { file, message } of said) {
    const known = entries.get(keyOf(message));
    // What one place says of it (a plural, a note to translators) holds for all.
    entries.set(keyOf(message), { ...message, ...known, files: [...new Set([...(known?.files ?? []), file])] });
  }
  return [...entries.values()];
}

/** The template, or with a language its catalogue: translations of before are kept, those of texts that are gone as obsolete ones. */
export function writePo(entries: Entry[], version: string, language?: Language & { current: string }): string {
  const before = language ? allOf(parsePo(language.current)) : new Map<string, GetTextTranslation>();
  const translations: GetTextTranslations['translations'] = {};
  for (const entry of entries) {
    const { id, plural, context = '' } = entry;
    translations[context] ??= {};
    translations[context][id] = {
      msgid: id,
      ...(context === '' ? {} : { msgctxt: context }),
      ...(plural === undefined ? {} : { msgid_plural: plural }),
      msgstr: before.get(keyOf(entry))?.msgstr ?? (plural === undefined ? [''] : ['', '']),
      comments: commentsOf(entry),
    };
  }
  const used = new Set(entries.map(keyOf));
  const gone = [...before].filter(([key, { msgstr }]) => !used.has(key) && msgstr.every((text) => text !== ''));
  const obsolete: GetTextTranslations['translations'] = {};
  for (const [, { comments: _comments, ...entry }] of gone) {
    const context = entry.msgctxt ?? '';
    obsolete[context] = { ...obsolete[context], [entry.msgid]: { ...entry, obsolete: true } };
  }
  const headers = {
    'Project-Id-Version': `AIGuy ${version}`,
    'MIME-Version': '1.0',
    'Content-Type': 'text/plain; charset=UTF-8',
    'Content-Transfer-Encoding': '8bit',
    ...(language ? { Language: language.locale, 'Plural-Forms': language.pluralForms } : {}),
    'X-Domain': textDomain,
  };
  return `${po.compile({ charset: 'utf-8', headers, translations, obsolete }, { foldLength: 0 }).toString('utf8').trimEnd()}\n`;
}

function commentsOf({ files, comment }: Entry): GetTextComment {
  return { reference: files.join('\n'), ...(comment ? { extracted: comment } : {}) };
}

/** @returns one line for each text that is missing or has lost a placeholder */
export function problemsOf(catalogue: string, locale: string): string[] {
  return translationsOf(catalogue).flatMap(({ msgid, msgid_plural, msgstr }) => {
    const shown = JSON.stringify(msgid);
    if (msgstr.some((text) => text === '')) return [`${locale}: not translated: ${shown}`];
    const wrong = msgstr.find((text) => ![msgid, msgid_plural ?? msgid].some((source) => placeholders(source) === placeholders(text)));
    return wrong === undefined ? [] : [`${locale}: other placeholders than the text: ${shown}`];
  });
}

const placeholders = (text: string) => (text.replaceAll('%%', '').match(/%(?:\d+\$)?[sdf]/g) ?? []).sort().join();

/** The form that WordPress reads fastest, since 6.5. */
export function compilePhp(catalogue: string, language: Language): string {
  const messages = translated(catalogue).map((entry) => `${phpText(keyOfPo(entry))}=>${phpText(entry.msgstr.join('\0'))}`);
  const head = { domain: textDomain, 'plural-forms': language.pluralForms, language: language.locale };
  const lines = Object.entries(head).map(([name, value]) => `${phpText(name)}=>${phpText(value)}`);
  return `<?php\nreturn [${lines.join(',')},'messages'=>[\n${messages.join(',\n')}\n]];\n`;
}

/** @returns file name and text of each script's own file, as WordPress looks for it */
export function compileScripts(catalogue: string, language: Language, scripts: Script[]): { name: string; text: string }[] {
  const known = new Map(translated(catalogue).map((entry) => [keyOfPo(entry), entry.msgstr]));
  return scripts.map(({ path, messages }) => {
    const texts = [...new Set(messages.map(keyOf))].sort().flatMap((key) => (known.has(key) ? [[key, known.get(key)] as const] : []));
    const head = { domain: 'messages', lang: language.lang, 'plural-forms': language.pluralForms };
    const json = { domain: 'messages', source: path, locale_data: { messages: { '': head, ...Object.fromEntries(texts) } } };
    const digest = createHash('md5').update(path).digest('hex');
    return { name: `${textDomain}-${language.locale}-${digest}.json`, text: `${JSON.stringify(json)}\n` };
  });
}

const parsePo = (text: string): GetTextTranslations => po.parse(Buffer.from(text), { defaultCharset: 'utf-8' });
/** Obsolete ones too: a text that comes back finds its translation. */
function allOf({ translations, obsolete = {} }: GetTextTranslations): Map<string, GetTextTranslation> {
  const entries = [obsolete, translations].flatMap((table) => Object.values(table).flatMap((texts) => Object.values(texts)));
  return new Map(entries.filter(({ msgid }) => msgid !== '').map((entry) => [keyOfPo(entry), entry]));
}
const translationsOf = (catalogue: string): GetTextTranslation[] =>
  Object.values(parsePo(catalogue).translations).flatMap((entries) => Object.values(entries).filter(({ msgid }) => msgid !== ''));
const translated = (catalogue: string) => translationsOf(catalogue).filter(({ msgstr }) => msgstr.every((text) => text !== ''));
const keyOfPo = ({ msgctxt, msgid }: GetTextTranslation) => (msgctxt ? msgctxt + separator + msgid : msgid);

function phpText(text: string): string {
  const quoted = text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return `'${quoted.replaceAll('\0', `' . "\\0" . '`)}'`;
}
