// The same chat on the servers that sites have: each streams, each says the same errors, and where nothing streams the chat polls by itself.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { send } from '../../scripts/wordpress/http.ts';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { type PlayedOrchestrator, type PlayedSession, playOrchestrator } from '../../test/doubles/orchestrator.ts';
import { openChat } from './chat-client.ts';
import { Browser, chatPageOf, playScenario } from './host-scenario.ts';
import { startSite } from './site.ts';

let played: PlayedOrchestrator;
let site: NativeWordPress;

before(async () => {
  played = await playOrchestrator();
  site = await startSite(played.url);
  // As other plugins do it: output is collected to be made smaller, and a PHP session is begun.
  const session = "if ( str_contains( $_SERVER['REQUEST_URI'], 'aiguy' ) ) { session_save_path( WP_TEMP_DIR ); session_start(); }";
  addPlugin('others', `add_action( 'init', static function () { ${session} ob_start( 'trim' ); ob_start(); }, 1 );`);
});
after(async () => {
  await site?.stop();
  played?.stop();
});

function addPlugin(name: string, code: string): void {
  writeFileSync(join(site.tree.content, 'mu-plugins', `${name}.php`), `<?php ${code}`);
}

for (const host of ['php', 'apache', 'nginx'] as const) {
  test(`behind ${host} an answer streams though gzip and output buffers are on, a file is whole, and errors are ours`, async () => {
    if (host !== 'php') await site.serveBehind(host);
    const browser = await Browser.visit(chatPageOf(site.url));
    for (const base of [browser.options.rest, browser.options.door]) {
      browser.base = base;
      await playScenario(played, browser);
    }
    const page = await send(chatPageOf(site.url), { headers: { 'accept-encoding': 'gzip' } });
    assert.equal(page.headers['content-encoding'], 'gzip');
  });
}

test('where everything is held back until it is whole, the chat polls the same answer by itself; it is generated once', async () => {
  await site.serveBehind('buffering');
  const chat = await openChat(chatPageOf(site.url));
  const asked: PlayedSession[] = [];
  played.onMessage = (session) => {
    asked.push(session);
    session.emit(
      { type: 'TEXT_MESSAGE_START', messageId: 'a', role: 'assistant' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'a', delta: 'First.' },
    );
  };
  const sending = chat.transport.send('Hi', 'message-0001');
  while (!chat.events.some(({ event }) => event?.type === 'TEXT_MESSAGE_CONTENT')) await chat.news();
  assert.equal(asked.length, 1);
  asked[0]?.emit({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'a', delta: ' Second.' }, { type: 'TEXT_MESSAGE_END', messageId: 'a' });
  asked[0]?.finish();
  await sending;
  assert.deepEqual([asked.length, asked[0]?.log.filter(({ type }) => type === 'RUN_STARTED').length], [1, 1]);
  const said = chat.events.flatMap(({ event }) => (event?.type === 'TEXT_MESSAGE_CONTENT' ? [event.delta] : []));
  assert.deepEqual([said, chat.remembered.way], [['First.', ' Second.'], 'poll']);

  played.onMessage = (session) => {
    session.say('Again.');
    session.finish();
  };
  const before_ = chat.requests.length;
  await chat.transport.send('Once more', 'message-0002');
  assert.ok(
    chat.requests.slice(before_).every(({ accept }) => accept === 'application/json'),
    'the tab does not try the stream again',
  );
});
