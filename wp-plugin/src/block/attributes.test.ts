import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromShortcode, propertiesOf, themeOf } from './attributes.ts';

test('a shortcode becomes the block that looks the same, without empty parts', () => {
  const plain = fromShortcode({ title: 'Ask us' });
  assert.deepEqual(plain, { position: 'floating', title: 'Ask us', greeting: '', placeholder: '', theme: 'auto', agent: '' });
  const coloured = fromShortcode({ position: 'inline', accent: '#b00', background: '#fee', height: '30em' });
  assert.deepEqual(coloured.style, {
    color: { background: '#fee' },
    elements: { button: { color: { background: '#b00' } } },
    dimensions: { minHeight: '30em' },
  });
  assert.deepEqual(propertiesOf(coloured), { '--aiguy-accent': '#b00', '--aiguy-surface': '#fee', '--aiguy-height': '30em' });
});

test('colours of the theme are named by its custom properties; an own surface is said to the chat', () => {
  const attributes = {
    ...fromShortcode({}),
    backgroundColor: 'base',
    style: { elements: { button: { color: { background: 'var:preset|color|accent-1' } } } },
  };
  assert.deepEqual(propertiesOf(attributes), {
    '--aiguy-accent': 'var(--wp--preset--color--accent-1)',
    '--aiguy-surface': 'var(--wp--preset--color--base)',
  });
  assert.deepEqual([themeOf(attributes), themeOf(fromShortcode({ theme: 'dark' }))], ['own', 'dark']);
});
