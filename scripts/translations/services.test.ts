import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeholders } from '../../manifests/src/word-patterns.ts';
import { saidIn } from './said-in.ts';
import { problemsOfServices, readTranslations, saidByServices } from './services.ts';

const said = saidByServices();
const translations = readTranslations();

test('everything that manifests and services say to visitors is translated to German and French, and nothing is left over', () => {
  assert.deepEqual(Object.keys(translations), ['de', 'fr']);
  assert.ok(said.length > 300);
  assert.deepEqual(problemsOfServices(said, translations), []);
});

test('a new sentence, a lost placeholder and a translation of nothing are named in a line each', () => {
  const { de = {} } = translations;
  const changed = { ...de, 'Cancel the order': '', 'Cancel order {order}': 'Stornieren', 'Said by nobody.': 'Von niemandem gesagt.' };
  const more = [...said, { text: 'Making your report', place: 'manifests/tools/make_order_report.json' }];
  assert.deepEqual(problemsOfServices(more, { de: changed }).toSorted(), [
    'de: empty: "Cancel the order"',
    'de: not translated: "Making your report" (manifests/tools/make_order_report.json)',
    'de: other placeholders than the text: "Cancel order {order}"',
    'de: said nowhere any more: "Said by nobody."',
  ]);
});

test('sentences are found where a tool writes them: whole, in templates, as labels; errors and names are none', () => {
  const code = `
    import { x } from 'a b c';
    type Kind = 'not said';
    throw new Error('for developers');
    const facts = [{ label: 'Items', value: \`\${count} of \${all} left. Hurry up!\` }, { 'a name of': words.text('Hello') }];
    words.say('Order {order} is gone. Sorry.', { order });`;
  assert.deepEqual(
    saidIn(code, 'a.ts').map(({ text }) => text),
    ['Items', 'of {} left.', 'Hurry up!', 'Hello', 'Order {} is gone. Sorry.'],
  );
});

test('no text has more than three values that may be anything, so that none takes long to be told from another', () => {
  const free = (text: string) =>
    [...text.matchAll(placeholders)].filter(([, , kind = 'text']) => ['text', 'told', 'words', 'zone'].includes(kind)).length;
  assert.deepEqual(
    Object.keys(translations.de ?? {}).filter((text) => free(text) > 3),
    [],
  );
});
