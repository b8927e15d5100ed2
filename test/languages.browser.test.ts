/// <reference lib="dom" />
// What the services say, on a German and a French site, in Chromium: a look-up, a form, a card and its outcome, at phone width; the whole real system behind.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { demoLogins } from '../scripts/demo-site.ts';
import { type System, signIn, startSystem } from './browser.ts';
import { picture } from './played-system.ts';

const sites = [
  {
    locale: 'de_DE',
    street: '14 Birch Lane',
    start: 'Chat starten',
    hint: 'Nachricht schreiben',
    answer: 'Die Bestellung W6731310 vom',
    form: 'Wohin soll es gehen?',
    field: 'Straße und Hausnummer',
    city: 'Ort',
    zip: 'Postleitzahl',
    state: 'Bundesland oder Region',
    onward: 'Weiter',
    card: 'An diese Adresse schicken?',
    confirm: 'Adresse ändern',
    done: 'Die Bestellung W6731310 geht jetzt an 14 Birch Lane',
  },
  {
    locale: 'fr_FR',
    street: '15 Birch Lane',
    start: 'Démarrer la discussion',
    hint: 'Écrivez un message',
    answer: 'La commande W6731310 du',
    form: 'Où faut-il livrer ?',
    field: 'Numéro et rue',
    city: 'Ville',
    zip: 'Code postal',
    state: 'État ou région',
    onward: 'Continuer',
    card: 'Livrer à cette adresse ?',
    confirm: 'Modifier l’adresse',
    done: 'La commande W6731310 sera livrée à cette adresse',
  },
] as const;
let system: System;

before(async () => {
  system = await startSystem();
  system.site.evaluate(
    `file_put_contents( WPMU_PLUGIN_DIR . '/test-locale.php', '<?php add_filter( "locale", static fn( $locale ) => get_option( "test_locale" ) ?: $locale );' );`,
  );
});
after(async () => await system?.stop());

/** Nothing of the chat may be wider than a phone. */
async function widerThanPhone(page: Page): Promise<string[]> {
  return await page.evaluate(() =>
    [...(document.querySelector('.aiguy-chat')?.shadowRoot?.querySelectorAll('*') ?? [])]
      .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1)
      .map((element) => `${element.tagName} ${element.textContent?.slice(0, 40)}`),
  );
}

for (const site of sites)
  test(`on a ${site.locale} site an order is looked up and its address changed in that language, from form to outcome`, async (t) => {
    const login = demoLogins.find((one) => one.login === 'ethan') ?? assert.fail();
    const context = await system.browser.newContext({ viewport: { width: 390, height: 844 } });
    t.after(async () => {
      system.site.evaluate("delete_option( 'test_locale' );");
      await context.close();
    });
    await signIn(context, system.site, login);
    system.site.evaluate(`update_option( 'test_locale', '${site.locale}' );`);
    const page = await context.newPage();
    await page.goto(system.pageUrl);
    await page.getByRole('button', { name: site.start }).click();
    const input = page.getByRole('textbox', { name: site.hint });
    const ask = async (message: string) => {
      await input.fill(message);
      await input.press('Enter');
    };
    const log = page.getByRole('log');
    await ask('Where is my order W6731310?');
    await log.getByText(site.answer).first().waitFor();
    await picture(page, `languages-${site.locale}-answer`);

    await ask('I moved, order W6731310 should go to another address');
    await page.getByText(site.form).first().waitFor();
    await picture(page, `languages-${site.locale}-form`);
    await page.getByLabel(site.field).fill(site.street);
    await page.getByLabel(site.zip).fill('80279');
    await page.getByLabel(site.city, { exact: true }).fill('Denver');
    await page.getByLabel(site.state).fill('CO');
    assert.deepEqual(await widerThanPhone(page), []);
    await page.getByRole('button', { name: site.onward, exact: true }).click();

    await page.getByText(site.card).first().waitFor();
    assert.deepEqual(await widerThanPhone(page), []);
    await picture(page, `languages-${site.locale}-card`);
    await page.getByRole('button', { name: site.confirm }).click();
    await log.getByText(site.done).first().waitFor();
    await picture(page, `languages-${site.locale}-outcome`);
  });
