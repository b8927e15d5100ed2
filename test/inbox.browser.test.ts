/// <reference lib="dom" />
// A visitor and a person of the site in two browsers, with the real services and a real WordPress between them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { demoLogins } from '../scripts/demo-site.ts';
import { until } from '../scripts/until.ts';
import { axeViolations, ChatOnPage, type System, signIn, startSystem } from './browser.ts';
import { inboxOf, openChat, openPage, placePlugin, query } from './inbox-pages.ts';
import { picture } from './played-system.ts';

const hostile = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> [click](javascript:window.hacked=1) \u202Eevil';
/** What of it a header may hold. */
const inHeader = '"><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
let system: System;

before(async () => {
  system = await startSystem({ OPENING_HOURS: 'Mon-Sun 00:00-24:00' });
});
after(async () => await system?.stop());

test('a visitor asks for a person, one takes over in another browser, they talk, and the agent answers again', async (t) => {
  const { page, chat } = await openChat(system, t);
  await chat.ask('how long do I have to send something back?');
  await chat.says(/days/);
  await chat.rests();
  await picture(page, 'person-1-header');
  await page.getByRole('button', { name: 'Talk to a person' }).click();
  await page.getByText(/If nobody has joined by/).waitFor();
  await picture(page, 'person-2-waiting');
  assert.deepEqual(await axeViolations(page), []);

  const staff = await openPage(system, t, { asOwner: true });
  await staff.goto(inboxOf(system));
  await staff.getByRole('button', { name: '1 visitor is waiting for a person' }).click();
  await staff
    .getByRole('button', { name: /how long do I have/ })
    .first()
    .click();
  const transcript = staff.getByRole('log', { name: 'What was said' });
  await transcript.getByText('The visitor asked for a person.').waitFor();
  await transcript.locator('strong', { hasText: 'Return an item' }).waitFor();
  await picture(staff, 'inbox-1-waiting');
  assert.deepEqual(await axeViolations(staff, '#aiguy-admin'), []);
  await staff.getByRole('button', { name: 'Take over', exact: true }).click();
  await chat.says(/Shop Owner has joined/);
  await staff
    .locator('.aiguy-list')
    .getByRole('button', { name: /how long do I have/ })
    .waitFor();
  assert.equal(await staff.getByRole('combobox', { name: 'Show' }).inputValue(), 'with_person');
  await staff.getByRole('textbox', { name: 'Your answer' }).fill('Hello, this is me. What is it about?');
  await staff.keyboard.press('Control+Enter');
  await chat.says('Hello, this is me. What is it about?');
  await page.getByText('You are talking to Shop Owner.').waitFor();
  await chat.ask('My kettle broke after two days');
  await transcript.getByText('My kettle broke after two days').waitFor();
  await picture(page, 'person-3-talking');
  await staff.getByRole('textbox', { name: 'Add a note' }).fill('Call back about the kettle');
  await staff.getByRole('button', { name: 'Save the note' }).click();
  await staff.locator('.aiguy-details li').getByText('Call back about the kettle').waitFor();
  await picture(staff, 'inbox-2-talking');
  assert.deepEqual(await axeViolations(staff, '#aiguy-admin'), []);
  assert.equal(await chat.log.getByText('Hello, this is me.').count(), 1);

  await staff.getByRole('button', { name: 'Hand back to the agent' }).click();
  await chat.says('The assistant answers again.');
  await chat.ask('hello');
  await chat.says(/Ask me about an order/);
  await transcript.getByText(/Ask me about an order/).waitFor();
  const [download] = await Promise.all([staff.waitForEvent('download'), staff.getByRole('button', { name: 'Save as text' }).click()]);
  const exported = readFileSync(await download.path(), 'utf8');
  assert.match(exported, / begun \S+ on http:[^\n]+\nBrowser: Mozilla[^\n]+\n/);
  assert.match(exported, /\(tool: [^\n]+ \[retrieve_docs \{"query":"[^\n]+ → ok\]\)/);
  await page.reload();
  await chat.says('Hello, this is me. What is it about?');
  assert.equal(await chat.log.getByText('Hello, this is me.').count(), 1);

  await staff.getByRole('button', { name: 'Delete this conversation' }).click();
  const question = staff.getByRole('dialog', { name: 'Delete this conversation for good?' });
  await question.getByRole('button', { name: 'Keep it' }).click();
  await staff.getByRole('button', { name: 'Delete this conversation' }).click();
  await question.getByRole('button', { name: 'Delete', exact: true }).click();
  await staff.getByText('Choose a conversation to read it as it happens.').waitFor();
  await page.reload();
  await chat.ask('how long do I have to send something back?');
  await chat.says(/days/);
  assert.equal(await chat.log.getByText('Hello, this is me.').count(), 0, 'what was deleted is gone in the browser, too');
});

test('what strangers write does nothing on the screen: it is letters', async (t) => {
  const { chat } = await openChat(system, t, {
    userAgent: `Mozilla/5.0 (odd) ${inHeader}`,
    url: `${system.pageUrl}?secret=1&"><img src=x onerror=window.hacked=1>`,
  });
  await chat.ask(`find ${hostile}`);
  await chat.log.locator('article.assistant').first().waitFor();
  await chat.rests();
  await query(
    system,
    `CREATE TABLE IF NOT EXISTS ratings (session_id text, run_id text DEFAULT '', score integer, reason text, comment text, rated_at timestamptz DEFAULT now(),
       PRIMARY KEY (session_id, run_id))`,
  );
  await query(
    system,
    `INSERT INTO ratings (session_id, score, reason, comment) SELECT session_id, 1, $1, $1 FROM runs WHERE input ->> 'text' LIKE 'find <img%' LIMIT 1`,
    [hostile],
  );
  await query(system, `UPDATE runs SET unhelped = true WHERE input ->> 'text' LIKE 'find <img%'`);
  system.site.evaluate(`wp_update_user( array( 'ID' => 9001, 'display_name' => '<img src=x onerror=window.hacked=1>Owner' ) );`);
  t.after(() => void system.site.evaluate(`wp_update_user( array( 'ID' => 9001, 'display_name' => 'Shop Owner' ) );`));
  const staff = await openPage(system, t, { asOwner: true });
  await staff.goto(inboxOf(system));
  await staff.getByRole('combobox', { name: 'Show' }).selectOption('low_rating');
  await staff.getByRole('button', { name: /onerror/ }).click();
  const transcript = staff.getByRole('log', { name: 'What was said' });
  await transcript.getByText('<script>window.hacked=1</script>').waitFor();
  const from = staff.locator('.aiguy-from');
  await from.getByText('Mozilla/5.0 (odd)').waitFor();
  await from.getByText(system.pageUrl, { exact: true }).waitFor();
  // What was stored past every check is letters too.
  await query(system, `UPDATE sessions SET page = $1, browser = $1 WHERE browser LIKE '%(odd)%'`, [`javascript:window.hacked=1//${hostile}`]);
  await from.getByText('javascript:window.hacked=1').nth(1).waitFor();
  assert.equal(await from.locator('a, img, script').count(), 0);
  await picture(staff, 'inbox-3-hostile-from');
  await staff.getByRole('button', { name: 'Take over', exact: true }).click();
  await staff.getByRole('textbox', { name: 'Your answer' }).fill(hostile);
  await staff.getByRole('button', { name: 'Send', exact: true }).click();
  await chat.says(/<script>|evil/);
  await staff.getByRole('textbox', { name: 'Add a note' }).fill(hostile);
  await staff.getByRole('button', { name: 'Save the note' }).click();
  await staff.locator('.aiguy-details li').first().waitFor();
  await picture(staff, 'inbox-3-hostile');
  await staff.getByRole('tab', { name: 'Questions without a good answer' }).click();
  await staff
    .getByText(/Asked \d+ time/)
    .first()
    .waitFor();
  await picture(staff, 'inbox-4-questions');
  assert.deepEqual(await axeViolations(staff, '#aiguy-admin'), []);
  for (const page of [staff, chat.page])
    assert.deepEqual(
      await page.evaluate(() => [
        (window as { hacked?: number }).hacked,
        document.querySelectorAll('#aiguy-admin :is(img, script, a[href^="javascript"])').length,
      ]),
      [undefined, 0],
    );
  await staff.getByRole('button', { name: 'Write an article' }).first().click();
  await staff.waitForURL(/post\.php\?post=\d+&action=edit/);
  assert.match(system.site.evaluate(`echo get_posts( array( 'post_type' => 'page', 'post_status' => 'draft' ) )[0]->post_title;`), /^find/);
});

test('a customer’s name and the agent’s, as another plugin may have stored them, are letters in the chat, the inbox and the tickets', async (t) => {
  const name = '"><img src=x onerror=window.hacked=1><script>window.hacked=1</script>';
  const customer = demoLogins[0];
  const rename = (to: string) =>
    system.site.evaluate(
      `$wpdb->update( $wpdb->users, array( 'display_name' => base64_decode( '${Buffer.from(to).toString('base64')}' ) ), array( 'user_login' => '${customer.login}' ) ); clean_user_cache( get_user_by( 'login', '${customer.login}' ) );`,
    );
  rename(name);
  // WordPress' own bar above the page, which in 6.6 prints a name as it is stored.
  const noBar = "add_filter( 'show_admin_bar', '__return_false' );";
  const everywhere = `array( 'on' => true, 'include' => array(), 'exclude' => array() )`;
  placePlugin(
    system,
    `${noBar} add_filter( 'aiguy_agents', fn() => array( array( 'id' => 'main', 'name' => 'Ada', 'greeting' => 'Hi', 'everywhere' => ${everywhere} ) ) ); add_filter( 'aiguy_own_text', fn() => '${name}' );`,
  );
  t.after(() => {
    rename('Aarav Martin');
    placePlugin(system, '');
  });
  const page = await openPage(system, t);
  await signIn(page.context(), system.site, customer);
  await page.goto(`${system.site.url}/`);
  const chat = new ChatOnPage(page);
  await chat.open();
  await page.getByRole('heading', { name, exact: true }).waitFor();
  await chat.says(name);
  await chat.ask('open a ticket for me: the kettle sings in a strange key');
  await chat.log.getByRole('button', { name: 'Open the ticket' }).click();
  await chat.says(/reference T-/);
  await picture(page, 'inbox-5-hostile-names');
  const staff = await openPage(system, t, { asOwner: true });
  await staff.goto(inboxOf(system));
  const listed = staff.getByRole('button', { name: /strange key/ });
  await listed.getByText(name, { exact: true }).waitFor();
  await listed.click();
  await staff.getByRole('heading', { name, exact: true }).waitFor();
  const inert = async (shown: Page) =>
    assert.deepEqual(
      await shown.evaluate(() => {
        const roots = [document.querySelector('.aiguy-chat')?.shadowRoot, document.querySelector('#aiguy-admin')];
        return [(window as { hacked?: number }).hacked, roots.flatMap((root) => [...(root?.querySelectorAll('img, script') ?? [])]).length];
      }),
      [undefined, 0],
    );
  await inert(staff);
  await picture(staff, 'inbox-6-hostile-names');
  await staff.getByRole('link', { name: /^T-/ }).click();
  await staff.getByRole('article').getByText(name).waitFor();
  await inert(staff);
  await inert(page);
});

test('out of hours, or when nobody comes, the visitor is led to a ticket and told what happens', async (t) => {
  const page = await openPage(system, t);
  await page.goto(system.pageUrl);
  await page.clock.install();
  const chat = new ChatOnPage(page);
  await chat.open();
  await chat.ask('hello');
  await chat.says(/Ask me about an order/);
  await page.getByRole('button', { name: 'Talk to a person' }).click();
  await page.getByText(/If nobody has joined by/).waitFor();
  await page.clock.fastForward(240_000);
  await page.getByText(/Nobody could join yet/).waitFor();
  await page.getByRole('button', { name: 'Leave a message' }).click();
  await chat.log.getByLabel('E-mail address').fill('visitor@example.com');
  await picture(page, 'person-4-ticket');
  await chat.log.getByRole('button', { name: 'Hand it over' }).click();
  await chat.says(/reference is T-/);
  await page.getByRole('button', { name: 'Talk to a person' }).waitFor();
  await chat.ask('let me talk to a person');
  await page.getByText('Would you rather talk to a person?').waitFor();
  await picture(page, 'person-5-offered');
});

test('while nobody is alerted the overview says so and leads to where it is set; a test tries what is on the screen, or says that nobody would get it', async (t) => {
  placePlugin(system, `add_filter( 'pre_wp_mail', static function ( $none, $mail ) { return update_option( 'test_mail', $mail['to'] ); }, 10, 2 );`);
  t.after(() => placePlugin(system, ''));
  const staff = await openPage(system, t, { asOwner: true });
  const overview = `${system.site.url}/wp-admin/admin.php?page=aiguy-overview`;
  await staff.goto(overview);
  await staff.getByText('Version of the chat service').waitFor();
  await picture(staff, 'alerts-1-overview');
  await staff.getByRole('link', { name: 'Choose who is told' }).click();
  await staff.getByRole('button', { name: 'Save and send a test' }).click();
  await staff
    .locator('#aiguy-admin')
    .getByText(/Nobody would get it/)
    .waitFor();
  await picture(staff, 'alerts-2-nobody');
  await staff.getByRole('textbox', { name: 'E-mail addresses' }).fill('owner@example.com, second@example.com');
  await staff.getByRole('button', { name: 'Save and send a test' }).click();
  await staff.locator('#aiguy-admin').getByText('Saved, and a test was sent by: e-mail').waitFor();
  assert.equal(system.site.evaluate(`echo implode( ',', get_option( 'test_mail' ) );`), 'owner@example.com,second@example.com');
  await picture(staff, 'alerts-3-sent');
  await staff.goto(overview);
  await staff.getByText('Version of the chat service').waitFor();
  assert.equal(await staff.getByRole('link', { name: 'Choose who is told' }).count(), 0);
});

test('several are chosen and deleted after one question; what is busy stays chosen and is said', async (t) => {
  for (const name of ['one', 'two', 'three']) {
    const { chat } = await openChat(system, t);
    await chat.ask(`how long do I have to return batch ${name}?`);
    await chat.rests();
  }
  const staff = await openPage(system, t, { asOwner: true });
  await staff.goto(inboxOf(system));
  await staff.getByRole('searchbox', { name: 'Search what was said' }).fill('return batch');
  const boxes = staff.getByRole('checkbox', { name: /^Select the conversation of Guest, / });
  const all = staff.getByRole('checkbox', { name: 'Select all shown' });
  await until(async () => (await boxes.count()) === 3);
  await staff.locator('.aiguy-row').last().click();
  await all.check();
  await boxes.nth(1).focus();
  await staff.keyboard.press('Space');
  await staff.getByRole('button', { name: 'Delete 2 conversations' }).waitFor();
  assert.equal(await all.evaluate((box: HTMLInputElement) => box.indeterminate), true);
  await all.check();
  const remove = staff.getByRole('button', { name: 'Delete 3 conversations' });
  await picture(staff, 'inbox-9-several');
  assert.deepEqual(await axeViolations(staff, '#aiguy-admin'), []);
  await remove.click();
  const question = staff.getByRole('dialog', { name: 'Delete 3 conversations for good?' });
  await question.waitFor();
  await picture(staff, 'inbox-10-several-question');
  assert.deepEqual(await axeViolations(staff, '.components-modal__frame'), []);
  await question.getByRole('button', { name: 'Keep them' }).click();
  assert.equal(await boxes.count(), 3);
  // The last one is as if an answer were under way there.
  await staff.route('**/aiguy/v1/admin/conversations?*', async (route) => {
    if (route.request().method() !== 'POST') return await route.fallback();
    const { ids } = route.request().postDataJSON() as { ids: string[] };
    const response = await route.fetch({ postData: JSON.stringify({ ids: ids.slice(0, 2) }) });
    await route.fulfill({ response, json: { ...(await response.json()), busy: ids.slice(2) } });
  });
  await remove.click();
  await question.getByRole('button', { name: 'Delete', exact: true }).click();
  const told = staff.locator('.aiguy-choose-tools').getByText(/is still selected/);
  await told.waitFor();
  assert.match(
    (await told.textContent()) ?? '',
    /^2 conversations are deleted\. 1 could not be deleted and is still selected\. An answer or a change is still under way there\./,
  );
  assert.deepEqual([await boxes.count(), await boxes.first().isChecked()], [1, true]);
  assert.equal(await staff.evaluate(() => document.activeElement?.className), 'aiguy-choose-tools', 'the keyboard is where it is said');
  await picture(staff, 'inbox-11-several-busy');
  await staff.unroute('**/aiguy/v1/admin/conversations?*');
  await staff.locator('.aiguy-row').click();
  await staff.getByRole('log', { name: 'What was said' }).waitFor();
  await staff.getByRole('button', { name: 'Delete 1 conversation', exact: true }).click();
  await staff.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await staff.getByText('1 conversation is deleted.').first().waitFor();
  await staff.getByText('Choose a conversation to read it as it happens.').waitFor();
  await staff.reload();
  await staff.getByRole('searchbox', { name: 'Search what was said' }).fill('return batch');
  await staff.getByText('Nothing fits.').waitFor();
});

test('the screen in a narrow window, right to left, and empty', async (t) => {
  const narrow = await openPage(system, t, { asOwner: true, viewport: { width: 390, height: 844 } });
  await narrow.goto(inboxOf(system));
  await narrow.locator('.aiguy-row').first().waitFor();
  await picture(narrow, 'inbox-5-narrow-list');
  await narrow.locator('.aiguy-row').first().click();
  await narrow.getByRole('log', { name: 'What was said' }).waitFor();
  await picture(narrow, 'inbox-6-narrow-one');
  assert.ok(await narrow.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth + 1));
  await narrow.getByRole('button', { name: 'Back to the list' }).click();
  await narrow.locator('.aiguy-row').first().waitFor();

  placePlugin(system, `add_action( 'init', static function () { $GLOBALS['wp_locale']->text_direction = wp_styles()->text_direction = 'rtl'; } );`);
  const wide = await openPage(system, t, { asOwner: true });
  await wide.goto(inboxOf(system));
  placePlugin(system, '');
  await wide.locator('.aiguy-row').first().waitFor();
  await wide.keyboard.press('Tab');
  await wide.locator('.aiguy-row').first().focus();
  await wide.keyboard.press('Enter');
  await wide.getByRole('log', { name: 'What was said' }).waitFor();
  await picture(wide, 'inbox-7-rtl');
  await wide.getByRole('searchbox', { name: 'Search what was said' }).fill('nobody ever said this');
  await wide.getByText('Nothing fits.').waitFor();
  await wide.getByRole('tab', { name: 'Alerts' }).click();
  await wide.getByRole('textbox', { name: 'E-mail addresses' }).fill('shop@example.com');
  await wide.getByRole('button', { name: 'Save', exact: true }).click();
  await wide.getByText('Saved.', { exact: true }).first().waitFor();
  await picture(wide, 'inbox-8-alerts');
  assert.deepEqual(await axeViolations(wide, '#aiguy-admin'), []);
  await wide.getByRole('tab', { name: 'Tickets' }).click();
  await wide.getByRole('tabpanel', { name: 'Tickets' }).getByText(/T-/).first().waitFor();
  assert.deepEqual(await axeViolations(wide, '#aiguy-admin'), []);
});
