import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { AiguyError } from '@aiguy/manifests/errors';
import { createWebClient } from '../knowledge/sources/web-client.ts';
import { createSitePages, type SitePages } from './site-pages.ts';

let server: Server;
let other: Server;
let site: URL;
let elsewhere: string;
let asked: string[] = [];
let askedElsewhere = 0;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let pages: SitePages;

const html = (body: string, head = '') => `<!doctype html><html><head><title>Checkout</title>${head}</head><body>${body}</body></html>`;
const give = (body: string | Buffer, type = 'text/html; charset=utf-8') => {
  answer = (_request, response) => void response.writeHead(200, { 'Content-Type': type }).end(body);
};
const read = async (path = '/checkout/', on = pages, home = site) =>
  await on.read(home, path, { signal: AbortSignal.timeout(10_000), timeoutMs: 5000 });
const refused = async (reading: Promise<unknown>, code: string) =>
  await assert.rejects(reading, (error: unknown) => error instanceof AiguyError && error.code === code);

before(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  other = createServer((_request, response) => {
    askedElsewhere += 1;
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(html('<h1>Secret</h1>'));
  });
  for (const one of [server, other]) await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
  site = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
});
after(() => {
  for (const one of [server, other]) {
    one.closeAllConnections();
    one.close();
  }
});
beforeEach(() => {
  asked = [];
  askedElsewhere = 0;
  pages = createSitePages();
});

test('landmarks, headings, controls and messages are read by role and name; values, hidden things and scripts are not', async () => {
  give(
    html(`<header><nav aria-label="Shop"><a href="/cart">Cart</a></nav></header>
      <main><h1>Check <em>out</em></h1><div class="woocommerce-error" role="alert">Enter a postcode.</div>
      <form><label for="zip">Postcode</label><input id="zip" value="SECRET-1" aria-invalid="true" aria-describedby="why"><p id="why">It has five digits.</p>
      <label>Note <textarea>SECRET-2</textarea></label><label>Country <select><option selected>SECRET-3</option></select></label>
      <input type="hidden" name="t" value="SECRET-4"><input type="password" placeholder="Password" value="SECRET-5">
      <input type="submit" value="Place order"><button aria-label="Close"><svg></svg></button><a href="/t"><img alt="Terms" src="x"></a>
      <label><input type="checkbox" value="SECRET-6" checked> Gift</label><output>SECRET-7</output></form>
      <div hidden><button>Gone</button></div><div class="aiguy-chat"><button>Open the chat</button></div></main><script>var a = "SECRET-8";</script>`),
  );
  const page = await read('/checkout/?key=SECRET-9#top');
  assert.ok(!JSON.stringify(page).includes('SECRET'), JSON.stringify(page));
  assert.deepEqual(page, {
    url: `${site.origin}/checkout/`,
    title: 'Checkout',
    landmarks: [
      { role: 'banner', name: '' },
      { role: 'navigation', name: 'Shop' },
      { role: 'main', name: '' },
    ],
    headings: [{ level: 1, text: 'Check out' }],
    controls: [
      { kind: 'link', name: 'Cart' },
      { kind: 'field', name: 'Postcode' },
      { kind: 'field', name: 'Note' },
      { kind: 'choice', name: 'Country' },
      { kind: 'field', name: 'Password' },
      { kind: 'button', name: 'Place order' },
      { kind: 'button', name: 'Close' },
      { kind: 'link', name: 'Terms' },
      { kind: 'choice', name: 'Gift' },
    ],
    messages: ['Enter a postcode.', 'Postcode: It has five digits.'],
  });
});

test('the title is read where the author leaves out the tags around it', async () => {
  for (const page of ['<title>Basket</title><h1>Your basket</h1>', '<html><title>Basket</title><body><h1>Your basket</h1></body></html>']) {
    give(page);
    assert.equal((await read('/basket/', createSitePages())).title, 'Basket', page);
  }
});

test('a page is asked for once in a while, without cookies', async () => {
  let cookie: string | undefined;
  answer = (request, response) => {
    cookie = request.headers.cookie;
    response.writeHead(200, { 'Content-Type': 'text/html', 'Set-Cookie': 'a=b' }).end(html('<h1>One</h1>'));
  };
  await read();
  await read();
  await read('/other/');
  assert.deepEqual([asked, cookie], [['/checkout/', '/other/'], undefined]);
});

test('an address that leads to another site is refused before anything is asked', async () => {
  give(html(''));
  for (const path of [
    elsewhere,
    `//${new URL(elsewhere).host}/`,
    `/\\${new URL(elsewhere).host}/`,
    'file:///etc/passwd',
    'http://user:x@127.0.0.1/',
    'http://[',
  ])
    await refused(read(path), 'invalid_input');
  assert.deepEqual([asked, askedElsewhere], [[], 0]);
});

test('a redirect to another origin, and one without end, are not followed; one on the site is', async () => {
  answer = (_request, response) => void response.writeHead(302, { Location: `${elsewhere}/` }).end();
  await refused(read(), 'not_found');
  answer = (_request, response) => void response.writeHead(302, { Location: 'http://169.254.169.254/latest/' }).end();
  await refused(read('/b/'), 'not_found');
  answer = (_request, response) => void response.writeHead(302, { Location: '/again/' }).end();
  await refused(read('/c/'), 'not_found');
  assert.equal(askedElsewhere, 0);
  answer = (request, response) =>
    request.url === '/d/'
      ? void response.writeHead(301, { Location: '/e/?x=1' }).end()
      : void response.writeHead(200, { 'Content-Type': 'text/html' }).end(html('<h1>E</h1>'));
  assert.equal((await read('/d/')).url, `${site.origin}/e/`);
});

test('a site’s name that leads to a private address, at once or later, is not connected to', async () => {
  give(html('<h1>Inside</h1>'));
  const named = new URL(`http://shop.example:${site.port}`);
  const answers = ['127.0.0.1', '93.184.216.34', '10.0.0.1', '::ffff:127.0.0.1', '169.254.169.254'];
  for (const address of answers.filter((one) => one !== '93.184.216.34')) {
    const resolve = (_host: string, done: (error: null, found: { address: string; family: number }[]) => void) =>
      done(null, [{ address, family: address.includes(':') ? 6 : 4 }]);
    const client = createSitePages({ clientOf: (home) => createWebClient(home, { isPrivate: false, resolve: resolve as never }) });
    await refused(read('/', client, named), 'not_found');
  }
  const local = createSitePages();
  assert.equal((await read('/', local, new URL(`http://localhost:${site.port}`))).title, 'Checkout');
  assert.deepEqual(asked, ['/']);
});

test('what is too large, no HTML, not there or nested without end is not found', async () => {
  give(html('x'.repeat(2 * 1024 * 1024)));
  await refused(read('/large/'), 'not_found');
  answer = (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    const more = () => void (response.writableEnded || response.destroyed || response.write('x'.repeat(65_536), more));
    more();
  };
  await refused(read('/endless/'), 'not_found');
  give('{}', 'application/json');
  await refused(read('/json/'), 'not_found');
  give(html('<h1>x</h1>'), 'text/htmlx');
  await refused(read('/htmlx/'), 'not_found');
  answer = (_request, response) => void response.writeHead(404, { 'Content-Type': 'text/html' }).end(html('<h1>No</h1>'));
  await refused(read('/gone/'), 'not_found');
  give(html('<div>'.repeat(5000)));
  await refused(read('/deep/'), 'not_found');
});

test('a page that does not come in time is given up', async () => {
  answer = (_request, response) => void response.writeHead(200, { 'Content-Type': 'text/html' }).write('<html>');
  await refused(pages.read(site, '/slow/', { signal: AbortSignal.timeout(10_000), timeoutMs: 100 }), 'tool_timeout');
});

test('a site that is busy, cuts the connection or is away is unavailable rather than without the page', async () => {
  for (const status of [429, 500, 503]) {
    answer = (_request, response) => void response.writeHead(status, { 'Content-Type': 'text/html' }).end(html('<h1>Later</h1>'));
    await refused(read(`/busy-${status}/`), 'tool_unavailable');
  }
  answer = (request) => void request.socket.destroy();
  await refused(read('/cut/'), 'tool_unavailable');
  const away = createServer();
  await new Promise<void>((resolve) => away.listen(0, '127.0.0.1', resolve));
  const home = new URL(`http://localhost:${(away.address() as AddressInfo).port}`);
  await new Promise((resolve) => away.close(resolve));
  await refused(read('/', pages, home), 'tool_unavailable');
});

test('a description stays below 48 KiB and its limits, whatever a page holds', async () => {
  const many = Array.from({ length: 1500 }, (_, at) => `<button>${'ü'.repeat(110)}${at}</button><h2>${'日'.repeat(100)}${at}</h2>`).join('');
  give(html(many));
  const page = await read('/many/');
  assert.ok(new TextEncoder().encode(JSON.stringify(page)).length <= 48 * 1024);
  assert.ok(page.controls.length > 20 && page.headings.length > 0);
});
