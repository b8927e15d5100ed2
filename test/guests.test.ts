// A guest's order through the whole back end as it runs, without a model: the form for the address, the code in the mail, the click, the undo.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ReceiptValue } from '@aiguy/manifests/generated/events';
import type { ChatAnswer, Interrupt } from '@aiguy/manifests/generated/http';
import { signToken } from '@aiguy/manifests/tokens';
import { type Backend, startBackend } from '../scripts/backend.ts';
import { freePort } from '../scripts/free-port.ts';
import { allScopes, developmentSigner } from '../scripts/keys.ts';
import { until } from '../scripts/until.ts';
import { type MailServer, startMailServer } from '../tools-api/src/backends/mail-server.fixture.ts';

/** Aarav Davis' order that is not shipped yet, and the address that it was billed to. */
const order = { id: 'W2403075', email: 'aarav.davis1165@example.com' };
const dataDir = mkdtempSync(join(tmpdir(), 'aiguy-guests-'));
const logged: string[] = [];
let backend: Backend;
let mail: MailServer;

before(async () => {
  mail = await startMailServer();
  backend = await startBackend({
    dataDir,
    siteUrl: 'http://shop.example',
    ports: { orchestrator: await freePort(), tools: await freePort() },
    inMemory: true,
    withArticles: false,
    toolsEnv: { SMTP_URL: mail.url(), SMTP_FROM: 'shop@shop.example' },
    log: (line) => void logged.push(line),
  });
});
after(async () => {
  await backend?.stop();
  await mail?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

type Guest = { sub: string; sid: string };
const newGuest = (): Guest => ({ sub: `anon:${randomBytes(16).toString('hex')}`, sid: randomBytes(24).toString('base64url') });

async function request(guest: Guest, path: string, payload?: object): Promise<Response> {
  const claims = { ...guest, scopes: allScopes, jti: crypto.randomUUID() };
  const assertion = await signToken('visitor-assertion', await developmentSigner(dataDir), claims);
  const accept = payload ? 'application/json' : 'text/event-stream';
  const headers = { authorization: `Bearer ${assertion}`, 'content-type': 'application/json', accept };
  const init = payload ? { method: 'POST', body: JSON.stringify(payload) } : {};
  return await fetch(`${backend.orchestratorUrl}${path}`, { ...init, headers, signal: AbortSignal.timeout(60_000) });
}

const post = async (guest: Guest, path: string, payload: object) => (await (await request(guest, path, payload)).json()) as ChatAnswer;
const ask = async (guest: Guest, message: string) => await post(guest, '/chat', { message });
const fillIn = async (guest: Guest, card: Interrupt, values: object) => await post(guest, `/sessions/${guest.sid}/inputs/${card.id}`, { values });
const log = async (guest: Guest) => await (await request(guest, `/sessions/${guest.sid}/events`)).text();

function cardIn(body: ChatAnswer): Interrupt {
  const [card] = body.interrupts ?? [];
  assert.ok(card, JSON.stringify(body));
  return card;
}

async function mailedCode(mails = 1): Promise<string> {
  await until(() => mail.mails.length >= mails, 'the mail');
  const newest = mail.mails[mails - 1];
  assert.deepEqual(newest?.to, [order.email]);
  return /: (\d{6})/.exec(newest.text.split('\r\n\r\n')[1] ?? '')?.[1] ?? assert.fail(newest.text);
}

test('a guest hears how his order goes once he has typed its address, and nothing else of it', async () => {
  const guest = newGuest();
  const card = cardIn(await ask(guest, `where is my order ${order.id}?`));
  const wrong = await fillIn(guest, card, { email: 'somebody@example.com' });
  assert.match(wrong.text, /don’t fit together/);
  const again = cardIn(await ask(guest, `where is my order ${order.id}?`));
  const told = await fillIn(guest, again, { email: order.email });
  assert.match(told.text, /^Order W2403075 was placed on \d+ \w+ \d{4} and has not been shipped yet\.$/);
});

test('a guest cancels his order with the code from his mail and a click, and takes it back; the code is nowhere else', async () => {
  const guest = newGuest();
  const first = cardIn(await ask(guest, `Please cancel order ${order.id}, I don't need it any more`));
  assert.equal(first.metadata.aiguy.tool, 'send_order_code');
  const second = cardIn(await fillIn(guest, first, { email: order.email }));
  const code = await mailedCode();
  const third = cardIn(await fillIn(guest, second, { code: code === '000000' ? '000001' : '000000' }));
  assert.match(third.message, /isn't right/);
  const click = cardIn(await fillIn(guest, third, { code }));
  assert.equal(click.message, `Cancel order ${order.id}`);
  const done = await post(guest, `/sessions/${guest.sid}/confirmations/${click.id}`, { decision: 'approve' });
  assert.match(done.text, /^Order W2403075 is cancelled\. \$[\d.,]+ goes back to/);

  const events = await log(guest);
  const receipt = JSON.parse(/^data: (.*"aiguy\.receipt".*)$/m.exec(events)?.[1] ?? '{}').value as ReceiptValue;
  assert.equal(receipt.tool, 'cancel_order');
  const undone = await post(guest, `/sessions/${guest.sid}/effects/${receipt.effectId}/undo`, {});
  assert.match(undone.text, /^Taken back: /);

  const inside = [await log(guest), ...logged, await (await fetch(`${backend.toolsUrl}/metrics`)).text()].join('\n');
  assert.doesNotMatch(inside, new RegExp(`(?<![0-9a-f.])${code}(?![0-9a-f])`));
  assert.ok(!inside.includes(order.email));
  assert.match(inside, /aiguy_guest_events_total\{event="mail_sent"\} 1/);
});

test('an address that no rule reads is asked for in a form, after e-mail and code; then comes the click, and the order goes there', async () => {
  const guest = newGuest();
  const mails = mail.mails.length;
  const proof = cardIn(await ask(guest, `please send order ${order.id} to my sister, Lindenweg 5 in Berlin`));
  assert.equal(proof.metadata.aiguy.tool, 'send_order_code');
  const codeForm = cardIn(await fillIn(guest, proof, { email: order.email }));
  const form = cardIn(await fillIn(guest, codeForm, { code: await mailedCode(mails + 1) }));
  const asked = form.responseSchema as { required: string[]; properties: Record<string, { title: string }> };
  assert.deepEqual([form.metadata.aiguy.tool, form.metadata.aiguy.heading], ['change_address', 'Where should it go?']);
  assert.deepEqual([form.message, form.metadata.aiguy.facts.map(({ label }) => label)], [`Send order ${order.id} to another address`, ['Until now']]);
  assert.deepEqual(
    [Object.keys(asked.properties), asked.required],
    [
      ['address1', 'address2', 'zip', 'city', 'state', 'country'],
      ['address1', 'city'],
    ],
  );
  const click = cardIn(await fillIn(guest, form, { address1: '5 Linden Way', city: 'Denver', state: 'CO', zip: '80202' }));
  assert.deepEqual(
    [click.reason, click.metadata.aiguy.facts[1]],
    ['confirmation', { label: 'New address', value: '5 Linden Way, Denver, CO 80202, USA' }],
  );
  const done = await post(guest, `/sessions/${guest.sid}/confirmations/${click.id}`, { decision: 'approve' });
  assert.equal(done.text, 'Order W2403075 now goes to 5 Linden Way, Denver, CO 80202, USA.');

  const abroad = cardIn(await ask(guest, `no, please send ${order.id} to Lindenweg 5, 10115 Berlin`));
  const refused = await fillIn(guest, abroad, { address1: 'Lindenweg 5', city: 'Berlin', zip: '10115', country: 'Germany' });
  assert.match(refused.text, /^That can’t be done: an order can’t be sent to another country here/);
  const short = await fillIn(guest, cardIn(await ask(guest, `send ${order.id} to Elm Road`)), { address1: '1 Elm Road', city: 'Denver' });
  assert.match(short.text, /^That isn’t complete, or can’t be right: the state is missing; a complete address/);
});

test('what one guest has shown is nothing to another one', async () => {
  assert.equal(cardIn(await ask(newGuest(), `where is my order ${order.id}?`)).metadata.aiguy.tool, 'confirm_order_email');
});

test('a guest opens a ticket: its card has the form for the address', async () => {
  const guest = newGuest();
  const card = cardIn(await ask(guest, 'open a ticket for me, nobody answers my mails'));
  assert.equal(card.metadata.aiguy.tool, 'create_support_ticket');
  assert.match((await fillIn(guest, card, { email: 'mia@example.com' })).text, /^Your ticket has the reference T-/);
});
