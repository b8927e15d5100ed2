import assert from 'node:assert/strict';
import { realpathSync } from 'node:fs';
import { test } from 'node:test';
import { openSource } from './open-source.ts';
import { SourceError } from './source.ts';

test('each form of a source gets one canonical name', async () => {
  const here = realpathSync(import.meta.dirname);
  const names: Record<string, string> = {
    [import.meta.dirname]: `folder:${here}`,
    [`${import.meta.dirname}/../sources/`]: `folder:${here}`,
    's3://documents/help': 's3://documents/help/',
    's3://documents/help/': 's3://documents/help/',
    's3://documents': 's3://documents/',
    'HTTPS://Shop.example:443/sitemap.xml#top': 'https://shop.example/sitemap.xml',
    'https://shop.example/?feed=sitemap': 'https://shop.example/?feed=sitemap',
    'wordpress:https://shop.example': 'wordpress:https://shop.example',
    'wordpress:https://shop.example/blog/': 'wordpress:https://shop.example/blog',
    'https://shop.example/wp-json': 'wordpress:https://shop.example',
    'https://shop.example/blog/wp-json/wp/v2/posts?page=2': 'wordpress:https://shop.example/blog',
  };
  for (const [text, name] of Object.entries(names)) assert.equal((await openSource(text)).name, name);
});

test('what is no source is refused with the forms that there are', async () => {
  for (const text of ['', 'ftp://shop.example/docs', 'file:///etc', 'wordpress:shop.example', 'https://', '/no/such/folder', 's3://']) {
    await assert.rejects(openSource(text), (error) => error instanceof SourceError && /s3:\/\/bucket\/prefix/.test(error.message), text);
  }
  await assert.rejects(openSource('/no/such/folder'), /can't be read: it does not exist\. A source is one of\n {2}\.\/docs/);
  await assert.rejects(openSource('https://user:secret@shop.example/sitemap.xml'), /must not hold a password/);
  await assert.rejects(openSource('.', { siteUrl: 'shop.example' }), /the site's address «shop.example» is no http\(s\) URL/);
});
