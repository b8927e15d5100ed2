import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collect, compilePhp, compileScripts, problemsOf, writePo } from './catalogue.ts';
import { languages } from './generate.ts';
import { messagesOfBlock, messagesOfPhp, messagesOfScript } from './messages.ts';

const [german] = languages;
assert.ok(german);
const entriesOf = (...ids: string[]) => collect([{ file: 'a.php', messages: ids.map((id) => ({ id })) }]);

test('texts are found in PHP, in TypeScript and in a block.json, with plural, context and the note to translators', () => {
  const php = `<?php /* translators: %d: how many. */ echo esc_html( _n( '%d cat', '%d cats', $n, 'aiguy' ) ); echo \\esc_attr_x( 'Post', 'verb', 'aiguy' ); $this->__( 'no' );`;
  assert.deepEqual(messagesOfPhp(php, 'a.php'), [
    { id: '%d cat', plural: '%d cats' },
    { id: 'Post', context: 'verb' },
  ]);
  const tsx =
    "import './b.ts'; const a = again((__) => __('Again', 'aiguy')); const b = <p>{ /* translators: a name */ i18n._x(`It’s`, 'x', 'aiguy')}</p>; import('./c.ts');";
  assert.deepEqual(messagesOfScript(tsx, 'a.tsx'), {
    messages: [{ id: 'Again' }, { id: 'It’s', context: 'x', comment: 'translators: a name' }],
    imports: ['./b.ts', './c.ts'],
  });
  assert.deepEqual(messagesOfBlock('{"title":"Chat","keywords":["a"],"variations":[{"title":"V"}]}'), [
    { id: 'Chat', context: 'block title' },
    { id: 'a', context: 'block keyword' },
    { id: 'V', context: 'block variation title' },
  ]);
});

test('a text that can’t be translated is named with its place', () => {
  assert.throws(() => messagesOfPhp("<?php\n__( 'x' );", 'a.php'), { message: "a.php:2: __() needs the text domain 'aiguy' as argument 2." });
  assert.throws(() => messagesOfPhp("<?php __( $x, 'aiguy' );", 'a.php'), /a\.php:1: __\(\) needs its texts written out/);
  assert.throws(() => messagesOfScript("__('x', 'other')", 'a.ts'), /a\.ts:1: /);
});

test('translations outlive a text that goes and comes back; what lacks one, or lost a placeholder, is named in a line', () => {
  const first = writePo(entriesOf('One', 'Two %s'), '1', { ...german, current: '' });
  assert.deepEqual(problemsOf(first, 'de_DE'), ['de_DE: not translated: "One"', 'de_DE: not translated: "Two %s"']);
  const translated = first.replace('msgid "One"\nmsgstr ""', 'msgid "One"\nmsgstr "Eins"').replace('"Two %s"\nmsgstr ""', '"Two %s"\nmsgstr "Zwei"');
  assert.deepEqual(problemsOf(translated, 'de_DE'), ['de_DE: other placeholders than the text: "Two %s"']);
  const without = writePo(entriesOf('Two %s'), '1', { ...german, current: translated });
  assert.match(without, /#~ msgid "One"\n#~ msgstr "Eins"/);
  assert.doesNotMatch(compilePhp(without, german), /Eins/);
  const again = writePo(entriesOf('One', 'Two %s'), '1', { ...german, current: without });
  assert.equal(again, translated);
});

test('WordPress gets a file for PHP and one for each script, with what is translated', () => {
  const catalogue = writePo(entriesOf("It's", 'Open'), '1', { ...german, current: '' }).replace(
    'msgid "It\'s"\nmsgstr ""',
    'msgid "It\'s"\nmsgstr "Es ist\'s"',
  );
  assert.equal(
    compilePhp(catalogue, german),
    "<?php\nreturn ['domain'=>'aiguy','plural-forms'=>'nplurals=2; plural=(n != 1);','language'=>'de_DE','messages'=>[\n'It\\'s'=>'Es ist\\'s'\n]];\n",
  );
  const [script] = compileScripts(catalogue, german, [{ path: 'build/chat.js', messages: [{ id: "It's" }, { id: 'Open' }] }]);
  // WordPress looks for the md5 of the script's path.
  assert.equal(script?.name, 'aiguy-de_DE-bd242258c5cd93ab74f01ac929c26a17.json');
  const { locale_data } = JSON.parse(script?.text ?? '') as { locale_data: { messages: Record<string, string[]> } };
  assert.deepEqual(Object.keys(locale_data.messages), ['', "It's"]);
});
