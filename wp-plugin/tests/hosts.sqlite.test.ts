// The smallest site: PHP's own server with SQLite, many visitors at once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { type PlayedOrchestrator, playOrchestrator } from '../../test/doubles/orchestrator.ts';
import { startChat } from './chat-client.ts';
import { Browser, chatPageOf, playScenario } from './host-scenario.ts';
import { startSite } from './site.ts';

let played: PlayedOrchestrator;
let site: NativeWordPress;

before(async () => {
  played = await playOrchestrator();
  site = await startSite(played.url, [], { database: 'sqlite' });
});
after(async () => {
  await site?.stop();
  played?.stop();
});

test('with SQLite behind PHP’s own server an answer streams through both doors, a file is whole, and errors are ours', async () => {
  assert.equal(site.evaluate('echo DB_ENGINE;'), 'sqlite');
  const browser = await Browser.visit(chatPageOf(site.url));
  for (const base of [browser.options.rest, browser.options.door]) {
    browser.base = base;
    await playScenario(played, browser);
  }
});

test('twelve visitors at once are each answered once', async () => {
  let runs = 0;
  played.onMessage = (session) => {
    runs += 1;
    session.say('Here you are.');
    session.finish();
  };
  const { html } = await Browser.visit(chatPageOf(site.url));
  const chats = Array.from({ length: 12 }, () => startChat(new Browser(chatPageOf(site.url), html)));
  await Promise.all(chats.map(async ({ transport }, at) => await transport.send('Hi', `message-${String(at).padStart(4, '0')}`)));
  assert.equal(runs, 12);
  for (const { events } of chats) assert.equal(events.at(-1)?.event?.type, 'RUN_FINISHED');
});
