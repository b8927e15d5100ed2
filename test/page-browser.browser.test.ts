// A page that scripts build is read as a visitor would see it, and whatever it tries, the browser reaches the site and nothing else.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { findProgram } from '../scripts/system-packages.ts';
import { createWebClient } from '../tools-api/src/backends/knowledge/sources/web-client.ts';
import { createPageBrowser, type PageBrowser } from '../tools-api/src/backends/pages/page-browser.ts';
import { createSitePages } from '../tools-api/src/backends/pages/site-pages.ts';

let site: Server;
let other: Server;
let browser: PageBrowser;
const asked: string[] = [];
let askedElsewhere = 0;
const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const built = (elsewhere: string) => `<!doctype html><title>Shop</title><style>.gone { display: none }</style><main id="app">Loading</main>
<img src="/picture.png"><iframe src="${elsewhere}/frame"></iframe><script src="/app.js"></script><script src="${elsewhere}/other.js"></script>`;
const script = (elsewhere: string) => `
document.querySelector('#app').innerHTML = '<h1>Checkout</h1><button>Place order</button><button class="gone">Secret button</button>';
for (const ask of [() => fetch('${elsewhere}/fetch'), () => fetch('/api', { method: 'POST' }), () => new WebSocket('${elsewhere.replace('http', 'ws')}/socket'),
  () => navigator.sendBeacon('${elsewhere}/beacon'), () => window.open('${elsewhere}/window')]) try { ask(); } catch {}
fetch('/prices.json').then((answer) => answer.json()).then(({ price }) => document.querySelector('main').insertAdjacentHTML('beforeend', '<h2>' + price + '</h2>'));
if (location.pathname === '/leaves') location.href = '${elsewhere}/left';
if (location.pathname === '/endless') for (;;);`;

before(async () => {
  other = createServer((_request, response) => {
    askedElsewhere += 1;
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Elsewhere</h1>');
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  site = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const give = (type: string, body: string) => response.writeHead(200, { 'Content-Type': type }).end(body);
    if (request.url === '/app.js') give('text/javascript', script(addressOf(other)));
    else if (request.url === '/prices.json') give('application/json', '{"price":"9.90"}');
    else give('text/html; charset=utf-8', built(addressOf(other)));
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  browser = createPageBrowser({ executablePath: findProgram('chromium') ?? '', hasSandbox: process.getuid?.() !== 0 });
});
after(async () => {
  await browser?.close();
  for (const server of [site, other]) {
    server.closeAllConnections();
    server.close();
  }
});

const read = async (path: string, timeoutMs = 30_000) => {
  const home = new URL(addressOf(site));
  const pages = createSitePages({ browser, clientOf: (of) => createWebClient(of, { isPrivate: true }) });
  return await pages.read(home, path, { signal: AbortSignal.timeout(60_000), timeoutMs });
};

test('what scripts have built is read, and what styles hide is not', async () => {
  const page = await read('/checkout');
  assert.deepEqual(
    page.headings.map(({ text }) => text),
    ['Checkout', '9.90'],
  );
  assert.deepEqual(
    page.controls.map(({ name }) => name),
    ['Place order'],
  );
  assert.deepEqual(asked.toSorted(), ['GET /app.js', 'GET /checkout', 'GET /prices.json']);
});

test('frames, scripts, requests, sockets, beacons, windows and ways out to another address reach nobody', async () => {
  const page = await read('/leaves').catch(() => undefined);
  assert.equal(askedElsewhere, 0);
  assert.ok(!JSON.stringify(page ?? '').includes('Elsewhere'));
  assert.ok(asked.every((request) => request.startsWith('GET ') && !request.includes('picture')));
});

test('a page that never comes to an end is given up in time, and the next one is read', async () => {
  await assert.rejects(read('/endless', 3000), { code: 'tool_timeout' });
  assert.equal((await read('/checkout')).headings[0]?.text, 'Checkout');
});
