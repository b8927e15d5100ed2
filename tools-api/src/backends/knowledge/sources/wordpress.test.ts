import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { DocumentError, SourceError } from './source.ts';
import { openWordpress } from './wordpress.ts';

type Post = {
  id: number;
  link: string;
  status: string;
  modified_gmt: string;
  title: { rendered: string };
  content: { rendered: string; protected: boolean };
};

const { signal } = new AbortController();
let server: Server;
let site: string;
let posts: Post[];
let pretty: boolean;
let onList: () => void;

const post = (id: number, more: Partial<Post> = {}): Post => ({
  id,
  link: `https://shop.example/post-${id}/`,
  status: 'publish',
  modified_gmt: '2026-03-04T05:06:07',
  title: { rendered: `Returns &#038; refunds ${id}` },
  content: { rendered: '<p>Within <strong>30</strong> days.</p>', protected: false },
  ...more,
});

/** As WordPress answers below /blog/, with or without pretty addresses. */
function answer(url: URL, response: ServerResponse): void {
  const path = pretty ? url.pathname.replace(/^\/blog\/wp-json/, 'api:') : `api:${url.searchParams.get('rest_route')}`;
  const one = posts.find(({ id }) => path === `api:/wp/v2/posts/${id}`);
  if (path === 'api:/') response.end('{"namespaces":["oembed/1.0","wp/v2"]}');
  else if (url.pathname === '/blog/' && !url.searchParams.has('rest_route')) response.end('<html class="no-js" lang="de-AT">');
  else if (one) response.end(JSON.stringify(one));
  else if (path === 'api:/wp/v2/posts') answerList(posts, url, response);
  else if (path === 'api:/wp/v2/pages') answerList([], url, response);
  else response.writeHead(404).end('<html>');
}

function answerList(listed: Post[], url: URL, response: ServerResponse): void {
  const size = Number(url.searchParams.get('per_page'));
  const start = (Number(url.searchParams.get('page') ?? 1) - 1) * size;
  response.writeHead(200, { 'X-WP-Total': String(listed.length), 'X-WP-TotalPages': String(Math.ceil(listed.length / size)) });
  response.end(JSON.stringify(listed.slice(start, start + size)));
  onList();
}

beforeEach(async () => {
  posts = [];
  pretty = true;
  onList = () => undefined;
  server = createServer((request, response) => answer(new URL(request.url ?? '', site), response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const open = () => openWordpress(new URL('/blog/', site));
const list = () => Array.fromAsync(open().list(signal));

test('all published posts are listed over several answers, protected ones are not', async () => {
  posts = Array.from({ length: 250 }, (_, index) => post(index + 1));
  posts[1] = post(2, { content: { rendered: '', protected: true } });
  posts[2] = post(3, { status: 'private' });
  const documents = await list();
  assert.equal(documents.length, 248);
  assert.equal(new Set(documents.map(({ key }) => key)).size, 248);
  assert.equal(documents[0]?.fingerprint, '2026-03-04T05:06:07');
  assert.match(documents[0]?.documentId ?? '', /^127-0-0-1-\d+-blog-posts-1$/);
  assert.equal(await open().count(signal), 250);
  assert.equal(open().name, `wordpress:${site}/blog`);
});

for (const [kind, isPretty] of [
  ['with', true],
  ['without', false],
] as const) {
  test(`a post of a site ${kind} pretty addresses is read with its link, title, date and the site’s language`, async () => {
    pretty = isPretty;
    posts = [post(7)];
    const article = await (await list())[0]?.read(signal);
    assert.deepEqual(
      [article?.title, article?.url, article?.lastUpdated, article?.language, article?.markdown],
      ['Returns & refunds 7', 'https://shop.example/post-7/', '2026-03-04', 'de', 'Within **30** days.'],
    );
  });
}

test('a post that is withdrawn after it was listed is refused', async () => {
  posts = [post(1), post(2)];
  const [first, second] = await list();
  posts = [post(1, { content: { rendered: '', protected: true } })];
  await assert.rejects(async () => await first?.read(signal), new DocumentError('is no longer public'));
  await assert.rejects(async () => await second?.read(signal), new DocumentError('the site answers 404'));
});

test('a list that changes under the reader is no complete list', async () => {
  posts = Array.from({ length: 150 }, (_, index) => post(index + 1));
  onList = () => posts.shift();
  await assert.rejects(list(), new SourceError('the posts of the site changed while they were listed; start again'));
});

test('a site that is no WordPress is an error of the source', async () => {
  await assert.rejects(
    Array.fromAsync(openWordpress(new URL('/shop', site)).list(signal)),
    /shows no WordPress REST API \(it answers 404\); is it a WordPress/,
  );
});
