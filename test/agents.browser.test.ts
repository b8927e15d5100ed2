/// <reference lib="dom" />
// The screen of the agents in Chromium on a real WordPress: what an owner changes is what visitors see, and what can't be used is said at its field.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { chatPageSlug, owner } from '../scripts/demo-site.ts';
import { axeViolations, ChatOnPage, signIn } from './browser.ts';
import { type PlayedSystem, startPlayedSystem } from './played-system.ts';

const screenshots = process.env.AIGUY_SCREENSHOTS;
const png = {
  red: 'iVBORw0KGgoAAAANSUhEUgAAABgAAAAYCAMAAADXqc3KAAAAA1BMVEXIFBQMsvkKAAAAD0lEQVR42mNgGAWjgPoAAAJYAAEZvjBEAAAAAElFTkSuQmCC',
  blue: 'iVBORw0KGgoAAAANSUhEUgAAABgAAAAYCAMAAADXqc3KAAAAA1BMVEUUFMgHRKuhAAAAD0lEQVR42mNgGAWjgPoAAAJYAAEZvjBEAAAAAElFTkSuQmCC',
};
let system: PlayedSystem;

before(async () => {
  system = await startPlayedSystem();
});
after(async () => await system?.stop());

async function openScreen(t: { after: (work: () => Promise<void>) => void }, name: string, viewport = { width: 1280, height: 900 }): Promise<Page> {
  const context = await system.browser.newContext({ viewport });
  t.after(async () => await context.close());
  await signIn(context, system.site, owner);
  const page = await context.newPage();
  await page.goto(`${system.site.url}/wp-admin/admin.php?page=aiguy-${name}`);
  return page;
}

async function picture(page: Page, name: string): Promise<void> {
  if (screenshots) await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true, animations: 'disabled' });
}

test('what the owner changes is shown while he types, said at its field when it can’t be used, and then what visitors see', async (t) => {
  const page = await openScreen(t, 'agents');
  await page.getByLabel('Name', { exact: true }).fill('Ada');
  await page.getByLabel('Greeting').fill('Hi, I am Ada.');
  await page.getByLabel('Colour', { exact: true }).fill('#ffcc00');
  const preview = page.getByRole('complementary', { name: 'Preview' });
  await preview.getByText('Hi, I am Ada.').waitFor();
  await page.getByLabel('Questions to begin with').fill('Where is my parcel?\nHow do I return something?');
  await page.getByRole('checkbox', { name: 'Monday' }).check();
  await page.getByLabel('Monday, to').fill('08:00');
  await page.getByLabel('In your words').fill('Our workshop is closed in August.');
  await page.getByLabel('In these words').fill('A machine answers here.');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').filter({ hasText: 'The hours end after they begin' }).waitFor();
  assert.equal(
    await page.evaluate(() => document.activeElement?.closest('[data-invalid]') !== null),
    true,
    'the focus goes where something is wrong',
  );
  await picture(page, 'agents-error');
  await page.getByLabel('Monday, to').fill('17:00');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  await picture(page, 'agents');
  assert.deepEqual(await axeViolations(page, '#aiguy-admin'), []);
  assert.equal(system.site.evaluate("echo get_option( 'aiguy_agents' )['agents'][0]['instructions'];"), 'Our workshop is closed in August.');

  const visitor = await (await system.browser.newContext()).newPage();
  t.after(async () => await visitor.context().close());
  await visitor.goto(`${system.site.url}/${chatPageSlug}/`);
  const chat = new ChatOnPage(visitor);
  await chat.open();
  await chat.says('A machine answers here.');
  const colour = await visitor.evaluate(() =>
    getComputedStyle(document.querySelector('.aiguy-chat') as Element).getPropertyValue('--aiguy-on-accent'),
  );
  assert.equal(colour, '#000000');
});

test('the hours of the team are there again after saving and a reload, in the time zone that is named beside them', async (t) => {
  const page = await openScreen(t, 'agents');
  await page.getByRole('group', { name: 'When your team is there' }).waitFor();
  assert.equal(system.site.evaluate('echo wp_timezone_string();'), '+00:00');
  await page.getByText('in the time zone of the site: UTC+00:00.').waitFor();
  await page.getByRole('checkbox', { name: 'Monday' }).uncheck();
  await page.getByText('No day is ticked: the hours with which the service was set up count.').waitFor();
  await page.getByRole('checkbox', { name: 'Tuesday' }).check();
  assert.equal(await page.getByText('No day is ticked').count(), 0);
  await page.getByLabel('Tuesday, from').fill('10:30');
  await page.getByLabel('Tuesday, to').fill('14:00');
  await page.getByRole('button', { name: 'Add hours' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  await page.reload();
  await page.getByLabel('Tuesday, from').first().waitFor();
  const days = await page
    .locator('.aiguy-agents-day')
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...row.querySelectorAll('input')].map((input) => (input.type === 'checkbox' ? String(input.checked) : input.value)).join(' '),
      ),
    );
  assert.deepEqual(days, ['false', 'true 10:30 14:00 18:00 20:00', 'false', 'false', 'false', 'false', 'false']);
  await picture(page, 'agents-hours');
  assert.deepEqual(await axeViolations(page, '#aiguy-admin'), []);
});

test('the privacy policy is linked before the first message, where the site has one', async (t) => {
  system.site.evaluate(
    "update_option( 'wp_page_for_privacy_policy', wp_insert_post( array( 'post_type' => 'page', 'post_status' => 'publish', 'post_title' => 'Our privacy' ) ) );",
  );
  const visitor = await (await system.browser.newContext()).newPage();
  t.after(async () => await visitor.context().close());
  await visitor.goto(`${system.site.url}/${chatPageSlug}/`);
  await new ChatOnPage(visitor).open();
  assert.match(String(await visitor.locator('.aiguy-chat').getByRole('link', { name: 'Privacy policy' }).getAttribute('href')), /our-privacy/);
});

test('leaving with changes that are not saved is asked about; a second agent has settings of its own', async (t) => {
  const page = await openScreen(t, 'agents');
  await page.getByRole('button', { name: 'Add an agent' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Sales');
  const asked = page.waitForEvent('dialog');
  await page.evaluate(() => void setTimeout(() => window.location.reload()));
  const dialog = await asked;
  assert.equal(dialog.type(), 'beforeunload');
  await dialog.dismiss();
  assert.equal(await page.getByLabel('Shortcode').inputValue(), '[aiguy_chat agent="agent-2"]');
  await page.getByText('Puts this agent on a page, as soon as it is saved.').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  await page.getByText('Puts this agent on a page. The block').waitFor();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await page.getByText('Copied.').waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), '[aiguy_chat agent="agent-2"]');
  const stored = JSON.parse(system.site.evaluate("echo wp_json_encode( get_option( 'aiguy_agents' ) );")) as {
    default: string;
    agents: { id: string; name: string }[];
  };
  assert.deepEqual([stored.default, stored.agents.map(({ id, name }) => `${id} ${name}`)], ['main', ['main Ada', 'agent-2 Sales']]);
});

test('a new agent never has the id of one that was removed', async (t) => {
  const page = await openScreen(t, 'agents');
  page.on('dialog', (dialog) => void dialog.accept());
  const add = async () => {
    await page.getByRole('button', { name: 'Add an agent' }).click();
    return await page.getByLabel('Shortcode').inputValue();
  };
  const remove = async () => await page.getByRole('button', { name: 'Remove' }).click();
  const save = async () => {
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
  };
  const given = [await add()];
  await remove();
  given.push(await add());
  await save();
  await remove();
  await save();
  await page.reload();
  given.push(await add());
  assert.equal(new Set(given).size, 3, given.join());
});

test('what is written while it is being saved stays, and is saved by the next click', async (t) => {
  const page = await openScreen(t, 'agents');
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route(/aiguy\/v1\/admin\/agents/, async (route) => {
    if (route.request().method() !== 'GET') await held;
    await route.continue();
  });
  const greeting = page.getByLabel('Greeting');
  await greeting.fill('First words.');
  await page.getByRole('button', { name: 'Save' }).click();
  await greeting.fill('Second words.');
  letGo();
  await page.locator('.aiguy-agents-save .is-busy').waitFor({ state: 'detached' });
  assert.equal(await greeting.inputValue(), 'Second words.');
  await page.getByText('Not saved yet.').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  await page.reload();
  assert.equal(await greeting.inputValue(), 'Second words.');
});

test('a picture is seen as soon as it is chosen, the one before it no longer', async (t) => {
  system.site.evaluate(
    `foreach ( array( 'red' => '${png.red}', 'blue' => '${png.blue}' ) as $name => $bytes ) {
      $file = wp_upload_dir()['path'] . "/$name.png"; file_put_contents( $file, base64_decode( $bytes ) );
      wp_insert_attachment( array( 'post_title' => $name, 'post_mime_type' => 'image/png', 'post_status' => 'inherit' ), $file );
    }`,
  );
  const page = await openScreen(t, 'agents');
  const preview = page.getByRole('complementary', { name: 'Preview' }).locator('img');
  for (const [button, name] of [
    ['Choose a picture', 'red'],
    ['Change the picture', 'blue'],
  ] as const) {
    await page.getByRole('button', { name: button }).click();
    await page.getByRole('tab', { name: 'Media Library' }).click();
    await page.getByRole('checkbox', { name }).click();
    await page.locator('.media-button-select').click();
    await preview.and(page.locator(`[src*="${name}"]`)).waitFor();
    assert.equal(await page.locator('.aiguy-agents-avatar img').getAttribute('src'), await preview.getAttribute('src'));
    await page.locator('.media-modal').waitFor({ state: 'hidden' });
    // Each choice has a window of its own, and the earlier ones stay hidden in the page.
    await page.evaluate(() => {
      for (const modal of document.querySelectorAll('.media-modal')) modal.closest('div[id^=__wp-uploader]')?.remove();
    });
  }
  await picture(page, 'agents-picture');
  await page.getByRole('button', { name: 'Undo changes' }).click();
  assert.equal(await preview.count(), 0);
});

test('what a day and a month may cost is one setting, reckoned with the site’s own figures; model and language are chosen by name', async (t) => {
  const model = { provider: 'anthropic', plan: 'claude-haiku-5-5', answer: 'claude-sonnet-5-5', allowed: ['claude-opus-5-5'] };
  system.played.staff.set('site', { issuer: 'x', version: '1', time: '', model, tools: [], scopes: [] });
  t.after(() => system.played.staff.clear());
  system.site.evaluate(
    "$stored = get_option( 'aiguy_agents' ); $stored['agents'][0]['model'] = 'claude-gone'; update_option( 'aiguy_agents', $stored );",
  );
  const page = await openScreen(t, 'agents');
  const site = page.getByRole('group', { name: 'Limits of the whole site' });
  await site.getByText('If a message costs $0.0010, as it usually does with claude-haiku-5-5, that is about $1.00.').waitFor();
  assert.equal(await page.getByLabel('Messages of all visitors a day').count(), 1);
  const chosen = page.getByLabel('Model', { exact: true });
  const options = async () => await chosen.locator('option').allTextContents();
  await page.getByText('The service no longer allows the chosen one').waitFor();
  assert.deepEqual(await options(), [
    'As the service is set up (claude-haiku-5-5, claude-sonnet-5-5)',
    'claude-opus-5-5',
    'claude-gone (not allowed any more)',
  ]);
  await chosen.selectOption('claude-opus-5-5');
  assert.equal((await options()).length, 2);
  await page.getByLabel('Language', { exact: true }).selectOption({ label: 'Austrian German' });
  await site.getByLabel('Cost of a day at most, in US dollars').fill('-1');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').filter({ hasText: 'An amount between 0 and 100,000.' }).waitFor();
  await site.getByLabel('Cost of a day at most, in US dollars').fill('2.5');
  const month = site.getByLabel('Cost of a month at most, in US dollars');
  await site.getByText('A calendar month. Empty: only its days are limited.').waitFor();
  await month.fill('78');
  await site.getByText('The limit of a day alone keeps every month below that.').waitFor();
  await month.fill('26');
  await site.getByText('Used up by 11 days at their limit.').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  const total = { messages: 400, costMicroUsd: 920_000 };
  system.played.staff.set('reports', { total });
  await page.reload();
  await site.getByText('Your messages of the last thirty days cost $0.0023 each: that is about $2.30.').waitFor();
  assert.deepEqual(
    [
      await site.getByLabel('Cost of a day at most').inputValue(),
      await month.inputValue(),
      await chosen.inputValue(),
      await page.getByLabel('Language', { exact: true }).inputValue(),
    ],
    ['2.5', '26', 'claude-opus-5-5', 'de-AT'],
  );
  await picture(page, 'agents-costs');
  assert.deepEqual(await axeViolations(page, '#aiguy-admin'), []);
});

test('both screens fit a narrow window, and right-to-left ones', async (t) => {
  for (const name of ['agents', 'setup']) {
    const page = await openScreen(t, name, { width: 390, height: 844 });
    await page
      .getByRole('heading', { level: 2 })
      .or(page.getByLabel('Name', { exact: true }))
      .first()
      .waitFor();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(overflow <= 0, `${name}: ${overflow}`);
    await picture(page, `${name}-narrow`);
    assert.deepEqual(await axeViolations(page, '#aiguy-admin'), [], name);
  }
  system.site.evaluate(
    `file_put_contents( WPMU_PLUGIN_DIR . '/rtl.php', '<?php add_action( "after_setup_theme", function () { global $wp_locale; $wp_locale->text_direction = "rtl"; } );' );`,
  );
  for (const name of ['agents', 'setup']) {
    const page = await openScreen(t, name);
    await page
      .getByRole('heading', { level: 2 })
      .or(page.getByLabel('Name', { exact: true }))
      .first()
      .waitFor();
    await picture(page, `${name}-rtl`);
  }
});
