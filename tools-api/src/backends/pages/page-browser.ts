// Pages that only a browser can show: rendered by a headless Chromium that reaches the network through our own guarded client and in no other way.
import type { Browser, BrowserContext, Page, Route } from 'playwright-core';
import { withinTime } from '../../time-limit.ts';
import type { WebAnswer, WebClient } from '../knowledge/sources/web-client.ts';

export type PageBrowser = {
  /**
   * The page as it stands after its scripts have run, with what is not seen marked as hidden.
   * @throws WebError of the client for the page itself; the signal's reason when it is aborted
   */
  render: (url: URL, client: WebClient, options: { signal: AbortSignal; bytesMax: number }) => Promise<WebAnswer>;
  close: () => Promise<void>;
};

const launchTimeoutMs = 10_000;
const quietWithinMs = 1500;
const requestsMax = 80;
/** What a page needs to be built; pictures, fonts, media and pings are not asked for. */
const kindsNeeded = new Set(['document', 'script', 'stylesheet', 'xhr', 'fetch']);

/**
 * Started with the first page; one page at a time.
 * @param options.executablePath of a Chromium
 * @param options.hasSandbox its own sandbox, which needs another user than root
 */
export function createPageBrowser({ executablePath, hasSandbox }: { executablePath: string; hasSandbox: boolean }): PageBrowser {
  let browser: Promise<Browser> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const open = async (): Promise<Browser> => {
    const { chromium } = await import('playwright-core');
    const started = await chromium.launch({
      executablePath,
      chromiumSandbox: hasSandbox,
      timeout: launchTimeoutMs,
      // A proxy that is none: what does not go through our client goes nowhere.
      args: [
        '--proxy-server=http://127.0.0.1:9',
        '--proxy-bypass-list=<-loopback>',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    started.once('disconnected', () => {
      browser = undefined;
    });
    return started;
  };
  return {
    render: async (url, client, { signal, bytesMax }) => {
      const turn = last.then(async () => {
        signal.throwIfAborted();
        browser ??= open();
        const running = await browser.catch((error: unknown) => {
          browser = undefined;
          throw error;
        });
        return await renderIn(await running.newContext({ serviceWorkers: 'block', acceptDownloads: false }), { url, client, signal, bytesMax });
      });
      last = turn.catch(() => undefined);
      // Whoever waits behind another page is not held longer than by his own.
      return await withinTime(signal, turn);
    },
    close: async () => await browser?.then(async (running) => await running.close()).catch(() => undefined),
  };
}

type Rendering = { url: URL; client: WebClient; signal: AbortSignal; bytesMax: number };

async function renderIn(context: BrowserContext, rendering: Rendering): Promise<WebAnswer> {
  const { url, client, signal, bytesMax } = rendering;
  const close = () => void context.close().catch(() => undefined);
  signal.addEventListener('abort', close, { once: true });
  try {
    const document = await client.get(url, { signal, bytesMax });
    if (document.status !== 200 || !/^text\/html\b/i.test(document.contentType)) return document;
    await guard(context, rendering, document);
    const page = await context.newPage();
    await page.goto(document.url, { waitUntil: 'load' });
    await page.waitForLoadState('networkidle', { timeout: quietWithinMs }).catch(() => undefined);
    await markHidden(page);
    return { ...document, contentType: 'text/html; charset=utf-8', bytes: Buffer.from(await page.content()) };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

/** Every request is answered by our client or refused: the site's own origin, GET, what a page needs, and not without end. */
async function guard(context: BrowserContext, { client, signal, bytesMax }: Rendering, document: WebAnswer): Promise<void> {
  const { origin } = new URL(document.url);
  let left = requestsMax;
  const answerTo = async (route: Route): Promise<WebAnswer | undefined> => {
    const request = route.request();
    if (request.isNavigationRequest()) return request.url() === document.url && request.frame().parentFrame() === null ? document : undefined;
    left -= 1;
    const isNeeded = left >= 0 && request.method() === 'GET' && kindsNeeded.has(request.resourceType()) && new URL(request.url()).origin === origin;
    return isNeeded ? await client.get(new URL(request.url()), { signal, bytesMax }) : undefined;
  };
  await context.route('**/*', async (route) => {
    const answer = await answerTo(route).catch(() => undefined);
    if (answer)
      await route.fulfill({ status: answer.status, contentType: answer.contentType, body: Buffer.from(answer.bytes) }).catch(() => undefined);
    else await route.abort().catch(() => undefined);
  });
  await context.routeWebSocket('**/*', async (socket) => await socket.close());
}

/** What is read afterwards is the text of the page alone, in which nothing says what its styles hide. */
async function markHidden(page: Page): Promise<void> {
  await page.evaluate(`for (const element of document.body?.querySelectorAll('*') ?? []) {
    const { display, visibility } = getComputedStyle(element);
    if (display === 'none' || visibility === 'hidden') element.setAttribute('hidden', '');
  }`);
}
