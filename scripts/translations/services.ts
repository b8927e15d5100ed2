// What the services say to visitors, found where it is written, and whether ../../manifests/languages says it in every language.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import table from '../../manifests/protocol/errors.json' with { type: 'json' };
import { loadManifests, type ToolManifest } from '../../manifests/src/load.ts';
import { placeholders } from '../../manifests/src/word-patterns.ts';
import { projectRoot } from '../data-directory.ts';
import { saidIn } from './said-in.ts';

/** text: with {} for each value. */
export type Said = { text: string; place: string };

/** Every sentence of these files is for visitors. */
const spokenIn = [
  'orchestrator/src/http/receipt-page.ts',
  'orchestrator/src/model/offline/{describe-result,failure-answer,guide-walk,offline,order-answer,repeated-answer}.ts',
  'orchestrator/src/turn/{ask-visitor,at-cap,carry-out,reconcile-effects,release-answer,reopen-card,say-done,steps}.ts',
  'tools-api/src/backends/guests/code-mail.ts',
  'tools-api/src/tasks/{deliver-ticket,run-task,visit-page}.ts',
  'tools-api/src/tools/**/*.ts',
];
/** An invoice and a report are documents, not the chat's words. */
const isNotSaid = (file: string) =>
  /\.(test|fixture)\.ts$|tools\/get_invoice_pdf\/(?!handler)|render-report\.ts$|tools\/(handler|index)\.ts$/.test(file);

/** Sentences that code puts together of words, such as a list of ways to pay, and names that it makes of fields. */
const composed = [
  '{first:told} and {second:told}',
  '{first:told} or {second:told}',
  '{first:told} / {second:told}',
  '{first:told}; {second:told}',
  '{amount:money} to {method:told}',
  '{place:told}.',
  'Taken back: {change:told}',
  'Your report of {count:n} orders {period:told} is ready.',
  'Your report of 1 order {period:told} is ready.',
  '1 order',
  '{product}, {price:money}',
  '{product}, {price:money}.',
  '{product}, {price:money}: {stock:told}',
  '{product}, {price:money}: {stock:told}.',
  '{weekday:weekday} {day} {month:month} at {time} {zone:zone}',
  'in stock: {values:told}',
  'yes',
  'no',
  'closed',
  'resolved',
  'Continue',
  'Language',
  'Likes',
  'Send',
  ...['button', 'choice', 'field', 'link'].map((kind) => `the ${kind} «{name}»`),
  ...['Buttons', 'Fields', 'Links'].flatMap((controls) => [`${controls}: {names}.`, `${controls}: {names} and more.`]),
  ...['address1', 'city', 'clothing size', 'language', 'likes', 'reason', 'reference', 'shoe size', 'state', 'zip'],
];
/** Texts of those files that no visitor reads. */
const notSaid = new Set([
  "default-src 'none'; style-src 'sha256-{}'",
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'About order {}, as the visitor wrote it.',
  'Handed over by the chat: {}.',
  'Queue: {}.',
  'Your report of {} {} is ready.',
  'and {} more',
  'and more',
  'chain good',
  'chain open',
  'failed with',
  'no error',
  'nothing here runs tasks of this tool',
  'task',
  'the {} «{}»',
  'tool',
  'united states',
  'united states of america',
  'verdict bad',
  'verdict good',
]);

/** Codes of the table with which a run ends, or which a form gives as its reason; the chat says all others by itself. */
const toldCodes = /^(model_|run_|budget_exhausted$|code_wrong$|proof_failed$)/;

export function saidByServices(root: string = projectRoot): Said[] {
  const tools = [...loadManifests(join(root, 'manifests/tools/')).values()].flatMap(({ manifest }) =>
    saidByTool(manifest).map((text) => ({ text, place: `manifests/tools/${manifest.name}.json` })),
  );
  const errors = Object.entries(table.errors).flatMap(([code, { text }]) =>
    toldCodes.test(code) ? [{ text, place: 'manifests/protocol/errors.json' }] : [],
  );
  const sources = globSync(spokenIn, { cwd: root, exclude: isNotSaid })
    .filter((file) => !isNotSaid(file))
    .toSorted()
    .flatMap((file) => saidIn(readFileSync(join(root, file), 'utf8'), file))
    .filter(({ text }) => !notSaid.has(text));
  return [...tools, ...errors, ...sources, ...composed.map((text) => ({ text, place: 'scripts/translations/services.ts' }))];
}

function saidByTool({ effect, title, ask, form, confirmation, task, answer, next = [], input, output }: ToolManifest): string[] {
  const fields = Object.values(form?.schema.properties ?? {}).flatMap((field) => [field.title, field.description, ...(field.enum ?? [])]);
  const asked = ask ? [ask.title, ...Object.values(ask.fields)] : [];
  const texts = [
    title,
    ...asked,
    form?.title,
    ...fields,
    confirmation?.title,
    confirmation?.action,
    task?.title,
    ...next.flatMap(({ label, message }) => [label, message]),
  ];
  const said = answer !== undefined && answer.replace(placeholders, '').trim() !== '' ? [answer] : [];
  const results = effect === 'write' ? Object.keys((output as Schema).properties ?? {}).map(capitalised) : [];
  return [...texts.filter((text) => text !== undefined), ...said, ...choicesIn(input), ...statesIn(answer ?? '', output), ...results];
}

type Schema = { properties?: Record<string, { enum?: string[]; const?: string }> };

/** Choices that cards of tickets show, as open-ticket.ts writes them. */
function choicesIn(input: object): string[] {
  const { properties = {} } = input as Schema;
  return ['category', 'priority', 'queue'].flatMap((name) => properties[name]?.enum ?? []).map(capitalised);
}

/** tool_failure is «Tool failure», as cards and the page of receipts write it. */
function capitalised(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('_', ' ')}`;
}

/** States that an answer names. */
function statesIn(answer: string, output: object): string[] {
  const { properties = {} } = output as Schema;
  return [...answer.matchAll(placeholders)].flatMap(([, name = '']) => {
    const field = properties[name];
    return [...(field?.enum ?? []), ...(field?.const === undefined ? [] : [field.const])].map((state) => state.replaceAll('_', ' '));
  });
}

export type Translations = Record<string, Record<string, string>>;

export function readTranslations(root: string = projectRoot): Translations {
  const files = globSync('*.json', { cwd: join(root, 'manifests/languages') }).toSorted();
  return Object.fromEntries(
    files.map((file) => [
      file.replace('.json', ''),
      JSON.parse(readFileSync(join(root, 'manifests/languages', file), 'utf8')) as Record<string, string>,
    ]),
  );
}

/** @returns a line for each text that lacks a translation, for each translation that lost a placeholder, and for each that nobody says any more */
export function problemsOfServices(said: readonly Said[], translations: Translations): string[] {
  const wanted = new Map(said.toReversed().map(({ text, place }) => [withoutNames(text), { text, place }]));
  return Object.entries(translations).flatMap(([language, texts]) => {
    const known = new Set(Object.keys(texts).map(withoutNames));
    return [
      ...[...wanted].flatMap(([key, { text, place }]) => (known.has(key) ? [] : [`${language}: not translated: "${text}" (${place})`])),
      ...Object.entries(texts).flatMap(([text, translated]) =>
        problemsOfText(language, { text, translated, isSaid: wanted.has(withoutNames(text)) }),
      ),
    ];
  });
}

function problemsOfText(language: string, { text, translated, isSaid }: { text: string; translated: string; isSaid: boolean }): string[] {
  const namesIn = (one: string) =>
    [...one.matchAll(placeholders)]
      .map(([, name]) => name)
      .toSorted()
      .join();
  return [
    ...(isSaid ? [] : [`${language}: said nowhere any more: "${text}"`]),
    ...(namesIn(text) === namesIn(translated) ? [] : [`${language}: other placeholders than the text: "${text}"`]),
    ...(translated.trim() === '' ? [`${language}: empty: "${text}"`] : []),
  ];
}

/** Every value is {}; those at the ends are left away, as they may be sentences of their own. */
export function withoutNames(text: string): string {
  const bare = text.replace(placeholders, '{}');
  const inner = bare.replace(/^(?:\{\}\s+)+|(?:\s+\{\})+$/g, '');
  return /\p{L}/u.test(inner) ? inner : bare;
}
