/// <reference lib="dom" />
// Cards, forms, receipts and files in Chromium, on a real WordPress page; the orchestrator is played.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, beforeEach, test } from 'node:test';
import type { PageSnapshot } from '@aiguy/manifests/generated/http';
import { axeViolations, ChatOnPage } from './browser.ts';
import {
  card,
  confirmation,
  focused,
  go,
  newChat,
  no,
  type PlayedSystem,
  picture,
  playShop,
  startPlayedSystem,
  waitForFocus,
} from './played-system.ts';

let system: PlayedSystem;

before(async () => {
  system = await startPlayedSystem();
});
after(async () => await system?.stop());
beforeEach(() => playShop(system.played));

test('by keyboard alone: the card names what it asks, «No» has the focus, Escape decides nothing, and «No» changes nothing', async (t) => {
  const { chat, page, session } = await newChat(t, system, { path: 'help' });
  await page.getByRole('button', { name: 'Open the chat' }).focus();
  await page.keyboard.press('Enter');
  await chat.input.waitFor();
  await page.waitForFunction(() => document.querySelector('.aiguy-chat')?.shadowRoot?.activeElement?.tagName === 'TEXTAREA');
  await page.keyboard.type('Please cancel my order');
  await page.keyboard.press('Enter');
  await waitForFocus(page, 'No');
  const described = await card(page).evaluate((element) => {
    const byId = (name: string) => (element.getRootNode() as ShadowRoot).getElementById(element.getAttribute(name) ?? '')?.textContent ?? '';
    return [byId('aria-labelledby'), byId('aria-describedby')];
  });
  assert.deepEqual(described, [
    'Cancel order W2530531?',
    'Order W2530531 is cancelled and its whole amount is paid back. This can be taken back for ten minutes.',
  ]);
  assert.match((await card(page).textContent()) ?? '', /€128\.40/);
  await page.keyboard.press('Escape');
  await chat.input.waitFor({ state: 'hidden' });
  assert.deepEqual(session().received, []);
  await page.keyboard.press('Enter');
  await chat.input.waitFor();
  await no(page).focus();
  await page.keyboard.press('Enter');
  await chat.says('You said no');
  await chat.says(/nothing was changed/);
  assert.deepEqual(session().received, [{ path: `confirmations/${[...session().interrupts.keys()][0]}`, body: { decision: 'reject' } }]);
  assert.equal(await page.getByRole('button', { name: 'Cancel the order' }).count(), 0);
  assert.equal(await page.evaluate(() => document.querySelector('.aiguy-chat')?.shadowRoot?.activeElement?.tagName), 'TEXTAREA');
});

test('a visitor who is in the middle of writing keeps the focus where he writes', async (t) => {
  const { chat, page, session } = await newChat(t, system);
  let release: () => void = () => undefined;
  system.played.onMessage = (given) => {
    release = () => given.ask(confirmation('card-late'));
  };
  await chat.open();
  await chat.ask('Please cancel my order');
  await page.getByRole('button', { name: 'Stop the answer' }).waitFor();
  await chat.input.pressSequentially('and another thing');
  release();
  await card(page).waitFor();
  await page.keyboard.type('!');
  assert.equal(await chat.input.inputValue(), 'and another thing!');
  assert.deepEqual(session().received, []);
});

test('what was agreed to is done once, with a receipt to download, and can be taken back', async (t) => {
  const { chat, page, session } = await newChat(t, system);
  await chat.open();
  await chat.ask('Please cancel my order');
  await go(page).dblclick();
  await chat.says('Done: Order W2530531 cancelled');
  await chat.says('Done');
  assert.equal(session().received.length, 1);
  await picture(page, 'receipt');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download the receipt' }).click()]);
  assert.equal(file.suggestedFilename(), 'receipt-1.json');
  assert.deepEqual(JSON.parse(await readFile(await file.path(), 'utf8')), { number: 1, signature: 'played' });
  await page.getByRole('button', { name: /^Undo/ }).click();
  await chat.says('The order goes on as before.');
  assert.deepEqual(session().received.at(-1), { path: 'effects/effect-1/undo', body: {} });
  assert.equal(await page.getByRole('button', { name: /^Undo/ }).count(), 0);
});

test('an invoice that was made is downloaded under its name; when it is gone, the chat says so', async (t) => {
  const { chat, page, session } = await newChat(t, system);
  await chat.open();
  await chat.ask('My invoice, please');
  const button = page.getByRole('button', { name: 'Download invoice-INV-2026-010223.pdf' });
  await button.waitFor();
  await picture(page, 'file');
  assert.deepEqual(await axeViolations(page), []);
  const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
  assert.equal(file.suggestedFilename(), 'invoice-INV-2026-010223.pdf');
  assert.equal(await readFile(await file.path(), 'utf8'), '%PDF-1.7 played');
  session().file = undefined;
  await button.click();
  await page.getByText('The file could not be loaded').waitFor();
});

test('a tool that asks for the page gets roles and names, no value; what the answer names is shown and outlined, the focus stays', async (t) => {
  const { chat, page, session } = await newChat(t, system);
  await page.evaluate(() => {
    const far = '<p style="height: 3000px"></p><a href="#x" id="far">Far away</a>';
    document.body.insertAdjacentHTML(
      'beforeend',
      `<form><label for="zip">Postcode</label><input id="zip"><textarea aria-label="Note"></textarea></form>${far}`,
    );
    for (const selector of ['#zip', '[aria-label=Note]']) (document.querySelector(selector) as HTMLInputElement).value = 'SECRET';
  });
  await chat.open();
  await chat.ask('What is on this page?');
  await chat.says('Look for the link');
  const { path, body } = session().received.at(-1) ?? assert.fail('no page was told');
  const { requestId, page: told } = body as { requestId: string; page: PageSnapshot };
  assert.deepEqual([path, requestId, JSON.stringify(told).includes('SECRET')], ['page', 'r'.repeat(24), false]);
  for (const control of [
    { kind: 'field', name: 'Postcode' },
    { kind: 'field', name: 'Note' },
    { kind: 'link', name: 'Far away' },
  ])
    assert.ok(
      told.controls.some(({ kind, name }) => kind === control.kind && name === control.name),
      JSON.stringify(told.controls),
    );
  assert.ok(!told.controls.some(({ name }) => /Write a message|Send/.test(name)));
  await page.waitForFunction(() => {
    const far = document.querySelector<HTMLElement>('#far');
    const top = far?.getBoundingClientRect().top ?? -1;
    return far?.style.outline.includes('3px') && top > 0 && top < innerHeight;
  });
  assert.equal(await page.evaluate(() => document.querySelector('.aiguy-chat')?.shadowRoot?.activeElement?.tagName), 'TEXTAREA');
});

test('two tabs, one card: the second shows the outcome of the first, and a click that comes too late is told so', async (t) => {
  const { chat, page, session } = await newChat(t, system);
  await chat.open();
  await chat.ask('Please cancel my order');
  await go(page).waitFor();
  const other = await page.context().newPage();
  // The second tab hears nothing until it has clicked.
  await other.route(/chat\?after=\d+&wait=/, async (route) => await route.abort());
  await other.goto(page.url());
  const otherChat = new ChatOnPage(other);
  await otherChat.open();
  await go(other).waitFor();
  await page.bringToFront();
  await no(page).click();
  await chat.says('You said no');
  await other.bringToFront();
  await go(other).click();
  await other.getByText('That was already decided, perhaps in another tab.').waitFor();
  await otherChat.says('You said no');
  assert.equal(await go(other).count(), 0);
  assert.deepEqual(
    session().received.map(({ body }) => body.decision),
    ['reject', 'approve'],
  );
  await picture(other, 'decided-elsewhere');
});

test('an open card shows by itself what another tab decided, and that its time is over', async (t) => {
  const { chat, page, session } = await newChat(t, system);
  await chat.open();
  await chat.ask('Please cancel my order');
  await go(page).waitFor();
  const other = await page.context().newPage();
  await other.goto(page.url());
  const otherChat = new ChatOnPage(other);
  await otherChat.open();
  await no(other).click();
  await otherChat.says('You said no');
  await page.bringToFront();
  await chat.says('You said no');
  await chat.ask('Please cancel it after all');
  await go(page).waitFor();
  session().settle([...session().interrupts.keys()].at(-1) ?? '', 'expired');
  await chat.says('Expired');
  assert.equal(await go(page).count(), 0);
});

test('a reload while a card is open shows it open; afterwards its outcome stays', async (t) => {
  const { chat, page } = await newChat(t, system);
  await chat.open();
  await chat.ask('Please cancel my order');
  await go(page).waitFor();
  await page.reload();
  await go(page).waitFor();
  assert.equal(await focused(page), undefined, 'a card of the past takes no focus');
  await go(page).click();
  await chat.says('Done: Order W2530531 cancelled');
  await page.reload();
  await chat.says('Done: Order W2530531 cancelled');
  assert.equal(await card(page).count(), 1);
  assert.equal(await go(page).count(), 0);
});

test('wrong fields are told at their place, here and by the server; a code is kept nowhere', async (t) => {
  const { chat, page, session } = await newChat(t, system);
  await chat.open();
  await chat.ask('What is the status of my order?');
  const order = page.getByRole('textbox', { name: 'Order number' });
  const email = page.getByRole('textbox', { name: 'E-mail of the order' });
  const code = page.getByRole('textbox', { name: 'Code from the mail' });
  await page.waitForFunction(() => document.querySelector('.aiguy-chat')?.shadowRoot?.activeElement?.getAttribute('name') === 'order');
  assert.deepEqual([await code.getAttribute('inputmode'), await code.getAttribute('autocomplete')], ['numeric', 'one-time-code']);
  await order.fill('W12');
  await email.fill('nobody');
  await page.getByRole('button', { name: 'Look it up' }).click();
  const errorOf = async (field: typeof order) =>
    await field.evaluate((element) => {
      const ids = (element.getAttribute('aria-describedby') ?? '').split(' ');
      const found = ids.map((id) => (element.getRootNode() as ShadowRoot).getElementById(id)?.textContent ?? '');
      return [element.getAttribute('aria-invalid'), found.at(-1)];
    });
  assert.deepEqual(await errorOf(order), ['true', 'This does not look right. Check it and try again.']);
  assert.deepEqual(await errorOf(email), ['true', 'Write an e-mail address, such as name@example.com.']);
  assert.deepEqual(await errorOf(code), ['true', 'Fill this in.']);
  assert.equal(await order.evaluate((element) => (element.getRootNode() as ShadowRoot).activeElement === element), true);
  assert.deepEqual(session().received, []);
  await picture(page, 'form-errors');

  system.played.checkForm = ({ code: given }) => (given === '012345' ? [] : [{ pointer: '/code', rule: 'pattern' }]);
  await order.fill('W2530531');
  await email.fill('a@b.example');
  await page.getByText('Return', { exact: true }).click();
  await page.getByRole('textbox', { name: /How many items/ }).fill('2');
  await code.fill('999999');
  await code.press('Enter');
  await page.getByText('Some fields are not filled in correctly.').waitFor();
  assert.deepEqual(await errorOf(code), ['true', 'That is not the code. Check it and write it again.']);
  assert.deepEqual([await code.inputValue(), await order.inputValue()], ['', 'W2530531']);
  await code.fill('012345');
  await code.press('Enter');
  await chat.says('Sent');
  const sent = { order: 'W2530531', email: 'a@b.example', reason: 'Return', count: 2, news: false, code: '012345' };
  assert.deepEqual(session().received.at(-1)?.body, { values: sent });
  const kept = await page.evaluate(
    () => document.querySelector('.aiguy-chat')?.shadowRoot?.innerHTML + JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
  );
  assert.ok(!/012345|999999|a@b\.example/.test(kept));
});

test('a form can be cancelled', async (t) => {
  const { chat, page, session } = await newChat(t, system);
  await chat.open();
  await chat.ask('What is the status of my order?');
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await chat.says('You cancelled');
  assert.deepEqual(session().received.at(-1)?.body, { cancel: true });
});

for (const [name, options] of [
  ['desktop', { viewport: { width: 1280, height: 900 } }],
  ['phone', { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, reducedMotion: 'reduce' }],
  ['phone-dark', { viewport: { width: 360, height: 740 }, colorScheme: 'dark', hasTouch: true, isMobile: true }],
  ['desktop-dark-rtl', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }],
] as const) {
  test(`cards, forms and receipts have nothing for axe to find, and nothing wider than the page (${name})`, async (t) => {
    const { chat, page } = await newChat(t, system, { ...options, path: 'help' });
    if (name.endsWith('rtl')) {
      await page.route('**/help/', async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: (await response.text()).replace('&quot;rtl&quot;:false', '&quot;rtl&quot;:true') });
      });
      await page.reload();
    }
    const check = async (state: string) => {
      await picture(page, `${state}-${name}`);
      assert.deepEqual(await axeViolations(page), [], state);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), state);
    };
    await chat.open();
    await chat.ask('Please cancel my order');
    await go(page).waitFor();
    await check('card');
    await go(page).click();
    await chat.says('Done: Order W2530531 cancelled');
    await chat.rests();
    await check('done');
    await chat.ask('What is the status of my order?');
    await page.getByRole('button', { name: 'Look it up' }).click();
    await page.getByText('Fill this in.').first().waitFor();
    await check('form');
  });
}
