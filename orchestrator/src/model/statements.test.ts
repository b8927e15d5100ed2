import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statementsOf } from './statements.ts';

test('sentences and list items stand alone, word for word, marks kept apart and introductions known', () => {
  assert.deepEqual(
    statementsOf('We ship in 2.5 days. Free over $50!\n\nFollow these steps:\n1. Open the app.\n2. Tap «Track». Wait.\n- or call us'),
    [
      { text: 'We ship in 2.5 days.', mark: '', introduces: false },
      { text: 'Free over $50!', mark: '', introduces: false },
      { text: 'Follow these steps:', mark: '', introduces: true },
      { text: 'Open the app.', mark: '1.', introduces: false },
      { text: 'Tap «Track». Wait.', mark: '2.', introduces: false },
      { text: 'or call us', mark: '-', introduces: false },
    ],
  );
});

test('a text without words has no statement', () => {
  assert.deepEqual(statementsOf(' \n\n'), []);
});
