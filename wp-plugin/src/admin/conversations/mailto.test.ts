import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mailtoOf } from './mailto.ts';

test('an address that a stranger typed is one recipient, with this subject, and nothing else', () => {
  assert.equal(mailtoOf('mia+shop@example.com', '[T-7K3M9Q] A & B?'), 'mailto:mia%2Bshop@example.com?subject=%5BT-7K3M9Q%5D%20A%20%26%20B%3F');
  assert.equal(mailtoOf('mia?bcc=all@example.com', 's'), 'mailto:mia%3Fbcc%3Dall@example.com?subject=s');
  assert.equal(mailtoOf('mia@example.com', 'a\r\nBcc: all@example.com'), 'mailto:mia@example.com?subject=a%20Bcc%3A%20all%40example.com');
  for (const address of [
    '',
    'mia',
    'a@b@c.example',
    'a@b.example,c@d.example',
    'a b@c.example',
    '<a@b.example>',
    'a\u202e@b.example',
    '\ud800@b.example',
  ])
    assert.equal(mailtoOf(address, 's'), undefined, address);
});

test('a long subject is cut between characters', () => {
  const subject = new URL(mailtoOf('mia@example.com', '🙂'.repeat(200)) ?? '').searchParams.get('subject');
  assert.equal(subject, '🙂'.repeat(120));
});
