/// <reference lib="dom" />
// What a visitor has of the chat beside writing, in Chromium on a real WordPress page with both services behind it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { demoLogins } from '../scripts/demo-site.ts';
import { axeViolations, type System, startSystem } from './browser.ts';
import { askReturns, button, choose, dialog, focused, newChat, type Options, picture, returns } from './visitor-page.ts';

let system: System;

before(async () => {
  system = await startSystem();
  // Every mail is caught, or refused while the server is said to be down.
  system.site.evaluate(
    `wp_mkdir_p( WPMU_PLUGIN_DIR ); file_put_contents( WPMU_PLUGIN_DIR . '/mails.php', '<?php add_filter( "pre_wp_mail", function ( $none, $mail ) {
      if ( get_option( "mail_server" ) === "down" ) { return false; }
      update_option( "caught_mails", array( ...get_option( "caught_mails", array() ), $mail ), false ); return true; }, 10, 2 );' );`,
  );
});
after(async () => await system?.stop());

type Mail = { to: string; subject: string; message: string };
const mails = (): Mail[] => JSON.parse(system.site.evaluate("echo wp_json_encode( get_option( 'caught_mails', array() ) );")) as Mail[];

test('an answer is rated with a reason, the conversation with stars, and both are there after a reload', async (t) => {
  const { chat, page } = await newChat(t, system);
  await chat.open();
  await askReturns(chat);
  await button(page, 'This did not help').click();
  await page.getByRole('radio', { name: 'It is out of date' }).check();
  await page.getByRole('textbox', { name: /In your words/ }).fill('The <b>date</b> is zebrawood.');
  assert.deepEqual(await axeViolations(page), []);
  await picture(page, 'reason');
  await button(page, /^Send what/).click();
  await page.getByText('Thank you for telling us.').waitFor();
  assert.equal(await focused(page), 'This did not help');
  await choose(page, 'Rate this conversation');
  await button(page, '4 of 5').click();
  await page.getByText('Thank you for telling us.').last().waitFor();
  await picture(page, 'stars');
  assert.deepEqual(await axeViolations(page), []);
  await button(page, 'Done').click();
  await page.reload();
  await page.getByRole('button', { name: 'This did not help', pressed: true }).waitFor();
  await choose(page, 'Rate this conversation');
  await page.getByRole('button', { name: '4 of 5', pressed: true }).waitFor();
  await page.keyboard.press('Escape');
  await button(page, 'This helped').click();
  await page.getByRole('button', { name: 'This helped', pressed: true }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'This did not help', pressed: true }).count(), 0);
});

test('closing asks once how it was, beside the launcher, and never again', async (t) => {
  const { chat, page } = await newChat(t, system);
  await page.goto(`${system.site.url}/help/`);
  await chat.open();
  await button(page, 'More options').waitFor();
  await button(page, 'Close the chat').first().click();
  assert.equal(await page.getByText('How was this conversation?').count(), 0, 'nothing was said');
  await chat.open();
  await askReturns(chat);
  await page.keyboard.press('Escape');
  await page.getByText('How was this conversation?').waitFor();
  assert.match(String(await focused(page)), /Open the chat/);
  assert.deepEqual(await axeViolations(page), []);
  await picture(page, 'farewell');
  await button(page, '5 of 5').click();
  await page.getByText('Thank you for telling us.').waitFor();
  await chat.open();
  await chat.input.press('Escape');
  await chat.input.waitFor({ state: 'hidden' });
  assert.equal(await button(page, '5 of 5').count(), 0);
});

test('a source opens in place by the keyboard alone, and Escape leads back to its number', async (t) => {
  const { chat, page } = await newChat(t, system);
  await chat.open();
  await askReturns(chat);
  const number = button(page, /^Source 1: .*Show the passage/).first();
  await number.focus();
  await page.keyboard.press('Enter');
  const preview = page.getByRole('region', { name: /^Source 1: / });
  await preview
    .getByText(/30 days/)
    .first()
    .waitFor();
  assert.match(String(await focused(page)), /^Source 1: /);
  assert.match((await preview.getByRole('link', { name: /Read the article/ }).getAttribute('href')) ?? '', /\/help\//);
  assert.deepEqual(await axeViolations(page), []);
  await picture(page, 'passage');
  await page.keyboard.press('Escape');
  await preview.waitFor({ state: 'hidden' });
  assert.match(String(await focused(page)), /Show the passage/);
  assert.ok(await chat.input.isVisible(), 'the chat stays open');
});

test('an answer is copied as it is pasted, and times are said in full', async (t) => {
  const { chat, page, context } = await newChat(t, system);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await chat.open();
  await askReturns(chat);
  await button(page, 'Copy the answer').click();
  await page.getByText('Copied.', { exact: true }).waitFor({ state: 'attached' });
  assert.match(await page.evaluate(async () => await navigator.clipboard.readText()), /within 30 days[^[]*\nReturn an item http/);
  assert.match((await chat.log.locator('time').last().getAttribute('title')) ?? '', /^\w+day, .* at /);
});

test('what is spoken stands in the text box, to be sent by the visitor; where a browser can’t listen there is no button', async (t) => {
  const { page, chat } = await newChat(t, system);
  await page.addInitScript(() => {
    class Heard extends EventTarget {
      lang = '';
      start() {
        const results = [[{ transcript: 'pay with ' }], [{ transcript: 'bitcoin' }]];
        setTimeout(() => this.dispatchEvent(Object.assign(new Event('result'), { results })));
        setTimeout(() => this.dispatchEvent(new Event('end')));
      }
    }
    Object.assign(window, { SpeechRecognition: Heard });
  });
  await page.reload();
  await chat.open();
  await chat.input.fill('Can I');
  await button(page, 'Speak your message').click();
  await page.waitForFunction(() => document.querySelector('.aiguy-chat')?.shadowRoot?.querySelector('textarea')?.value === 'Can I pay with bitcoin');
  assert.equal(await focused(page), 'Write a message');
  await page.addInitScript(() => void Object.assign(window, { SpeechRecognition: undefined, webkitSpeechRecognition: undefined }));
  await page.reload();
  await button(page, 'More options').waitFor();
  assert.equal(await button(page, 'Speak your message').count(), 0);
});

test('a customer begins anew, and finds both conversations on another device; another customer finds none of them', async (t) => {
  const login = demoLogins[0];
  const { chat, page } = await newChat(t, system, { login });
  await chat.open();
  await askReturns(chat);
  await choose(page, 'New conversation');
  await button(page, 'Begin a new one').click();
  await chat.log.getByText(returns, { exact: true }).waitFor({ state: 'hidden' });
  await chat.ask('Can I pay with bitcoin?');
  await chat.says(/not accepted/);
  await chat.rests();

  const other = await newChat(t, system, { login, viewport: { width: 390, height: 844 } });
  await other.chat.open();
  await choose(other.page, 'Your conversations');
  const list = dialog(other.page, 'Your conversations');
  await list.getByRole('button', { name: /^Can I pay with bitcoin/ }).waitFor();
  await picture(other.page, 'history-phone');
  assert.deepEqual(await axeViolations(other.page), []);
  await list
    .getByRole('button', { name: new RegExp(`^${returns.replace('?', '.')}`) })
    .first()
    .click();
  // To read first: what is open stays what it is.
  await list.getByText(/within 30 days/).waitFor();
  assert.equal(await list.getByRole('heading', { name: returns }).evaluate((heading) => heading.matches(':focus')), true);
  assert.equal(await other.chat.log.getByText(/within 30 days/).count(), 0);
  await picture(other.page, 'history-read-phone');
  assert.deepEqual(await axeViolations(other.page), []);
  await button(other.page, 'Back to the list').click();
  assert.match(String(await focused(other.page)), new RegExp(returns.replace('?', '.')));
  await other.page.keyboard.press('Enter');
  await button(other.page, 'Go on with this conversation').click();
  await other.chat.says(/within 30 days/);
  await other.chat.ask('Can I pay with paypal?');
  await other.chat.rests();
  await other.page.reload();
  await other.chat.says(/within 30 days/);
  await other.chat.says('Can I pay with paypal?');

  const stranger = await newChat(t, system, { login: demoLogins[1] });
  await stranger.chat.open();
  await choose(stranger.page, 'Your conversations');
  await stranger.page.getByText('You have no conversations yet.').waitFor();
});

test('the conversation is mailed to the customer’s own address, and to a guest’s with a code; both can download it', async (t) => {
  const customer = await newChat(t, system, { login: demoLogins[0] });
  await customer.chat.open();
  await askReturns(customer.chat);
  await choose(customer.page, 'Keep this conversation');
  await button(customer.page, 'Mail it to my account’s address').click();
  await customer.page.getByText(/is on its way to .…@/).waitFor();
  const mail = mails().at(-1);
  assert.equal(mail?.to, system.site.evaluate(`echo get_user_by( 'login', '${demoLogins[0]?.login}' )->user_email;`));
  assert.match(mail?.message ?? '', /How long do I have to send something back\?[\s\S]*within 30 days/);

  const guest = await newChat(t, system);
  await guest.chat.open();
  await askReturns(guest.chat);
  await choose(guest.page, 'Keep this conversation');
  const [download] = await Promise.all([guest.page.waitForEvent('download'), button(guest.page, 'Download as a text file').click()]);
  assert.match(readFileSync(await download.path(), 'utf8'), /^Your chat with Fernhill Goods\n\nYou, [\s\S]*within 30 days/);
  await guest.page.getByRole('textbox', { name: 'Or by e-mail to' }).fill('zebrawood@example.com');
  await picture(guest.page, 'transcript');
  assert.deepEqual(await axeViolations(guest.page), []);
  await button(guest.page, 'Send me a code').click();
  const code = guest.page.getByRole('textbox', { name: 'The code from the mail' });
  await code.fill('000000');
  await button(guest.page, 'Send the conversation').click();
  await guest.page
    .getByRole('alert')
    .getByText(/isn’t right/)
    .waitFor();
  await code.fill(/\d{6}/.exec(mails().at(-1)?.message ?? '')?.[0] ?? '');
  await button(guest.page, 'Send the conversation').click();
  await guest.page.getByText(/is on its way to z…@/).waitFor();
  assert.equal(mails().at(-1)?.to, 'zebrawood@example.com');

  t.after(() => void system.site.evaluate("delete_option( 'mail_server' );"));
  system.site.evaluate("update_option( 'mail_server', 'down', false );");
  await button(customer.page, 'Mail it to my account’s address').click();
  await customer.page
    .getByRole('status')
    .getByText(/Sending it to .…@\S+ is tried again within the next hour, also when you close this page/)
    .waitFor();
  await picture(customer.page, 'transcript-tried-again');
});

test('a guest goes on on another device by a link, after he has said yes there', async (t) => {
  const { chat, page } = await newChat(t, system);
  await chat.open();
  await askReturns(chat);
  await choose(page, 'Continue on another device');
  const link = page.getByRole('textbox', { name: 'Link' });
  await link.waitFor();
  await picture(page, 'link');
  const other = await newChat(t, system);
  await other.page.goto(await link.inputValue());
  await other.page.reload();
  await button(other.page, 'Go on here').click();
  await other.chat.says(/within 30 days/);
  assert.ok(!other.page.url().includes('aiguy-link'));
});

test('the owner’s questions begin an empty chat, and asking one of them takes them away', async (t) => {
  const questions =
    '&quot;suggestedQuestions&quot;:[&quot;Can I pay with bitcoin?&quot;,&quot;Two&quot;,&quot;Three&quot;,&quot;Four&quot;,&quot;Five&quot;]';
  const { chat, page } = await newChat(t, system, { change: (html) => html.replace(/&quot;suggestedQuestions&quot;:\[[^\]]*\]/, questions) });
  await chat.open();
  const list = page.getByRole('list', { name: 'Suggested questions' });
  await list.waitFor();
  assert.equal(await list.getByRole('listitem').count(), 4);
  await picture(page, 'questions');
  await list.getByRole('button', { name: 'Can I pay with bitcoin?' }).click();
  await chat.says(/not accepted/);
  assert.equal(await list.count(), 0);
});

test('without a network the chat says so, and sends what was written when it is back', async (t) => {
  const { chat, page, context } = await newChat(t, system);
  await chat.open();
  await button(page, 'More options').waitFor();
  await context.setOffline(true);
  await page.getByText('You are offline. What you write is sent when you are back.').waitFor();
  await chat.ask(returns);
  await picture(page, 'offline');
  assert.deepEqual(await axeViolations(page), []);
  await context.setOffline(false);
  await chat.says(/within 30 days/);
  assert.equal(await page.getByText('You are offline.', { exact: false }).count(), 0);
});

test('sound is off until it is wanted, and stays wanted', async (t) => {
  const { chat, page } = await newChat(t, system);
  await chat.open();
  await button(page, 'More options').click();
  const sound = page.getByRole('switch', { name: 'Sound when an answer comes' });
  assert.equal(await sound.getAttribute('aria-checked'), 'false');
  await sound.click();
  await page.reload();
  await button(page, 'More options').click();
  assert.equal(await sound.getAttribute('aria-checked'), 'true');
});

for (const [name, options] of [
  ['desktop', {}],
  ['phone-dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true, isMobile: true }],
  ['rtl', { change: (html: string) => html.replace('&quot;rtl&quot;:false', '&quot;rtl&quot;:true') }],
] as const satisfies [string, Options][]) {
  test(`axe finds nothing: empty, menu, answer, dialogs, card, waiting, error (${name})`, async (t) => {
    const { chat, page } = await newChat(t, system, { ...options, login: demoLogins[2] } as Options);
    const found: string[] = [];
    const look = async (state: string) => {
      found.push(...(await axeViolations(page)).map((violation) => `${state}: ${violation}`));
      await picture(page, `${name}-${state}`);
    };
    await chat.open();
    await button(page, 'More options').waitFor();
    await look('empty');
    await askReturns(chat);
    await look('answer');
    await button(page, 'More options').click();
    await look('menu');
    await page.keyboard.press('Escape');
    for (const item of ['Your conversations', 'Keep this conversation', 'Rate this conversation', 'Continue on another device']) {
      await choose(page, item);
      await page.waitForLoadState('networkidle');
      await look(item.split(' ').at(-1) ?? '');
      await page.keyboard.press('Escape');
      assert.match(String(await focused(page)), /More options/, `${item}: the focus is back`);
    }
    await button(page, /^Source 1: /)
      .first()
      .click();
    await look('passage');
    await button(page, 'Close the passage').click();
    await button(page, 'This did not help').click();
    await look('reason');
    await page.keyboard.press('Escape');
    await chat.ask('Please cancel order W6731310');
    const card = page.getByRole('group', { name: /cancel/i });
    await chat.rests();
    await card.waitFor();
    await look('card');
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    await page.route('**/aiguy/v1/chat', async (route) => {
      await answered;
      await route.fulfill({ status: 503, json: { code: 'overloaded', message: '', requestId: 'r' } });
    });
    await chat.ask('And now?');
    await chat.says('Thinking…');
    await look('thinking');
    answer();
    await button(page, 'Try again').waitFor();
    await look('error');
    assert.deepEqual(found, []);
    const small = await page.evaluate(() =>
      [...(document.querySelector('.aiguy-chat')?.shadowRoot?.querySelectorAll('.chat button') ?? [])]
        .filter((element) => element.checkVisibility() && !element.closest('sup'))
        .map((element) => ({ label: element.getAttribute('aria-label') ?? element.textContent, box: element.getBoundingClientRect() }))
        .filter(({ box }) => box.width < 24 || box.height < 24)
        .map(({ label }) => label),
    );
    assert.deepEqual(small, []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  });
}
