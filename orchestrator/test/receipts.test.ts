// What a visitor holds in his hand: one signed receipt for each write that was done, and a page on which anybody sees whether it is genuine.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { argumentsDigest } from '@aiguy/manifests/digest';
import type { ReceiptVerdict } from '@aiguy/manifests/generated/http';
import { Effects } from '../src/session/effects.ts';
import { signReceipt } from '../src/session/receipt-token.ts';
import { Receipts } from '../src/session/receipts.ts';
import { makeOwnKey } from './harness.ts';
import { newBuyer, WriteHarness } from './write-harness.ts';

let it: WriteHarness;
const nativePostgres = process.env.AIGUY_TEST_POSTGRES === 'native' ? await import('../../scripts/native-postgres.ts') : undefined;
const former = await makeOwnKey();

before(async () => {
  it = await WriteHarness.start(
    { formerKeys: former.publicKeys.keys, config: { RECEIPT_CHECKS_PER_MINUTE: 1000 } },
    nativePostgres?.startNativePostgres,
  );
});
after(async () => await it.close());

const digest = (text: string) => createHash('sha256').update(text).digest('base64url');

async function verdictOn(receipts: string): Promise<ReceiptVerdict> {
  const response = await it.harness.orchestrator.app.inject({ method: 'POST', url: '/receipts/verify', payload: { receipts } });
  assert.equal(response.statusCode, 200, response.body);
  return response.json();
}

async function problemOf(receipt: string): Promise<string | undefined> {
  const { receipts } = await verdictOn(receipt);
  assert.equal(receipts.length, 1);
  return receipts[0]?.problem;
}

async function page(options: { url?: string; type?: string; payload?: string | Buffer; from?: string }) {
  const { url = '/receipts/verify', type, payload, from = '127.0.0.1' } = options;
  const headers = type === undefined ? {} : { 'content-type': type };
  return await it.harness.orchestrator.app.inject({
    method: payload === undefined ? 'GET' : 'POST',
    url,
    headers,
    payload,
    remoteAddress: from,
  } as never);
}

const formOf = (receipts: string) => ({ type: 'application/x-www-form-urlencoded', payload: new URLSearchParams({ receipts }).toString() });

test('a write that was done has one receipt, which says what, when and with which result', async () => {
  const visitor = newBuyer();
  const event = await it.cancelOrder(visitor);
  const { receipts } = (await it.get(visitor, '/receipts')).json();
  assert.equal(receipts.length, 1);
  const { payload, receipt } = receipts[0];
  const { at, effect, session, ...said } = payload;
  assert.deepEqual(said, {
    iss: 'http://orchestrator.example',
    number: 1,
    tool: 'cancel_order',
    summary: 'Cancel order W2530531',
    args_digest: argumentsDigest({ order_id: 'W2530531', reason: 'no_longer_needed' }),
    facts: [{ label: 'Order', value: 'W2530531' }],
    amount: { value: 9.5, currency: 'USD' },
    result: { order_id: 'W2530531', status: 'cancelled', refund_amount: 9.5 },
    prev: null,
  });
  assert.ok(!receipt.includes(visitor.sid) && session !== visitor.sid);
  assert.deepEqual([event.number, event.effectId, event.at, event.summary], [1, effect, at, 'Cancel order W2530531']);
  assert.equal(Date.parse(event.undoUntil ?? '') - Date.parse(at), 600_000);
  assert.deepEqual(await verdictOn(receipt), {
    receipts: [{ valid: true, payload }],
    chains: [{ session, numbers: [1], missing: [], broken: [], whole: true }],
  });
});

test('a no, a refusal and a read leave no receipt', async () => {
  const visitor = newBuyer();
  const card = await it.ask(visitor, 'cancel W2530531');
  await it.post(visitor, `/sessions/${visitor.sid}/confirmations/${card.id}`, { decision: 'reject' });
  const other = await it.ask(visitor, 'cancel W2530532');
  it.shop.refusal = { ok: false, code: 'not_allowed_now', message: 'no' };
  await it.confirm(visitor, other);
  it.shop.refusal = undefined;
  await it.post(visitor, '/chat', { message: 'How are you?' });
  assert.deepEqual([await it.receipts(visitor), await it.receiptEvents(visitor)], [[], []]);
});

test('the receipts of a session are a chain, and numbers have no holes, also when writes are settled at once', async () => {
  const visitor = newBuyer();
  for (const order of ['W0000001', 'W0000002', 'W0000003']) await it.cancelOrder(visitor, order);
  // Writes in doubt are settled beside the conversation, several at once.
  const { harness } = it;
  const effects = new Effects(harness.database, new Receipts(harness.database, harness.key, new Map()));
  await harness.database.query(
    `INSERT INTO effects (key, session_id, run_id, interrupt_id, tool, summary, args, status)
     SELECT key || n, session_id, run_id, interrupt_id, tool, summary, args, 'unknown' FROM (SELECT * FROM effects WHERE session_id = $1 LIMIT 1) AS one, generate_series(1, 5) AS n`,
    [visitor.sid],
  );
  const { rows } = await harness.database.query<{ key: string }>(`SELECT key FROM effects WHERE session_id = $1 AND status = 'unknown'`, [
    visitor.sid,
  ]);
  await Promise.all([...rows, ...rows].map(async ({ key }) => await effects.settle(key, { ok: true, output: {} })));
  const files = await it.receipts(visitor);
  assert.deepEqual(
    files.map(({ payload }) => payload.number),
    [1, 2, 3, 4, 5, 6, 7, 8],
  );
  for (const [index, { payload }] of files.entries()) assert.equal(payload.prev, index === 0 ? null : digest(files[index - 1]?.receipt ?? ''));
  const all = files.map(({ receipt }) => receipt);
  const whole = (await verdictOn(all.toReversed().join('\n'))).chains[0];
  assert.deepEqual([whole?.whole, whole?.numbers.length, whole?.missing], [true, 8, []]);
  const gap = (await verdictOn(all.filter((_, index) => index !== 1).join(' '))).chains[0];
  assert.deepEqual([gap?.whole, gap?.missing, gap?.broken], [false, [2], []]);
});

test('a receipt that was exchanged for another one breaks the chain, even when it is signed', async () => {
  const visitor = newBuyer();
  await it.cancelOrder(visitor, 'W0000001');
  await it.cancelOrder(visitor, 'W0000002');
  const [first, second] = await it.receipts(visitor);
  assert.ok(first && second);
  const { iss: _iss, ...payload } = first.payload;
  const exchanged = await signReceipt(it.harness.key, { ...payload, summary: 'Something else' });
  const [chain] = (await verdictOn(`${exchanged} ${second.receipt}`)).chains;
  assert.deepEqual([chain?.whole, chain?.broken], [false, [2]]);
  const [doubled] = (await verdictOn(`${exchanged} ${first.receipt} ${second.receipt}`)).chains;
  assert.equal(doubled?.whole, false);
});

test('a receipt of which anything was changed is not genuine, and nothing of it is told', async () => {
  const visitor = newBuyer();
  await it.cancelOrder(visitor);
  const [file] = await it.receipts(visitor);
  assert.ok(file);
  const [header = '', payload = '', signature = ''] = file.receipt.split('.');
  const changed = Buffer.from(JSON.stringify({ ...file.payload, summary: 'Refund 9,000 dollars' })).toString('base64url');
  const flipped = (text: string, at: number) => `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
  assert.equal(await problemOf(`${header}.${changed}.${signature}`), 'signature');
  assert.equal(await problemOf(`${header}.${payload}.${flipped(signature, 5)}`), 'signature');
  assert.equal(await problemOf(`${header}.${payload}.`), 'unreadable');
  assert.equal(await problemOf(`${header}.${payload.slice(0, -4)}.${signature}`), 'signature');
  assert.equal((await verdictOn(`${header}.${changed}.${signature}`)).receipts[0]?.payload, undefined);
  // Each of the 64 spellings of the last character, of which four say the same bytes: only the one that was signed is the receipt.
  const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const { receipts } = await verdictOn([...last].map((letter) => `${header}.${payload}.${signature.slice(0, -1)}${letter}`).join(' '));
  assert.equal(receipts.filter(({ valid }) => valid).length, 1);
});

test('another key, another kind of token and no signature are not genuine; a key that signed before is', async () => {
  const visitor = newBuyer();
  await it.cancelOrder(visitor);
  const [file] = await it.receipts(visitor);
  assert.ok(file);
  const { iss: _iss, ...payload } = file.payload;
  const stranger = await makeOwnKey();
  assert.equal(await problemOf(await signReceipt(stranger, payload)), 'unknown_key');
  assert.equal(await problemOf(await signReceipt({ ...stranger, kid: it.harness.key.kid }, payload)), 'signature');
  assert.equal(await problemOf(await signReceipt(former, payload)), undefined);
  assert.equal(await problemOf(await signReceipt(it.harness.key, { ...payload, number: 0 })), 'content');
  const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'receipt+jwt' })).toString('base64url');
  assert.equal(await problemOf(`${none}.${file.receipt.split('.')[1]}.`), 'unreadable');
  assert.equal(await problemOf(await it.harness.assertionFor(visitor)), 'unknown_key');
});

test('what was typed into a form is in no receipt, even when the tool repeats it', async () => {
  const visitor = { ...newBuyer(), sub: 'anon:guest-000000000001' };
  const card = await it.ask(visitor, 'open a ticket');
  await it.post(visitor, `/sessions/${visitor.sid}/inputs/${card.id}`, { values: { email: 'jo@secret.example' } });
  const [file] = await it.receipts(visitor);
  assert.deepEqual(file?.payload.result, { reference: 'T-7K3M9Q', sent_to: '(not shown)', nested: ['(not shown)'] });
  const { rows } = await it.harness.database.query('SELECT * FROM receipts WHERE session_id = $1', [visitor.sid]);
  assert.ok(!JSON.stringify(rows).includes('secret'));
  assert.ok(!JSON.stringify((await it.harness.database.query('SELECT * FROM interrupts')).rows).includes('jo@secret'));
});

test('a result that is too large is named by its digest', async () => {
  const visitor = newBuyer();
  const card = await it.ask(visitor, 'cancel W2530531');
  const { harness } = it;
  await harness.database.query(
    `INSERT INTO effects (key, session_id, run_id, interrupt_id, tool, summary, args) SELECT 'large' || id, session_id, run_id, id, tool, 'Large', args FROM interrupts WHERE id = $1`,
    [card.id],
  );
  const output = { text: 'x'.repeat(5000) };
  await new Effects(harness.database, new Receipts(harness.database, harness.key, new Map())).settle(`large${card.id}`, { ok: true, output });
  const [file] = await it.receipts(visitor);
  assert.deepEqual([file?.payload.result, file?.payload.result_digest], [undefined, argumentsDigest(output)]);
});

test('a receipt is downloaded as a file, or read as JSON, by its visitor alone', async () => {
  const visitor = newBuyer();
  await it.cancelOrder(visitor);
  const [file] = await it.receipts(visitor);
  const download = await it.get(visitor, '/receipts/1', '*/*');
  assert.equal(download.headers['content-disposition'], 'attachment; filename="receipt-1.jwt.txt"');
  assert.deepEqual([download.headers['content-type'], download.body], ['text/plain; charset=utf-8', `${file?.receipt}\n`]);
  const check_at = 'http://orchestrator.example/receipts';
  assert.deepEqual((await it.get(visitor, '/receipts/1')).json(), { ...file, check_at });
  const named = async (address: string) => (await it.get(visitor, `/receipts/1?check_at=${encodeURIComponent(address)}`)).json().check_at;
  assert.equal(await named('https://shop.example/wp-json/aiguy/v1/receipts'), 'https://shop.example/wp-json/aiguy/v1/receipts');
  for (const bad of ['javascript:alert(1)', 'receipts', 'https://a:b@shop.example/', `https://shop.example/${'x'.repeat(500)}`])
    assert.equal(await named(bad), check_at, bad);
  const others = [{ ...newBuyer(), sid: visitor.sid, sub: 'wp:1:8' }, newBuyer()];
  for (const other of others) {
    const headers = await it.headers(other);
    const response = await it.harness.orchestrator.app.inject({ url: `/sessions/${visitor.sid}/receipts/1`, headers });
    assert.deepEqual([response.statusCode, response.json().code], [404, 'not_found']);
  }
  for (const number of ['2', '0', '01', 'x', '-1', '9999999999'])
    assert.equal((await it.get(visitor, `/receipts/${number}`)).statusCode, 404, number);
});

test('the page shows what a receipt says, from a pasted text and from an uploaded file, and escapes all of it', async () => {
  const visitor = newBuyer();
  await it.cancelOrder(visitor);
  const [file] = await it.receipts(visitor);
  assert.ok(file);
  const { iss: _iss, ...payload } = file.payload;
  const evil = await signReceipt(it.harness.key, {
    ...payload,
    summary: '<script>alert(1)</script>',
    facts: [{ label: '<b>', value: '"><img src=x onerror=alert(1)>' }],
    result: { '<i>': "'</dd>\u202e", nested: { a: ['<u>'] } },
  });
  const pasted = await page(formOf(evil));
  assert.equal(pasted.statusCode, 200);
  assert.match(pasted.body, /This receipt is genuine/);
  assert.match(pasted.body, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
  assert.doesNotMatch(pasted.body, /<script|<img|<b>|<i>|<u>|\u202e/);
  const form = new FormData();
  form.set('receipts', '');
  form.set('file', new Blob([JSON.stringify(file)], { type: 'application/json' }), 'receipt-1.json');
  const upload = new Response(form);
  const uploaded = await page({ type: upload.headers.get('content-type') ?? '', payload: Buffer.from(await upload.arrayBuffer()) });
  assert.match(uploaded.body, /This receipt is genuine[\s\S]*Cancel order W2530531[\s\S]*\$9\.50/);
  assert.match((await page(formOf(`${evil}x`))).body, /This receipt is not genuine/);
  assert.match((await page(formOf('hello'))).body, /There is no receipt in that/);
});

test('the page allows nothing but its own style', async () => {
  const response = await page({ url: '/receipts' });
  assert.equal(response.statusCode, 200);
  const policy = String(response.headers['content-security-policy']);
  const style = /<style>([\s\S]*?)<\/style>/.exec(response.body)?.[1] ?? '';
  assert.equal(
    policy,
    `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  );
  assert.doesNotMatch(response.body, /<script|style=| on\w+=|https?:\/\//);
});

test('too much, too often and nothing at all are told on the page and in JSON', async () => {
  const inJson = async (payload: object) =>
    (await it.harness.orchestrator.app.inject({ method: 'POST', url: '/receipts/verify', payload, remoteAddress: '192.0.2.1' })).json().code;
  assert.equal(await inJson({ receipts: 'x'.repeat(70_000) }), 'payload_too_large');
  assert.equal(await inJson({ receipts: '' }), 'invalid_request');
  assert.equal(await inJson({ text: 'x' }), 'invalid_request');
  const large = await page({ ...formOf('x'.repeat(70_000)), from: '192.0.2.1' });
  assert.deepEqual([large.statusCode, /more than 64 kB/.test(large.body)], [413, true]);
  const broken = await page({ type: 'multipart/form-data; boundary=x', payload: 'no parts', from: '192.0.2.1' });
  assert.deepEqual([broken.statusCode, /could not be checked/.test(broken.body)], [400, true]);
  for (let count = 0; count < 1000; count += 1) await inJson({ receipts: 'x' });
  const limited = await page({ ...formOf('x'), from: '192.0.2.1' });
  assert.deepEqual([limited.statusCode, /many checks/.test(limited.body)], [429, true]);
  assert.ok(Number(limited.headers['retry-after']) > 0);
  assert.equal((await page({ ...formOf('x'), from: '192.0.2.2' })).statusCode, 200);
});

test('sixty-four kilobytes made to be slow to read are read at once', async () => {
  const startedMs = performance.now();
  for (const text of ['eyJ'.repeat(21_000), 'eyJ.'.repeat(16_000), `${'eyJ'.repeat(20_000)}.${'a'.repeat(2000)}`]) await verdictOn(text);
  assert.ok(performance.now() - startedMs < 5000);
});
