// What the block editor's page offers to scripts, as far as tests use it, and where its text is.
import type { FrameLocator, Page } from 'playwright-core';

/** window.wp */
export type Wp = {
  data: {
    select: (store: string) => Record<string, (...args: unknown[]) => never>;
    dispatch: (store: string) => Record<string, (...args: unknown[]) => never>;
  };
  blocks: Record<string, (...args: unknown[]) => never>;
};

/** Older editors have no frame round the text. */
export async function canvasIn(page: Page): Promise<Page | FrameLocator> {
  const frame = page.locator('iframe[name="editor-canvas"]');
  await page.locator('.is-root-container').or(frame).first().waitFor();
  return (await frame.count()) > 0 ? frame.contentFrame() : page;
}
