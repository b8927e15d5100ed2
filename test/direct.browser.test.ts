/// <reference lib="dom" />
// Straight from Chromium to the orchestrator, which is played, where the site allows it; and through the site where the network does not.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { ChatOnPage } from './browser.ts';
import { go, newChat, no, type PlayedSystem, playShop, startPlayedSystem } from './played-system.ts';

let system: PlayedSystem;

before(async () => {
  system = await startPlayedSystem();
  const { url } = system.played;
  system.site.evaluate(
    `update_option('aiguy_settings', array('orchestrator_url' => '${url}', 'transport' => 'direct', 'public_orchestrator_url' => '${url}'));`,
  );
});
after(async () => await system?.stop());
beforeEach(() => {
  playShop(system.played);
  system.played.direct = [];
  system.played.lets = { requests: true, sockets: true };
});

test('over one WebSocket: a question, a card that another tab decides, and a reload', async (t) => {
  const { chat, page } = await newChat(t, system);
  const relayed: string[] = [];
  page.on('request', (request) => /aiguy\/v1\/chat/.test(request.url()) && relayed.push(request.url()));
  await chat.open();
  await chat.ask('Hello');
  await chat.says('You said: Hello');
  await chat.rests();
  await chat.ask('Please cancel my order');
  await go(page).waitFor();
  const other = await page.context().newPage();
  await other.goto(page.url());
  const otherChat = new ChatOnPage(other);
  await otherChat.open();
  await no(other).click();
  await otherChat.says('You said no');
  await chat.says('You said no');
  assert.deepEqual(relayed, []);
  assert.equal(system.played.direct.filter((came) => came === 'socket').length, 2);
  await page.reload();
  await chat.says('You said no');
  assert.equal(await chat.log.getByText('You said: Hello').count(), 1);
  assert.equal(await page.evaluate(() => sessionStorage.getItem('aiguy:way')), 'socket');
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  assert.ok(!stored.includes('eyJ'), stored);
});

test('where no WebSocket gets through, the stream is read directly', async (t) => {
  system.played.lets.sockets = false;
  const { chat, page } = await newChat(t, system);
  await chat.open();
  await chat.ask('Hello');
  await chat.says('You said: Hello');
  await chat.rests();
  assert.ok(system.played.direct.includes('POST /chat') && !system.played.direct.includes('socket'));
  assert.equal(await page.evaluate(() => sessionStorage.getItem('aiguy:way')), 'direct');
});

test('where the orchestrator lets no other origin in, the chat goes through the site by itself', async (t) => {
  system.played.lets = { requests: false, sockets: false };
  const { chat, page } = await newChat(t, system);
  await chat.open();
  await chat.ask('Hello');
  await chat.says('You said: Hello');
  await chat.rests();
  assert.equal(await page.evaluate(() => sessionStorage.getItem('aiguy:way')), 'relay');
  assert.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0);
});
