import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openSitemap } from './sitemap.ts';
import { DocumentError, SourceError } from './source.ts';

const { signal } = new AbortController();
let server: Server;
let site: string;
let routes: Record<string, (request: IncomingMessage, response: ServerResponse) => void>;

beforeEach(async () => {
  routes = {};
  server = createServer((request, response) => {
    const route = routes[request.url ?? ''];
    if (route) route(request, response);
    else response.writeHead(404).end('Nothing here');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const serve = (path: string, body: string | Uint8Array, headers: Record<string, string> = {}) => {
  routes[path] = (_request, response) => response.writeHead(200, headers).end(body);
};
const urlset = (entries: string) =>
  `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">${entries}</urlset>`;
const open = (path = '/sitemap.xml') => openSitemap(new URL(path, site));
const list = () => Array.fromAsync(open().list(signal));
const isReason = (kind: typeof DocumentError | typeof SourceError, pattern: RegExp) => (error: unknown) =>
  error instanceof kind && pattern.test(error.message);

test('an index of sitemaps, one of them packed, lists the pages of all; images are no pages', async () => {
  serve('/sitemap.xml', `<sitemapindex><sitemap><loc>${site}/a.xml</loc></sitemap><sitemap><loc>${site}/b.xml.gz</loc></sitemap></sitemapindex>`);
  serve(
    '/a.xml',
    urlset(
      `<url><loc> ${site}/help/a?x=1&amp;y=2 </loc><lastmod>2026-01-02T03:04:05Z</lastmod><image:image><image:loc>${site}/a.png</image:loc></image:image></url>`,
    ),
  );
  serve(
    '/b.xml.gz',
    gzipSync(urlset(`<url><loc><![CDATA[${site}/help/b/]]></loc><lastmod>2026-01-02</lastmod></url><url><loc>${site}/help/c/</loc></url>`)),
  );
  const documents = await list();
  assert.deepEqual(
    documents.map(({ key, fingerprint }) => [key, fingerprint]),
    [
      [`${site}/help/a?x=1&y=2`, '2026-01-02T03:04:05Z'],
      [`${site}/help/b/`, '2026-01-02'],
      [`${site}/help/c/`, undefined],
    ],
  );
  assert.equal(open().name, `${site}/sitemap.xml`);
  assert.equal(await open().count(signal), 3);
});

test('a date of today is no fingerprint, because a second change today would look the same', async () => {
  serve('/sitemap.xml', urlset(`<url><loc>${site}/a</loc><lastmod>${new Date().toISOString().slice(0, 10)}</lastmod></url>`));
  assert.equal((await list())[0]?.fingerprint, undefined);
});

test('a page is fetched as what it is, by a client that says who it is', async () => {
  serve('/sitemap.xml', urlset(`<url><loc>${site}/help/returns/#top</loc></url><url><loc>${site}/notes.txt</loc></url>`));
  let agent: string | undefined;
  routes['/help/returns/'] = ({ headers }, response) => {
    agent = headers['user-agent'];
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Last-Modified': 'Wed, 04 Mar 2026 05:06:07 GMT' });
    response.end('<html lang="de"><title>T</title><nav>Menü</nav><main><h1>Rückgabe</h1><p>30 Tage.</p></main>');
  };
  serve('/notes.txt', Buffer.from('D\xe9j\xe0', 'latin1'), { 'Content-Type': 'text/plain; charset=iso-8859-1' });
  const [page, notes] = await list();
  const article = await page?.read(signal);
  assert.deepEqual(
    [article?.title, article?.url, article?.language, article?.lastUpdated],
    ['Rückgabe', `${site}/help/returns/`, 'de', '2026-03-04'],
  );
  assert.equal(article?.markdown, '# Rückgabe\n\n30 Tage.');
  assert.match(agent ?? '', /^AIGuy\//);
  assert.equal((await notes?.read(signal))?.markdown, 'Déjà');
});

test('a page elsewhere, a redirect elsewhere, a missing page and a large one are refused each by itself', async () => {
  const urls = ['http://localhost:1/secret', `${site}/moved`, `${site}/gone`, `${site}/large`, `${site}/endless`, 'file:///etc/passwd'];
  serve('/sitemap.xml', urlset(urls.map((url) => `<url><loc>${url}</loc></url>`).join('')));
  routes['/moved'] = (_request, response) => response.writeHead(302, { Location: 'http://169.254.169.254/latest/' }).end();
  routes['/large'] = (_request, response) => response.writeHead(200, { 'Content-Length': '100000000' }).write('x');
  routes['/endless'] = (_request, response) => {
    response.writeHead(200);
    const more = () => !response.destroyed && response.write(Buffer.alloc(1_000_000, 97), more);
    more();
  };
  const reasons = [
    /not on the site of its sitemap/,
    /leads to another site, http:\/\/169/,
    /the site answers 404/,
    /has 100 MB or more; the limit is 20 MB/,
    /the limit is 20 MB/,
    /not on the site/,
  ];
  for (const [index, document] of (await list()).entries())
    await assert.rejects(document.read(signal), isReason(DocumentError, reasons[index] ?? /never/));
});

test('a redirect on the same site is followed, but not in a circle', async () => {
  routes['/sitemap.xml'] = (_request, response) => response.writeHead(301, { Location: '/wp-sitemap.xml' }).end();
  serve('/wp-sitemap.xml', urlset(`<url><loc>${site}/a</loc></url>`));
  assert.equal((await list()).length, 1);
  routes['/sitemap.xml'] = (_request, response) => response.writeHead(301, { Location: '/sitemap.xml' }).end();
  await assert.rejects(list(), isReason(SourceError, /redirected more than 5 times/));
});

test('what is no sitemap, or not a whole one, is an error of the source', async () => {
  const refused = async (body: string, reason: RegExp) => {
    serve('/sitemap.xml', body);
    await assert.rejects(list(), isReason(SourceError, reason));
  };
  await assert.rejects(list(), isReason(SourceError, /answers 404 for .*is this the address of its sitemap/));
  await refused('<html><link rel="https://api.w.org/" href="/wp-json/"></html>', /begins with <html>.*write wordpress: before its address/);
  await refused('Hello', /is no sitemap/);
  await refused(urlset(`<url><loc>${site}/a</loc></url>`).slice(0, -12), /is no sitemap/);
  await refused('<sitemapindex><sitemap><loc>https://other.example/s.xml</loc></sitemap></sitemapindex>', /lists a sitemap on another site/);
  await refused(`<!DOCTYPE x [<!ENTITY a "${site}">]>${urlset('<url><loc>&a;/x</loc></url>')}`, /is no sitemap/);
  routes['/sitemap.xml'] = (_request, response) => response.writeHead(200).end(gzipSync(Buffer.alloc(60_000_000)));
  await assert.rejects(list(), isReason(SourceError, /larger than 52.4 MB/));
  server.closeAllConnections();
  server.close();
  await assert.rejects(list(), isReason(SourceError, /nothing answers at this address/));
});

test('listing and reading end when they are cancelled', async () => {
  serve('/sitemap.xml', urlset(`<url><loc>${site}/slow</loc></url>`));
  const [document] = await list();
  const cancel = new AbortController();
  routes['/slow'] = () => cancel.abort(new Error('enough'));
  await assert.rejects(async () => await document?.read(cancel.signal), /enough/);
  await assert.rejects(Array.fromAsync(open().list(cancel.signal)), /enough/);
});
