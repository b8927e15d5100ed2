/// <reference lib="dom" />
// A ticket from the visitor's card to the owner's screen and back, with the real services and a real WordPress; and the screen in every state that it has.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ChatOnPage, type System, startSystem } from './browser.ts';
import { inboxOf, openPage } from './inbox-pages.ts';
import { picture } from './played-system.ts';

const hostile = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> [click](javascript:window.hacked=1) \u202Eevil';
let system: System;

before(async () => {
  system = await startSystem();
});
after(async () => await system?.stop());

test('a ticket that a guest leaves is there for the owner with where to answer, and the guest is told what the owner sets', async (t) => {
  const page = await openPage(system, t);
  await page.goto(system.pageUrl);
  const chat = new ChatOnPage(page);
  await chat.open();
  await chat.ask(`open a ticket for me: the courier threw my parcel W2530531 over the fence ${hostile}`);
  await chat.log.getByLabel('E-mail address').fill('nina+shop@example.com');
  await picture(page, 'ticket-1-card');
  await chat.log.getByRole('button', { name: 'Open the ticket' }).click();
  const said = await chat.log
    .getByText(/has the reference T-/)
    .last()
    .innerText();
  const reference = /T-[2-9A-Z]{6}/.exec(said)?.[0] ?? assert.fail(said);

  const staff = await openPage(system, t, { asOwner: true });
  await staff.goto(`${inboxOf(system)}#${reference}`);
  const ticket = staff.getByRole('article').filter({ hasText: reference });
  await ticket.getByText('nina+shop@example.com').waitFor();
  await picture(staff, 'ticket-2-owner');
  assert.match((await ticket.innerText()).replaceAll(/\s+/g, ' '), /over the fence <img src=x onerror="window\.hacked=1">/);
  const reply = (await ticket.getByRole('link', { name: 'Reply by e-mail' }).getAttribute('href')) ?? '';
  assert.match(reply, new RegExp(`^mailto:nina%2Bshop@example\\.com\\?subject=%5B${reference}%5D%20[^?&]*$`));
  assert.deepEqual(
    await staff.evaluate(() => [
      (window as { hacked?: number }).hacked,
      document.querySelectorAll('#aiguy-admin :is(img, script, a[href^="javascript"])').length,
    ]),
    [undefined, 0],
  );
  await ticket.getByRole('combobox', { name: 'State' }).selectOption('Resolved');
  await ticket.getByText('Saved. The visitor is told so when he asks.').waitFor();
  await picture(staff, 'ticket-3-resolved');
  await chat.ask(`what is the status of my ticket ${reference}?`);
  await chat.says(/is resolved/);
  await picture(page, 'ticket-4-told');

  await staff.getByRole('combobox', { name: 'Show' }).selectOption('Open tickets');
  await ticket.waitFor({ state: 'detached' });
  await staff.locator('.aiguy-tickets .components-spinner').waitFor({ state: 'detached' });
  await picture(staff, 'ticket-5-open');
  await staff.getByRole('combobox', { name: 'Show' }).selectOption('All tickets');
  await ticket.getByRole('button', { name: 'Open the conversation' }).click();
  await staff
    .getByRole('log', { name: 'What was said' })
    .getByText(/over the fence/)
    .first()
    .waitFor();
  await staff.getByRole('link', { name: reference }).click();
  await ticket.getByText('nina+shop@example.com').waitFor();
  await staff.setViewportSize({ width: 390, height: 844 });
  await picture(staff, 'ticket-6-phone');
  assert.ok(await staff.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth + 1));
});

test('the tickets of a silent desk, of Zendesk, of many pages, none at all, and a failure are each said', async (t) => {
  const one = { reference: 'T-222222', status: 'open', category: 'product', priority: 'urgent', visitor: 'wp:1:7', visitorName: hostile };
  const ticket = {
    ...one,
    summary: hostile,
    details: `${hostile}\n\nSecond line`,
    email: hostile,
    at: '2026-11-20T10:00:00Z',
    updatedAt: '2026-11-21T10:00:00Z',
  };
  const held = { ...ticket, reference: 'T-333333', heldBy: 'zendesk', status: 'waiting_for_customer', email: 'mia@example.com', delivery: 'done' };
  const staff = await openPage(system, t, { asOwner: true });
  let answer: [number, object] = [200, { tickets: [ticket, held], before: 'T-333333' }];
  await staff.route(/admin(?:%2F|\/)tickets/, async (route) => {
    const isNext = route.request().url().includes('before=T-333333');
    const [status, json] = isNext ? ([200, { tickets: [{ ...ticket, reference: 'T-444444' }] }] as const) : answer;
    await route.fulfill({ status, json });
  });
  await staff.goto(`${inboxOf(system)}#tickets`);
  const cards = staff.getByRole('article');
  await cards.nth(1).getByText('In Zendesk: Waiting for the customer. Answer it there, and set its state there.').waitFor();
  await cards.nth(0).getByText('No e-mail address is known.').waitFor();
  await cards.nth(0).getByText('Second line').waitFor();
  assert.deepEqual([await cards.nth(1).getByRole('combobox').count(), await cards.getByRole('link').count()], [0, 0]);
  await staff.getByRole('button', { name: 'Show older ones' }).click();
  await cards.filter({ hasText: 'T-444444' }).waitFor();
  assert.equal(await staff.getByRole('button', { name: 'Show older ones' }).count(), 0);
  await picture(staff, 'ticket-7-kinds');
  answer = [200, { tickets: [ticket], deskSilent: true }];
  await staff.getByRole('combobox', { name: 'Show' }).selectOption('All tickets');
  await staff
    .locator('#aiguy-admin')
    .getByText(/help desk does not answer/)
    .waitFor();
  assert.ok(await staff.getByRole('combobox', { name: 'State' }).isDisabled());
  answer = [200, { tickets: [] }];
  await staff.getByRole('combobox', { name: 'Show' }).selectOption('Open tickets');
  await staff.getByText('No ticket is open.').waitFor();
  await staff.getByRole('button', { name: 'Show all tickets' }).click();
  await staff.getByText(/No visitor has left a ticket yet/).waitFor();
  answer = [502, { code: 'tool_unavailable', message: 'The tool can’t be reached.', requestId: 'r' }];
  await staff.getByRole('combobox', { name: 'Show' }).selectOption('Open tickets');
  await staff.getByRole('button', { name: 'Try again' }).waitFor();
  assert.deepEqual(
    await staff.evaluate(() => [(window as { hacked?: number }).hacked, document.querySelectorAll('#aiguy-admin :is(img, script)').length]),
    [undefined, 0],
  );
});
