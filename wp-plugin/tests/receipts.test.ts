// The page on which receipts are checked, where a visitor reaches WordPress alone: a real WordPress in front of a real orchestrator, over HTTP.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ReceiptFile } from '@aiguy/manifests/generated/http';
import { newBuyer, WriteHarness } from '../../orchestrator/test/write-harness.ts';
import { type Answer, type Sent, send } from '../../scripts/wordpress/http.ts';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { callRoute, openSession, signIn, startSite, startUpstream } from './site.ts';

let it: WriteHarness;
let site: NativeWordPress;
let address: string;
let files: ReceiptFile[];

before(async () => {
  it = await WriteHarness.start({ config: { RECEIPT_CHECKS_PER_MINUTE: 1000 } });
  site = await startSite(await it.harness.orchestrator.app.listen({ host: '127.0.0.1', port: 0 }));
  address = `${site.url}/wp-json/aiguy/v1/receipts`;
  const visitor = newBuyer();
  await it.cancelOrder(visitor);
  await it.cancelOrder(visitor, 'W2403075');
  files = await it.receipts(visitor);
});
after(async () => {
  await site?.stop();
  await it?.close();
});

const form = (receipts: string): Sent => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams({ receipts }).toString(),
});

async function upload(...texts: string[]): Promise<Sent> {
  const data = new FormData();
  data.set('receipts', '');
  for (const [at, text] of texts.entries()) data.append('file[]', new Blob([text], { type: 'application/json' }), `receipt-${at}.json`);
  const encoded = new Response(data);
  return { method: 'POST', headers: { 'content-type': encoded.headers.get('content-type') ?? '' }, body: Buffer.from(await encoded.arrayBuffer()) };
}

const actionOf = ({ text }: Answer) => /<form method="post" action="([^"]*)"/.exec(text)?.[1]?.replaceAll('&#038;', '&').replaceAll('&amp;', '&');
/** Without what differs by where the page stands. */
const words = (text: string) => text.replace(/action="[^"]*"/, '').replace('name="file[]"', 'name="file"');

test('anybody gets the page from WordPress, word for word that of the orchestrator, with its form sent to WordPress', async () => {
  const [here, there] = [await send(address), await it.harness.orchestrator.app.inject('/receipts')];
  assert.equal(here.status, 200);
  assert.equal(words(here.text), words(there.body));
  assert.equal(actionOf(here), address);
  assert.equal(here.headers['content-type'], 'text/html; charset=utf-8');
});

test('the page is in the language that its address names, keeps it in its form, and is in the site’s own otherwise', async () => {
  const german = await send(`${address}?lang=de-DE`, { headers: { 'accept-language': 'fr' } });
  assert.match(german.text, /<html lang="de-DE">[\s\S]*<h1>Beleg prüfen<\/h1>/);
  assert.equal(actionOf(german), `${address}?lang=de-DE`);
  const { receipt = '' } = files[0] ?? {};
  const checked = await send(`${address}?lang=de-DE`, form(receipt));
  assert.match(checked.text, /Dieser Beleg ist echt[\s\S]*Bestellung W2530531 stornieren/);
  assert.match((await send(`${address}?lang=<b>`)).text, /<html lang="en">/);
});

test('a receipt that was pasted, and files as they were downloaded, are checked there without a nonce or a cookie', async () => {
  const [first, second] = files;
  assert.ok(first && second);
  const pasted = await send(address, form(first.receipt));
  assert.equal(pasted.status, 200);
  assert.match(pasted.text, /This receipt is genuine[\s\S]*Cancel order W2530531/);
  const uploaded = await send(address, await upload(JSON.stringify(first), JSON.stringify(second)));
  assert.match(uploaded.text, /All 2 receipts are genuine[\s\S]*The chain is whole/);
  assert.match((await send(address, form(`${first.receipt}x`))).text, /This receipt is not genuine/);
  assert.match((await send(address, form('hello'))).text, /There is no receipt in that/);
  const empty = await send(address, form(''));
  assert.deepEqual([empty.status, /Paste a receipt, or choose its file/.test(empty.text)], [400, true]);
});

test('what is too large is refused in the page’s words', async () => {
  const answer = await send(address, form('x'.repeat(200_000)));
  assert.deepEqual([answer.status, /more than 64 kB/.test(answer.text)], [413, true]);
});

test('nothing of it runs, is kept by a cache, or knows who asks', async () => {
  const login = await signIn(site, 'aarav', 'aarav-demo');
  for (const sent of [{}, form(files[0]?.receipt ?? ''), { headers: { cookie: login } }]) {
    const { headers, text } = await send(address, sent);
    assert.equal(
      headers['content-security-policy'],
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    assert.match(String(headers['cache-control']), /no-store/);
    assert.deepEqual([headers['x-content-type-options'], headers['referrer-policy'], headers['x-robots-tag']], ['nosniff', 'no-referrer', 'noindex']);
    assert.deepEqual([headers['set-cookie'], headers['access-control-allow-origin']], [undefined, undefined]);
    assert.doesNotMatch(text, /aarav/i);
  }
  assert.equal(words((await send(address, { headers: { cookie: login } })).text), words((await send(address)).text));
});

test('the orchestrator gets the receipts and nothing of who asks; the receipt that is downloaded names the page', async () => {
  const upstream = await startUpstream();
  const other = await startSite(upstream.url);
  try {
    const { cookie } = await openSession(other);
    const here = `${other.url}/wp-json/aiguy/v1/receipts`;
    upstream.answer = (_request, response) => void response.writeHead(404).end();
    await send(here, { ...form('eyJ.a.b'), headers: { ...form('').headers, cookie, authorization: 'Bearer x', 'x-forwarded-for': '1.2.3.4' } });
    const asked = upstream.received.at(-1);
    assert.deepEqual([asked?.method, asked?.url, asked?.body], ['POST', '/receipts/verify?lang=en-US', 'receipts=eyJ.a.b']);
    for (const name of ['cookie', 'authorization', 'x-forwarded-for', 'referer', 'origin']) assert.equal(asked?.headers[name], undefined, name);
    upstream.answer = (_request, response) => void response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    await callRoute(other, 'chat/receipt?number=1', { cookie });
    const wanted = new URL(upstream.received.at(-1)?.url ?? '', upstream.url);
    assert.equal(wanted.searchParams.get('check_at'), here);
    // The same through the other door: whoever is kept out of the REST API is led through it.
    await send(`${other.url}/wp-admin/admin-ajax.php?action=aiguy&route=chat/receipt&number=1`, { headers: { cookie, origin: other.url } });
    const door = `${other.url}/wp-admin/admin-ajax.php?action=aiguy&route=receipts`;
    assert.equal(new URL(upstream.received.at(-1)?.url ?? '', upstream.url).searchParams.get('check_at'), door);
  } finally {
    await other.stop();
    upstream.stop();
  }
});

test('through the other door the page and its form work as well', async () => {
  const door = `${site.url}/wp-admin/admin-ajax.php?action=aiguy&route=receipts`;
  const page = await send(door);
  assert.deepEqual([page.status, page.headers['content-type'], actionOf(page)], [200, 'text/html; charset=utf-8', door]);
  assert.match((await send(door, form(files[0]?.receipt ?? ''))).text, /This receipt is genuine/);
  assert.match((await send(door, await upload(JSON.stringify(files[0])))).text, /This receipt is genuine/);
});

test('whatever the orchestrator sends that is not the page is not shown, and neither is what it does not answer', async () => {
  const upstream = await startUpstream();
  const other = await startSite(upstream.url);
  const here = `${other.url}/wp-json/aiguy/v1/receipts`;
  try {
    const answers: [number, string, string][] = [
      [200, 'text/html', '<script>alert(1)</script>'],
      [200, 'application/json', '{"receipts":[]}'],
      [500, 'text/html', '<form method="post" action="x">'],
      [302, 'text/html', ''],
    ];
    for (const [status, type, body] of answers) {
      upstream.answer = (_request, response) => void response.writeHead(status, { 'Content-Type': type, Location: 'http://127.0.0.1:9/' }).end(body);
      const answer = await send(here);
      assert.deepEqual(
        [answer.status, answer.headers['retry-after'], /Receipts can’t be checked at the moment/.test(answer.text)],
        [503, '60', true],
        body,
      );
      assert.doesNotMatch(answer.text, /<script/);
    }
    upstream.answer = (request, response) => void request.headers && void response.destroy();
    assert.equal((await send(here)).status, 503);
  } finally {
    await other.stop();
    upstream.stop();
  }
});

test('thirty requests a minute of one computer are answered, and no more', async () => {
  const own = await startSite((await it.harness.orchestrator.app.listeningOrigin) ?? '');
  try {
    const statuses: number[] = [];
    for (let nth = 1; nth <= 32; nth += 1) statuses.push((await send(`${own.url}/wp-json/aiguy/v1/receipts`)).status);
    assert.deepEqual([statuses.slice(0, 30).every((status) => status === 200), statuses.slice(30)], [true, [429, 429]]);
    const refused = await send(`${own.url}/wp-json/aiguy/v1/receipts`, form('x'));
    assert.match(refused.text, /many checks at once/);
    assert.equal(refused.headers['retry-after'], '60');
  } finally {
    await own.stop();
  }
});
