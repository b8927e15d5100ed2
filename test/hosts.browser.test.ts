/// <reference lib="dom" />
// The chat in Chromium on nginx and php-fpm, as most sites have it, and where something keeps guests out of the REST API.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { newChat, type PlayedSystem, startPlayedSystem } from './played-system.ts';

let system: PlayedSystem;

before(async () => {
  system = await startPlayedSystem({ host: 'nginx' });
});
after(async () => await system?.stop());

/** Without what WordPress itself keeps about emoji. */
const storage = async (page: Page) =>
  await page.evaluate(() => {
    const { wpEmojiSettingsSupports: _, ...ours } = { ...localStorage, ...sessionStorage };
    return ours;
  });

/** Addresses of our routes that are asked from now on, without the site's own. */
function watchRequests(page: Page): string[] {
  const asked: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (/aiguy/.test(url) && !url.includes('/plugins/')) asked.push(url.replace(system.site.url, ''));
  });
  return asked;
}

test('behind nginx and php-fpm a guest sees the first half of an answer before the second is written', async (t) => {
  const { chat, page, session } = await newChat(t, system);
  system.played.onMessage = (given) =>
    given.emit(
      { type: 'TEXT_MESSAGE_START', messageId: 'a', role: 'assistant' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'a', delta: 'First half.' },
    );
  assert.deepEqual([await storage(page), await page.context().cookies()], [{}, []], 'nothing is stored before the chat is opened');
  await chat.open();
  await chat.ask('Hi');
  await chat.says('First half.');
  session().emit({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'a', delta: ' Second half.' }, { type: 'TEXT_MESSAGE_END', messageId: 'a' });
  session().finish();
  await chat.says('First half. Second half.');
  await chat.rests();
});

test('where the REST API shows guests a page that says no, the chat comes through the other door, also on the next page', async (t) => {
  const blocker = join(system.site.tree.content, 'mu-plugins', 'blocker.php');
  writeFileSync(blocker, "<?php if ( str_contains( $_SERVER['REQUEST_URI'], '/wp-json' ) ) { http_response_code( 403 ); exit( '<h1>No</h1>' ); }");
  t.after(() => rmSync(blocker));
  const { chat, page } = await newChat(t, system);
  const asked = watchRequests(page);
  system.played.onMessage = (given) => {
    given.say('Here you are.');
    given.finish();
  };
  await chat.open();
  await chat.ask('Hi');
  await chat.says('Here you are.');
  await chat.rests();
  const door = '/wp-admin/admin-ajax.php?action=aiguy&route=';
  assert.deepEqual(asked.slice(0, 2), ['/wp-json/aiguy/v1/session', `${door}session`]);
  assert.ok(
    asked.slice(1).every((url) => url.startsWith(door)),
    asked.join(' '),
  );
  asked.length = 0;
  await page.reload();
  await chat.says('Here you are.');
  assert.ok(asked.length > 0 && asked.every((url) => url.startsWith(door)), asked.join(' '));
});
