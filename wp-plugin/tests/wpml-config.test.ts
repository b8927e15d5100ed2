// Which of the owner's words wpml-config.xml offers to translation plugins: those that an agent calls his own, and no others.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

test('what the owner writes for an agent, and in a block, is offered for translation under the names of the option and the block', () => {
  const config = read('wpml-config.xml');
  const [agents = '', blocks = ''] = config.split('</admin-texts>');
  const namesIn = (text: string) => [...text.matchAll(/name="([^"]+)"/g)].map(([, name = '']) => name);
  assert.deepEqual(namesIn(agents), [
    'aiguy_agents',
    'agents',
    '*',
    'name',
    'greeting',
    'suggested_questions',
    '*',
    'disclosure',
    'text',
    'consent',
    'text',
  ]);
  const own = read('includes/Settings/Agent.php').split('function own_texts')[1]?.split('function own(')[0] ?? '';
  for (const name of ['name', 'greeting', 'suggested_questions', 'disclosure', 'consent']) assert.ok(own.includes(`$this->${name}`), name);
  const { attributes } = JSON.parse(read('src/block/block.json')) as { attributes: object };
  const ofBlock = namesIn(blocks);
  assert.deepEqual(ofBlock.length, 3);
  for (const name of ofBlock) assert.ok(name in attributes, name);
  for (const element of ['wpml-config', 'admin-texts', 'gutenberg-blocks', 'shortcodes'])
    assert.deepEqual([config.split(`<${element}>`).length, config.split(`</${element}>`).length], [2, 2], element);
});
