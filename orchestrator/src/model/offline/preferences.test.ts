import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadManifests } from '@aiguy/manifests/load';
import { check } from '@aiguy/manifests/validate';
import { readPreferences } from './preferences.ts';

const tool = loadManifests().get('update_preferences');

for (const { message, input } of tool?.manifest.examples ?? []) {
  test(`reads what is to be remembered in: ${message}`, () => assert.deepEqual(readPreferences(message), input));
}

for (const [message, expected] of [
  ['my sneakers are 8.5 UK, note it', { shoe_size: '8.5 UK' }],
  ['remember size xl for shirts', { clothing_size: 'XL' }],
  ['I love linen, dark blue and oak. remember that please', { likes: ['linen', 'dark blue', 'oak'] }],
  ['please always write to me in French', { language: 'fr' }],
  ['forget my language', { language: null }],
  ['remember me', {}],
  ['forget me', {}],
  ['I am a size bigger than before', {}],
] as const) {
  test(`${JSON.stringify(expected)} in: ${message}`, () => {
    const read = readPreferences(message);
    assert.deepEqual(read, expected);
    assert.equal(Object.keys(read).length === 0 || (tool && check(tool.validateInput, read).ok), true);
  });
}
