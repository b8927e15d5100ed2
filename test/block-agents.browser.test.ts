/// <reference lib="dom" />
// Several agents in the block editor, in Chromium on a real WordPress: chosen by name, seen as visitors will see them, and where one is gone that is said.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { owner } from '../scripts/demo-site.ts';
import { ChatOnPage, signIn } from './browser.ts';
import { canvasIn, type Wp } from './editor.ts';
import { type PlayedSystem, startPlayedSystem } from './played-system.ts';

const screenshots = process.env.AIGUY_SCREENSHOTS;
let system: PlayedSystem;

before(async () => {
  system = await startPlayedSystem();
  // The owner was written into the database directly, without the profile's defaults.
  system.site.evaluate(
    `update_user_meta( 9001, 'rich_editing', 'true' );
    $file = wp_upload_dir()['path'] . '/ada.png'; file_put_contents( $file, base64_decode( 'iVBORw0KGgoAAAANSUhEUgAAABgAAAAYCAMAAADXqc3KAAAAA1BMVEWKHBy5rqKeAAAAD0lEQVR42mNgGAWjgPoAAAJYAAEZvjBEAAAAAElFTkSuQmCC' ) );
    $ada = wp_insert_attachment( array( 'post_title' => 'Ada', 'post_mime_type' => 'image/png', 'post_status' => 'inherit' ), $file );
    update_option( 'aiguy_agents', array( 'version' => 2, 'default' => 'main', 'agents' => array(
      array( 'id' => 'main', 'name' => 'Help desk', 'disclosure' => array( 'on' => false, 'text' => '' ) ),
      array( 'id' => 'agent-2', 'name' => 'Ada of Sales', 'greeting' => 'Which tent shall it be?', 'accent' => '#8a1c1c', 'avatar' => $ada, 'suggested_questions' => array( 'Which one for two?' ) ),
      array( 'id' => 'corner', 'name' => 'Cornelia', 'position' => 'floating' ),
    ) ) );`,
  );
});
after(async () => await system?.stop());

/** @returns the editor with one block in it, which is chosen */
async function edit(t: { after: (work: () => Promise<void>) => void }, attributes: object): Promise<Page> {
  const context = await system.browser.newContext({ viewport: { width: 1360, height: 950 } });
  t.after(async () => await context.close());
  await signIn(context, system.site, owner);
  const page = await context.newPage();
  await page.goto(`${system.site.url}/wp-admin/post-new.php`);
  await page.waitForFunction(() => (window as unknown as { wp?: Wp }).wp?.data.select('core/editor')?.getCurrentPostId?.());
  await page.evaluate((given) => {
    const { data, blocks } = (window as unknown as { wp: Wp }).wp;
    data.dispatch('core/preferences').set?.('core/edit-post', 'welcomeGuide', false);
    const block = blocks.createBlock?.('aiguy/chat', given) as unknown as { clientId: string };
    data.dispatch('core/block-editor').insertBlocks?.([block]);
    data.dispatch('core/block-editor').selectBlock?.(block.clientId);
  }, attributes);
  return page;
}

const previewIn = async (page: Page): Promise<Locator> => (await canvasIn(page)).locator('.aiguy-chat-preview');

/** @returns its address */
async function publish(page: Page): Promise<string> {
  const link = await page.evaluate(async () => {
    const { data } = (window as unknown as { wp: Wp }).wp;
    data.dispatch('core/editor').editPost?.({ title: 'Ask', status: 'publish' });
    await data.dispatch('core/editor').savePost?.();
    return data.select('core/editor').getPermalink?.() as string | undefined;
  });
  return link ?? assert.fail('not saved');
}

async function visit(t: { after: (work: () => Promise<void>) => void }, url: string): Promise<Page> {
  const context = await system.browser.newContext();
  t.after(async () => await context.close());
  const visitor = await context.newPage();
  await visitor.goto(url);
  return visitor;
}

test('a second agent is chosen by its name and seen with all that is its own; visitors meet it on the page', async (t) => {
  const page = await edit(t, {});
  const preview = await previewIn(page);
  await page.getByRole('combobox', { name: 'Preview' }).selectOption('open');
  await preview.getByText('Help desk').waitFor();
  assert.equal(await preview.locator('.disclosure').count(), 0, 'the owner has switched it off');
  const agents = page.getByRole('combobox', { name: 'Agent' });
  assert.deepEqual(await agents.locator('option').allTextContents(), ['The default one (Help desk)', 'Help desk', 'Ada of Sales', 'Cornelia']);
  await agents.selectOption({ label: 'Ada of Sales' });
  for (const text of ['Ada of Sales', 'Which tent shall it be?', 'Which one for two?', 'You are chatting with an automated assistant.'])
    await preview.getByText(text, { exact: true }).waitFor();
  assert.match(String(await preview.locator('.mark img').getAttribute('src')), /ada\.png/);
  assert.equal(await preview.locator('.send').evaluate((button) => getComputedStyle(button).getPropertyValue('--accent').trim()), '#8a1c1c');
  assert.equal(await page.getByRole('textbox', { name: 'Greeting' }).getAttribute('placeholder'), 'Which tent shall it be?');
  if (screenshots) await page.screenshot({ path: join(screenshots, 'block-agent.png') });

  const visitor = await visit(t, await publish(page));
  await new ChatOnPage(visitor).open();
  await visitor.getByRole('region', { name: 'Ada of Sales' }).waitFor();
  await visitor.getByRole('button', { name: 'Which one for two?' }).waitFor();
});

test('a block that names no place stands where its agent is set to be; one that names a place stands there', async (t) => {
  const page = await edit(t, { agent: 'corner' });
  const position = page.getByRole('combobox', { name: 'Position' });
  assert.deepEqual(
    [await position.inputValue(), await position.locator('option').allTextContents()],
    ['', ['As the agent is set: in the corner', 'In the page', 'In the corner']],
  );
  await (await previewIn(page)).locator('.frame.floating').waitFor();
  const visitor = await visit(t, await publish(page));
  await visitor.getByRole('button', { name: 'Open the chat' }).waitFor();
  await position.selectOption({ label: 'In the page' });
  await visitor.goto(await publish(page));
  await visitor.getByRole('button', { name: 'Start chat' }).waitFor();
});

test('where the chosen agent was deleted since, the inspector says so and the page has the default one', async (t) => {
  const page = await edit(t, { agent: 'agent-9' });
  await page
    .getByText('The agent «agent-9», which was chosen here, no longer exists. The default one, Help desk, answers instead.')
    .first()
    .waitFor();
  const agents = page.getByRole('combobox', { name: 'Agent' });
  assert.equal(await agents.locator('option:checked').textContent(), 'agent-9 (no longer exists)');
  await (await previewIn(page)).getByText('Help desk').waitFor();
  if (screenshots) await page.screenshot({ path: join(screenshots, 'block-agent-gone.png') });
  const visitor = await visit(t, await publish(page));
  await new ChatOnPage(visitor).open();
  await visitor.getByRole('region', { name: 'Help desk' }).waitFor();
  await agents.selectOption({ label: 'Ada of Sales' });
  assert.equal(await agents.locator('option').count(), 4);
});
