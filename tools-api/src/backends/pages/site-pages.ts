// Pages of a site as it hands them to anybody: only its own origin, only HTML, without cookies, and remembered for a while.
import { describePage, type PageDocument } from '@aiguy/manifests/describe-page';
import { AiguyError } from '@aiguy/manifests/errors';
import type { PageSnapshot } from '@aiguy/manifests/generated/http';
import { LRUCache } from 'lru-cache';
import { parsePage } from '../knowledge/formats/html.ts';
import { DocumentError } from '../knowledge/sources/source.ts';
import { createSiteClient, type WebAnswer, type WebClient, WebError } from '../knowledge/sources/web-client.ts';
import type { PageBrowser } from './page-browser.ts';

export type SitePages = {
  /**
   * Contract: reads a page of the site and of no other.
   * @param options.timeoutMs ms for all of it: redirects, content and scripts
   * @throws AiguyError invalid_input when the address leads to another site; not_found when there is no page in HTML of a size that can be read;
   * tool_timeout and tool_unavailable when the same page may come later
   */
  read: (site: URL, path: string, options: { signal: AbortSignal; timeoutMs: number }) => Promise<PageSnapshot>;
};

const pageBytesMax = 2 * 1024 * 1024;
const rememberedMs = 5 * 60 * 1000;
const rememberedMax = 200;
const sitesMax = 20;
const userAgent = 'AIGuy/0.1 (reads a page for a visitor of this site)';

/** @param options.browser renders what it is given; the other is for tests */
export function createSitePages(options: { browser?: PageBrowser | undefined; clientOf?: (site: URL) => WebClient } = {}): SitePages {
  const { browser, clientOf = (site) => createSiteClient(site, userAgent) } = options;
  const clients = new LRUCache<string, WebClient>({ max: sitesMax });
  const pages = new LRUCache<string, PageSnapshot>({ max: rememberedMax, ttl: rememberedMs });
  return {
    read: async (site, path, { signal, timeoutMs }) => {
      const url = addressOf(site, path);
      const known = pages.get(url.href);
      if (known) return known;
      const client = clients.get(site.origin) ?? clientOf(site);
      clients.set(site.origin, client);
      const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const page = await readPage(async (wanted) => (browser ? await browser.render(url, client, wanted) : await client.get(url, wanted)), limit);
      pages.set(url.href, page);
      return page;
    },
  };
}

function addressOf(site: URL, path: string): URL {
  const url = URL.canParse(path, site) ? new URL(path, site) : undefined;
  if (url?.origin !== site.origin || url.username !== '' || url.password !== '')
    throw new AiguyError('invalid_input', { details: [{ pointer: '/url', rule: 'must be the path of a page of this site' }] });
  url.hash = '';
  return url;
}

/** What a site answers that is overloaded, or whose own server is away. */
const busy = new Set([408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524]);

type Get = (wanted: { signal: AbortSignal; bytesMax: number }) => Promise<WebAnswer>;

async function readPage(get: Get, signal: AbortSignal): Promise<PageSnapshot> {
  try {
    return described(await get({ signal, bytesMax: pageBytesMax }));
  } catch (error) {
    if (signal.aborted) throw new AiguyError('tool_timeout', { cause: error });
    if (error instanceof AiguyError) throw error;
    const isNone = error instanceof DocumentError || (error instanceof WebError && !error.mayPass);
    throw new AiguyError(isNone ? 'not_found' : 'tool_unavailable', { cause: error });
  }
}

function described({ status, contentType, bytes, url }: WebAnswer): PageSnapshot {
  if (busy.has(status)) throw new AiguyError('tool_unavailable');
  if (status !== 200 || !/^text\/html\s*(?:;|$)/i.test(contentType)) throw new AiguyError('not_found');
  const charset = /charset\s*=\s*"?([\w:.-]+)/i.exec(contentType)?.[1];
  const { origin, pathname } = new URL(url);
  const page = parsePage(bytes, charset);
  // Its tags may be left out by the page's author, and the parser does not put in a head.
  if (!page.title) page.title = page.querySelector('body > title, html > title')?.textContent ?? '';
  return describePage(page as unknown as PageDocument, { url: `${origin}${pathname}`.slice(0, 1000), isShown: () => true });
}
