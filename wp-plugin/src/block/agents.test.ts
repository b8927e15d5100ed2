import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BlockAgent, chosenOf, coloursOf, shownOf } from './agents.ts';
import { fromShortcode } from './attributes.ts';

const agentNamed = (id: string, rest: Partial<BlockAgent> = {}): BlockAgent => ({
  id,
  title: id,
  greeting: `Hi from ${id}`,
  placeholder: 'Write',
  questions: [],
  accent: '',
  onAccent: '',
  avatar: '',
  disclosure: '',
  position: 'inline',
  shortcode: 'floating',
  ...rest,
});
const main = agentNamed('main');
const sales = agentNamed('sales', { accent: '#ffee00', onAccent: '#000000', position: 'floating' });

test('a block without an agent has the default one; one whose agent is gone has it too, and says so', () => {
  assert.deepEqual(chosenOf([main, sales], ''), { agent: main, isGone: false });
  assert.deepEqual(chosenOf([main, sales], 'sales'), { agent: sales, isGone: false });
  assert.deepEqual(chosenOf([main, sales], 'gone'), { agent: main, isGone: true });
});

test('what the block says itself wins over its agent’s, also the place; what it leaves open is the agent’s', () => {
  const open = { ...fromShortcode({}), position: '' as const };
  assert.deepEqual(shownOf(open, sales), sales);
  const chosen = shownOf({ ...open, position: 'inline', title: 'Ask us' }, sales);
  assert.deepEqual([chosen.title, chosen.greeting, chosen.position], ['Ask us', 'Hi from sales', 'inline']);
});

test('the agent’s colour counts where the block has none', () => {
  assert.deepEqual(coloursOf(fromShortcode({}), sales), { '--aiguy-accent': '#ffee00', '--aiguy-on-accent': '#000000' });
  assert.deepEqual(coloursOf(fromShortcode({ accent: '#b00' }), sales), { '--aiguy-accent': '#b00' });
  assert.deepEqual(coloursOf(fromShortcode({}), main), {});
});
