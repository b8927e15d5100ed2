import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AGUIEvent } from '@ag-ui/core';
import { AnswerWriter, type Passage } from './release-answer.ts';

const returns: Passage = { id: 'returns#0', title: 'Return an item', heading: '', url: 'https://shop.example/help/returns/' };
const refunds: Passage = { id: 'refunds#1', title: 'Refunds', heading: 'How long', url: 'https://shop.example/help/refunds/#how-long' };

function write(work: (writer: AnswerWriter) => void) {
  const events: AGUIEvent[] = [];
  const passages = new Map([returns, refunds].map((passage) => [passage.id, passage]));
  const writer = new AnswerWriter({ emit: (event) => events.push(event), messageId: 'm1', passages });
  work(writer);
  writer.end();
  const text = events.flatMap((event) => (event.type === 'TEXT_MESSAGE_CONTENT' ? [event.delta] : [])).join('');
  return { events, text, types: events.map((event) => event.type) };
}

test('a message without text emits nothing', () => {
  assert.deepEqual(write((writer) => writer.text('  \n')).types, []);
});

test('sources are numbered in the order of their first use and keep their number', () => {
  const { text, events } = write((writer) => {
    writer.text('Thirty days.');
    writer.cite('returns#0', 'You have 30 days.');
    writer.text(' Five days.');
    writer.cite('refunds#1', 'Refunds take five days.');
    writer.text(' Really thirty.');
    writer.cite('returns#0', 'You have 30 days.');
  });
  assert.equal(text, 'Thirty days. [1] Five days. [2] Really thirty. [1]');
  assert.equal(events.filter((event) => event.type === 'CUSTOM').length, 2);
});

test('the list of citations is sent before the text that carries the marker', () => {
  const { types } = write((writer) => {
    writer.text('Thirty days.');
    writer.cite('returns#0', 'quote');
  });
  assert.deepEqual(types, ['TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'CUSTOM', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END']);
});

test('a marker stands before the line break that follows its sentence', () => {
  const { text } = write((writer) => {
    writer.text('- Thirty days.\n');
    writer.cite('returns#0', 'quote');
    writer.text('- Next item.');
  });
  assert.equal(text, '- Thirty days. [1]\n- Next item.');
});

test('a passage that was not retrieved is never cited', () => {
  const { text, types } = write((writer) => {
    writer.text('Made up.');
    writer.cite('nowhere#9', 'quote');
  });
  assert.equal(text, 'Made up.');
  assert.ok(!types.includes('CUSTOM' as AGUIEvent['type']));
});
