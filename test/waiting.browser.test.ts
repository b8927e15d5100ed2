/// <reference lib="dom" />
// What goes on beside an answer, in Chromium on a real WordPress page: messages that wait, steps begun again, tasks. The orchestrator is played.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { newChat, type PlayedSystem, picture, playShop, startPlayedSystem } from './played-system.ts';

let system: PlayedSystem;

before(async () => {
  system = await startPlayedSystem();
});
after(async () => await system?.stop());
beforeEach(() => playShop(system.played));

test('a message sent during an answer waits visibly, and the answer before it loses nothing', async (t) => {
  const { chat, page, session } = await newChat(t, system);
  const held: (() => void)[] = [];
  system.played.onMessage = (given, message) => {
    const id = `answer-to-${message}`;
    given.emit(
      { type: 'TEXT_MESSAGE_START', messageId: id, role: 'assistant' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: id, delta: `Begin ${message}.` },
    );
    held.push(() => {
      given.emit({ type: 'TEXT_MESSAGE_CONTENT', messageId: id, delta: ` End ${message}.` }, { type: 'TEXT_MESSAGE_END', messageId: id });
      given.finish();
    });
  };
  await chat.open();
  await chat.ask('one');
  await chat.says(/Begin one/);
  await chat.ask('two');
  await chat.says('Waiting for the answer before it');
  await picture(page, 'waiting');
  held.shift()?.();
  await chat.says(/Begin one\. End one\./);
  await chat.says(/Begin two/);
  held.shift()?.();
  await chat.says(/Begin two\. End two\./);
  await chat.rests();
  const order = await chat.log.getByRole('article').allTextContents();
  assert.deepEqual(
    order.map((text) => /one|two/.exec(text)?.[0]),
    ['one', 'one', 'two', 'two'],
  );
  assert.equal(session().log.filter(({ type }) => type === 'RUN_STARTED').length, 2);
});

test('a step that is begun again takes its text from the page before it writes it anew', async (t) => {
  const { chat, page, session } = await newChat(t, system);
  system.played.onMessage = (given) => {
    given.emit(
      { type: 'TEXT_MESSAGE_START', messageId: 'half', role: 'assistant' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'half', delta: 'Half of an ans' },
    );
  };
  await chat.open();
  await chat.ask('Tell me');
  await chat.says('Half of an ans');
  session().custom('step_reset', { messageIds: ['half'], toolCallIds: [], resultIds: [] });
  await page.getByText('Half of an ans').waitFor({ state: 'detached' });
  session().say('The whole answer.', 'whole');
  session().finish();
  await chat.says('The whole answer.');
  assert.equal(await chat.log.getByRole('article').count(), 2);
});

test('a task shows how far it is, and its result comes by itself', async (t) => {
  const { chat, page, session } = await newChat(t, system);
  system.played.onMessage = (given) => {
    given.custom('task', { taskId: 'k1', title: 'Opening your ticket', state: 'running', progress: 0.4 });
    given.say('I am on it.');
    given.finish();
  };
  await chat.open();
  await chat.ask('Open a ticket');
  await chat.says('I am on it.');
  await chat.rests();
  await page.getByRole('progressbar', { name: 'Opening your ticket' }).waitFor();
  await picture(page, 'task');
  session().start();
  session().custom('task', { taskId: 'k1', title: 'Opening your ticket', state: 'done', message: 'Ticket 4711 is open.' });
  session().say('Your ticket has the number 4711.');
  session().finish();
  await chat.says('Your ticket has the number 4711.');
  await chat.says('Ticket 4711 is open.');
});

test('that the day’s limit is reached stands in one line, however often it is met', async (t) => {
  const { chat, page } = await newChat(t, system);
  system.played.onMessage = (given, message) => {
    given.custom('degraded', { reason: 'site_cost', action: 'knowledge', until: '2026-11-22T00:00:00Z' });
    given.say(`An article says it of ${message}.`);
    given.finish();
  };
  await chat.open();
  for (const message of ['tents', 'stoves']) {
    await chat.ask(message);
    await chat.says(`An article says it of ${message}.`);
    await chat.rests();
  }
  assert.equal(await chat.log.getByText('Today’s limit is reached: until tomorrow, answers come straight from our articles.').count(), 1);
  await picture(page, 'at-cap');
  system.played.onMessage = (given) => {
    given.custom('degraded', { reason: 'site_cost_month', action: 'closed', until: '2026-12-01T00:00:00Z' });
    given.say('This chat is closed for this month.');
    given.finish();
  };
  await chat.ask('lamps');
  await chat.log.getByText('This month’s limit is reached.').waitFor();
  assert.equal(await chat.log.getByText('Today’s limit is reached', { exact: false }).count(), 0, 'the month’s takes its place');
});
