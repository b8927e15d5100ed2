// The zip as an owner gets it: packed twice, uploaded through the form of a real WordPress, activated, and a chat on a page.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { unzipSync } from 'fflate';
import { dataDirectory } from '../../scripts/data-directory.ts';
import { chatPage, chatPageSlug, demoUsers, frontPage, owner } from '../../scripts/demo-site.ts';
import { freePort } from '../../scripts/free-port.ts';
import { packPlugin, zipBytesMax } from '../../scripts/pack-plugin.ts';
import { type Answer, send } from '../../scripts/wordpress/http.ts';
import { type NativeWordPress, startNativeWordPress } from '../../scripts/wordpress/native.ts';
import { signIn } from './site.ts';

let site: NativeWordPress;
let cookie: string;

before(async () => {
  const port = await freePort();
  const shop = {
    siteUrl: `http://127.0.0.1:${port}`,
    siteTitle: 'Test shop',
    orchestratorUrl: '',
    users: demoUsers(),
    pages: [],
    frontPage,
    chatPage,
  };
  site = await startNativeWordPress({ cacheDir: join(dataDirectory(), 'cache'), port, site: shop, log: () => undefined });
  cookie = await signIn(site, owner.login, owner.password);
  // Otherwise the set-up would activate the plugin as soon as it is there.
  site.evaluate(
    `file_put_contents( WPMU_PLUGIN_DIR . '/set-up-site.php', '<?php add_filter( "pre_http_request", static fn() => new WP_Error( "offline", "" ) );' );`,
  );
});
after(async () => {
  await site?.stop();
});

const admin = async (path: string, sent: { method?: string; headers?: Record<string, string>; body?: Buffer } = {}): Promise<Answer> =>
  await send(`${site.url}/wp-admin/${path}`, { ...sent, headers: { cookie, ...sent.headers } });

function formWithFile(fields: Record<string, string>, bytes: Uint8Array): { headers: Record<string, string>; body: Buffer } {
  const boundary = 'aiguy-zip-boundary';
  const part = (head: string) => `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n`;
  const texts = Object.entries(fields).map(([name, value]) => `${part(`name="${name}"`)}\r\n${value}\r\n`);
  const file = `${part('name="pluginzip"; filename="aiguy.zip"')}Content-Type: application/zip\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(texts.join('') + file), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, body };
}

test('packed twice, the zip has the same bytes, and at most a megabyte', () => {
  const [first, second] = [packPlugin(), packPlugin()];
  assert.equal(first.sha256, second.sha256);
  assert.ok(first.bytes.length <= zipBytesMax, String(first.bytes.length));
});

test('the zip holds what a site needs and nothing of the workshop', () => {
  const names = Object.keys(unzipSync(packPlugin().bytes));
  for (const name of ['aiguy.php', 'uninstall.php', 'readme.txt', 'LICENSE', 'build/launcher.js', 'build/block/block.json', 'includes/Plugin.php']) {
    assert.ok(names.includes(`aiguy/${name}`), name);
  }
  assert.deepEqual(
    names.filter(
      (name) =>
        !name.startsWith('aiguy/') || /(^|\/)(\.|(node_modules|tests)\/|package|composer\.json)|\.(test|fixture)\.|\.(map|po|zip|sh)$/.test(name),
    ),
    [],
  );
});

test('an owner uploads the zip, activates the plugin, and a page has its chat', async () => {
  assert.ok(!(await send(`${site.url}/${chatPageSlug}/`)).text.includes('data-aiguy'));
  const uploadForm = (await admin('plugin-install.php?tab=upload')).text;
  const nonce = /class="wp-upload-form"[\s\S]*?name="_wpnonce" value="(\w+)"/.exec(uploadForm)?.[1] ?? assert.fail('no upload form');
  const form = formWithFile({ _wpnonce: nonce, 'install-plugin-submit': 'Install Now' }, packPlugin().bytes);
  const installed = (await admin('update.php?action=upload-plugin', { method: 'POST', ...form })).text;
  assert.match(installed, /Plugin installed successfully/);
  const activate =
    /href="[^"]*(plugins\.php\?action=activate[^"]*)"/.exec(installed)?.[1]?.replaceAll('&amp;', '&') ?? assert.fail('no link to activate');
  assert.equal((await admin(activate)).status, 302);

  const page = (await send(`${site.url}/${chatPageSlug}/`)).text;
  assert.match(page, /data-aiguy="/);
  const launcher = /src="([^"]*plugins\/aiguy\/build\/launcher\.js[^"]*)"/.exec(page)?.[1] ?? assert.fail('no launcher');
  assert.equal((await send(launcher.replaceAll('&#038;', '&'))).status, 200);
  assert.equal((await send(`${site.url}/wp-json/aiguy/v1/jwks`)).status, 200);
  assert.equal(site.evaluate("echo is_link( WP_PLUGIN_DIR . '/aiguy' ) ? 'a link' : get_plugins()['aiguy/aiguy.php']['Name'];"), 'AIGuy');
});
