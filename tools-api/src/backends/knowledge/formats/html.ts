// Reads an HTML page: its main content without navigation, banners and scripts, and what its head says about it.
import { Readability } from '@mozilla/readability';
import { Parser } from 'htmlparser2';
import { parseHTML } from 'linkedom';
import { DocumentError } from '../sources/source.ts';
import { htmlToMarkdown } from './html-to-markdown.ts';
import { limits } from './limits.ts';
import type { Reading } from './reading.ts';
import { decodeText } from './text.ts';

type Page = ReturnType<typeof parseHTML>['document'];

/**
 * @param charset as the server said it
 * @param pageUrl where the page was found; only a canonical link to the same site counts then
 * @throws DocumentError
 */
export function readHtml(bytes: Uint8Array, { charset, pageUrl }: { charset?: string | undefined; pageUrl?: string | undefined }): Reading {
  const page = parsePage(bytes, charset);
  const data = readLinkedData(page);
  removeAll(page, never);
  const title = headingOf(page) ?? meta(page, 'og:title') ?? text(page.querySelector('title'));
  return {
    title,
    url: canonicalOf(page, pageUrl),
    language: page.documentElement?.getAttribute('lang') || undefined,
    lastUpdated: firstDate([
      meta(page, 'article:modified_time'),
      meta(page, 'og:updated_time'),
      modifiedItem(page),
      data.modified,
      meta(page, 'last-modified'),
      data.published,
    ]),
    markdown: htmlToMarkdown(mainContent(page)),
  };
}

/** @returns the Markdown of a fragment that is content as a whole, such as a rendered post */
export function readFragment(html: string): string {
  if (html.length > limits.textCharactersMax) throw new DocumentError(`has more than ${limits.textCharactersMax.toLocaleString('en')} characters`);
  const page = parseText(`<!doctype html><html><body>${html}</body></html>`);
  return htmlToMarkdown(page.body.innerHTML);
}

/** @returns what a text with entities and tags reads as */
export function plainText(html: string): string {
  return text(parseHTML(`<!doctype html><html><body>${html}</body></html>`).document.body) ?? '';
}

/**
 * The page as a tree.
 * @param charset as the server said it
 * @throws DocumentError when it is no text, or too large or too deep to be read
 */
export function parsePage(bytes: Uint8Array, charset?: string): Page {
  return parseText(decodeText(bytes, charset ?? metaCharset(bytes)));
}

function parseText(html: string): Page {
  checkShape(html);
  const { document } = parseHTML(/<html[\s>]/i.test(html) ? html : `<!doctype html><html><body>${html}</body></html>`);
  for (const table of document.querySelectorAll('table')) if (table.querySelector('table, h1, h2, h3')) unfoldTable(document, table);
  return document;
}

/** A table around headings or tables lays out a page. */
function unfoldTable(page: Page, table: Element): void {
  const parts = [...table.querySelectorAll('thead, tbody, tfoot, tr, td, th')].filter((part) => part.closest('table') === table);
  for (const part of [...parts, table]) {
    const block = page.createElement('div');
    block.append(...part.childNodes);
    part.replaceWith(block);
  }
}

/** Counts without building anything: the time for a tree grows with the square of its depth. */
function checkShape(html: string): void {
  let elements = 0;
  let depth = 0;
  const parser = new Parser({
    onopentagname() {
      elements += 1;
      depth += 1;
      if (elements > limits.htmlElementsMax) throw new DocumentError(`has more than ${limits.htmlElementsMax.toLocaleString('en')} elements`);
      if (depth > limits.htmlDepthMax) throw new DocumentError(`has elements nested more than ${limits.htmlDepthMax} deep`);
    },
    onclosetag() {
      depth -= 1;
    },
  });
  parser.end(html);
}

/** The declaration has to stand within the first 1,024 bytes. */
function metaCharset(bytes: Uint8Array): string | undefined {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 1024));
  return /<meta[^>]+charset\s*=\s*["']?\s*([\w:.-]+)/i.exec(head)?.[1] ?? /^<\?xml[^>]+encoding=["']([\w.-]+)/i.exec(head)?.[1];
}

const never =
  'script, style, noscript, template, iframe, svg, form, button, dialog, nav, aside, [role=navigation], [role=complementary], [role=search], [role=dialog], [role=alertdialog]';
const consent = /cookie|consent|gdpr|newsletter|breadcrumb|skip-link|share-buttons|social-share/i;

/** Taken from the one article or main element, where there is one; else what reads like the text of the page. */
function mainContent(page: Page): string {
  for (const element of page.querySelectorAll('[id], [class]')) if (isConsent(element)) element.remove();
  const content = only(page, 'main article') ?? only(page, 'main, [role=main]') ?? only(page, 'article');
  if (!text(content)) return mostText(page);
  removeAll(content, 'footer, [role=contentinfo]');
  return content?.innerHTML ?? '';
}

function mostText(page: Page): string {
  removeAll(page, 'header, footer, [role=banner], [role=contentinfo]');
  const whole = page.body?.innerHTML ?? '';
  const wholeLength = text(page.body)?.length ?? 0;
  const found = new Readability(page, { charThreshold: 200 }).parse();
  // Where little would be left, the page is all content and nothing was recognised.
  return found?.content && (found.textContent?.trim().length ?? 0) * 2 > wholeLength ? found.content : whole;
}

function isConsent(element: Element): boolean {
  return consent.test(`${element.id} ${element.getAttribute('class') ?? ''}`) && !/^(html|body|main|article)$/i.test(element.tagName);
}

function removeAll(within: { querySelectorAll: (selector: string) => Iterable<{ remove: () => void }> } | undefined, selector: string): void {
  for (const element of within?.querySelectorAll(selector) ?? []) element.remove();
}

function only(page: Page, selector: string): Element | undefined {
  const found = page.querySelectorAll(selector);
  return found.length === 1 ? (found[0] as Element) : undefined;
}

function headingOf(page: Page): string | undefined {
  const heading = only(page, 'main h1') ?? only(page, 'article h1') ?? only(page, 'h1');
  return text(heading);
}

function text(element: { textContent: string | null } | null | undefined): string | undefined {
  return element?.textContent?.replace(/\s+/g, ' ').trim() || undefined;
}

function meta(page: Page, name: string): string | undefined {
  for (const element of page.querySelectorAll('meta')) {
    const names = [element.getAttribute('property'), element.getAttribute('name'), element.getAttribute('http-equiv')];
    if (names.some((given) => given?.toLowerCase() === name)) return element.getAttribute('content')?.trim() || undefined;
  }
  return undefined;
}

function canonicalOf(page: Page, pageUrl: string | undefined): string | undefined {
  const href = page.querySelector('link[rel~=canonical]')?.getAttribute('href');
  const url = href ? URL.parse(href, pageUrl) : null;
  if (!url || !/^https?:$/.test(url.protocol)) return undefined;
  return pageUrl === undefined || url.origin === new URL(pageUrl).origin ? url.href : undefined;
}

function modifiedItem(page: Page): string | undefined {
  const element = page.querySelector('[itemprop=dateModified]');
  return element?.getAttribute('datetime') ?? element?.getAttribute('content') ?? undefined;
}

/** A page's own wrong date is no reason to refuse it. */
function firstDate(dates: (string | undefined)[]): string | undefined {
  const time = dates.map((date) => Date.parse(date ?? '')).find((parsed) => !Number.isNaN(parsed));
  return time === undefined ? undefined : new Date(time).toISOString();
}

type LinkedData = { modified?: string | undefined; published?: string | undefined };

function readLinkedData(page: Page): LinkedData {
  for (const script of page.querySelectorAll('script[type="application/ld+json"]')) {
    const dates = findDates(parseJson(script.textContent ?? ''), 4);
    if (dates) return dates;
  }
  return {};
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function findDates(value: unknown, depth: number): LinkedData | undefined {
  if (typeof value !== 'object' || value === null || depth === 0) return undefined;
  const { dateModified, datePublished } = value as Record<string, unknown>;
  if (typeof dateModified === 'string') return { modified: dateModified };
  for (const inner of Object.values(value)) {
    const found = findDates(inner, depth - 1);
    if (found) return found;
  }
  return typeof datePublished === 'string' ? { published: datePublished } : undefined;
}
