import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { openFolder } from './folder.ts';
import { DocumentError, type SourceDocument, SourceError } from './source.ts';

const { signal } = new AbortController();
const siteUrl = 'https://shop.example/help';
let base: string;
let root: string;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'aiguy-folder-'));
  root = join(base, 'docs');
  await mkdir(root);
});
afterEach(async () => await rm(base, { recursive: true }));

async function put(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(join(root, path, '..'), { recursive: true });
  await writeFile(join(root, path), content);
}

async function listAll(): Promise<SourceDocument[]> {
  return await Array.fromAsync((await openFolder(root, { siteUrl })).list(signal));
}

async function readOne(key: string) {
  const document = (await listAll()).find((listed) => listed.key === key);
  return await (document ?? assert.fail(`${key} is not listed`)).read(signal);
}

const reason = (pattern: RegExp) => (error: unknown) => error instanceof DocumentError && pattern.test(error.message);

test('a folder lists its documents in order of their names, and nothing hidden, installed or of another kind', async () => {
  for (const path of [
    'b/returns.md',
    'b/Delivery.HTML',
    'a.txt',
    'c.md',
    '.hidden.md',
    '.git/a.md',
    'node_modules/x/README.md',
    'logo.png',
    'LICENSE',
  ]) {
    await put(path, 'Text.');
  }
  const source = await openFolder(`${root}/b/../`, { siteUrl });
  assert.equal(source.name, `folder:${root}`);
  assert.deepEqual(
    (await listAll()).map(({ key, documentId }) => [key, documentId]),
    [
      ['a.txt', 'a'],
      ['b/Delivery.HTML', 'b-delivery'],
      ['b/returns.md', 'b-returns'],
      ['c.md', 'c'],
    ],
  );
  assert.equal(await source.count(signal), 4);
});

test('a document is read as what it is, with the address of the site and the date of the file', async () => {
  await put('help/returns.md', '# Return an item\n\nWithin 30 days.');
  const article = await readOne('help/returns.md');
  assert.deepEqual([article.documentId, article.title, article.url], ['help-returns', 'Return an item', 'https://shop.example/help/help-returns/']);
  assert.equal(article.lastUpdated, new Date().toISOString().slice(0, 10));
  await put('page.html', '<title>Page</title><body><nav>Menu</nav><p>Text.</p>');
  assert.equal((await readOne('page.html')).markdown, 'Text.');
});

test('the fingerprint stays while a file does, and changes with it and with the site’s address', async () => {
  await put('a.md', 'Text.');
  const [first] = await listAll();
  assert.equal((await listAll())[0]?.fingerprint, first?.fingerprint);
  await put('a.md', 'Text!');
  const changed = (await listAll())[0]?.fingerprint;
  assert.notEqual(changed, first?.fingerprint);
  const [elsewhere] = await Array.fromAsync((await openFolder(root, { siteUrl: 'https://other.example' })).list(signal));
  assert.notEqual(elsewhere?.fingerprint, changed);
});

test('what can’t be read is refused with its reason, and the list goes on', async () => {
  await put('binary.md', new Uint8Array([127, 69, 76, 70, 0, 1, 0, 2, 0, 0, 0]));
  await put('empty.md', '');
  await put('latin.md', Buffer.from('D\xe9j\xe0 pay\xe9?', 'latin1'));
  await put('picture.md', Buffer.from('\x89PNG\r\n', 'latin1'));
  await put('large.md', 'x');
  await truncate(join(root, 'large.md'), 3_000_000_000);
  await put('z.md', 'Text.');
  await assert.rejects(readOne('binary.md'), reason(/^is a binary file, not text$/));
  await assert.rejects(readOne('empty.md'), reason(/^is empty$/));
  await assert.rejects(readOne('latin.md'), reason(/encoding is in doubt; save it as UTF-8/));
  await assert.rejects(readOne('picture.md'), reason(/is a PNG picture/));
  await assert.rejects(readOne('large.md'), reason(/^has 3,000 MB; the limit is 20 MB$/));
  const vanishing = (await listAll()).find(({ key }) => key === 'z.md');
  await rm(join(root, 'z.md'));
  await assert.rejects(async () => await vanishing?.read(signal), reason(/^can't be read: it does not exist$/));
});

test('a link is followed within the folder, never out of it', async () => {
  await put('a.md', 'Text.');
  await writeFile(join(base, 'secret.md'), 'Secret.');
  await symlink(join(base, 'secret.md'), join(root, 'leaving.md'));
  await symlink('/etc', join(root, 'etc'));
  await symlink('a.md', join(root, 'same.md'));
  await symlink('.', join(root, 'circle'));
  await symlink('gone.md', join(root, 'broken.md'));
  assert.deepEqual(
    (await listAll()).map(({ key }) => key),
    ['a.md', 'broken.md', 'etc', 'leaving.md', 'same.md'],
  );
  assert.equal((await readOne('same.md')).markdown, 'Text.');
  await assert.rejects(readOne('leaving.md'), reason(/^is a link that leaves the folder/));
  await assert.rejects(readOne('etc'), reason(/leaves the folder, to \/etc$/));
  await assert.rejects(readOne('broken.md'), reason(/leads nowhere: it does not exist/));
});

test('a folder that does not exist, and a file, are no sources', async () => {
  await assert.rejects(openFolder(join(root, 'nowhere')), new SourceError(`folder ${join(root, 'nowhere')} can't be read: it does not exist`));
  await put('a.md', 'Text.');
  await assert.rejects(openFolder(join(root, 'a.md')), /is a file; name the folder that holds it/);
});

test('listing and reading end when they are cancelled', async () => {
  await put('a.md', 'Text.');
  const cancelled = AbortSignal.abort(new Error('enough'));
  const source = await openFolder(root, { siteUrl });
  await assert.rejects(Array.fromAsync(source.list(cancelled)), /enough/);
  const [document] = await listAll();
  await assert.rejects(async () => await document?.read(cancelled), { name: 'AbortError' });
});
