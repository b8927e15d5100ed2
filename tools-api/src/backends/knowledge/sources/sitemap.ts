// A sitemap, or an index of sitemaps, also packed: each page that it lists on its own site is a document.
import { gunzip } from 'node:zlib';
import { SaxesParser } from 'saxes';
import { documentIdOf } from './document-id.ts';
import { DocumentError, type Source, type SourceDocument, SourceError } from './source.ts';
import { createWebClient, type WebClient, WebError } from './web-client.ts';
import { readWebDocument } from './web-document.ts';

// As sitemaps.org has them: 50 MB unpacked, and an index lists no index; two levels more are forgiven.
const sitemapBytesMax = 52_428_800;
const depthMax = 3;
const parseCharacters = 65_536;

/** @returns a source whose list fails when the address answers with something else than a sitemap */
export function openSitemap(address: URL): Source {
  const client = createWebClient(address);
  return {
    name: address.href,
    count: async (signal) => {
      let pages = 0;
      for await (const _page of listPages({ client, address, seen: new Set() }, 0, signal)) pages += 1;
      return pages;
    },
    async *list(signal) {
      for await (const page of listPages({ client, address, seen: new Set() }, 0, signal)) yield describe(client, address, page);
    },
  };
}

type Walk = { client: WebClient; address: URL; seen: Set<string> };
type Entry = { kind: 'page' | 'sitemap'; loc: string; lastmod: string };

async function* listPages(walk: Walk, depth: number, signal: AbortSignal): AsyncGenerator<Entry> {
  const { client, address, seen } = walk;
  seen.add(address.href);
  const xml = await fetchSitemap(client, address, signal);
  for await (const entry of parseSitemap(address, xml, signal)) {
    if (entry.kind === 'page') {
      yield entry;
      continue;
    }
    const inner = URL.parse(entry.loc);
    if (inner?.origin !== address.origin)
      throw new SourceError(`${address.href} lists a sitemap on another site, «${entry.loc}»; ingest that one by itself`);
    if (depth + 1 >= depthMax) throw new SourceError(`${address.href} lists sitemaps within sitemaps more than ${depthMax} deep`);
    if (!seen.has(inner.href)) yield* listPages({ ...walk, address: inner }, depth + 1, signal);
  }
}

async function fetchSitemap(client: WebClient, address: URL, signal: AbortSignal): Promise<string> {
  try {
    const { status, bytes } = await client.get(address, { signal, bytesMax: sitemapBytesMax });
    if (status !== 200) throw new SourceError(`the site answers ${status} for ${address.href}; is this the address of its sitemap?`);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes[0] === 0x1f && bytes[1] === 0x8b ? await unpack(bytes) : bytes);
  } catch (error) {
    if (error instanceof WebError) throw new SourceError(`sitemap ${address.href}: ${error.message}`);
    if (error instanceof TypeError) throw new SourceError(`sitemap ${address.href} is not UTF-8`);
    throw error;
  }
}

function unpack(bytes: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    gunzip(bytes, { maxOutputLength: sitemapBytesMax }, (error, unpacked) => {
      if (error) reject(new WebError('its packed content is damaged, or larger than 52.4 MB'));
      else resolve(unpacked);
    });
  });
}

/** Reads the entries bit by bit, so that a long list is never in memory as a whole. */
async function* parseSitemap(address: URL, xml: string, signal: AbortSignal): AsyncGenerator<Entry> {
  let entries: Entry[] = [];
  const parser = createParser((entry) => entries.push(entry));
  try {
    for (let start = 0; start < xml.length; start += parseCharacters) {
      signal.throwIfAborted();
      parser.write(xml.slice(start, start + parseCharacters));
      yield* entries;
      entries = [];
    }
    parser.close();
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw new SourceError(`${address.href} is no sitemap: ${error.message}. ${hint(xml)}`);
  }
}

class XmlError extends Error {}

function createParser(found: (entry: Entry) => void): SaxesParser {
  const parser = new SaxesParser();
  const path: string[] = [];
  let entry: Entry | undefined;
  parser.on('error', (error) => {
    throw new XmlError(error.message);
  });
  parser.on('opentag', ({ name }) => {
    path.push(name);
    if (path.length === 1 && name !== 'urlset' && name !== 'sitemapindex') throw new XmlError(`it begins with <${name}>`);
    if (path.length === 2 && (name === 'url' || name === 'sitemap')) entry = { kind: name === 'url' ? 'page' : 'sitemap', loc: '', lastmod: '' };
  });
  const addText = (text: string) => {
    const name = path.at(-1);
    if (entry && path.length === 3 && (name === 'loc' || name === 'lastmod')) entry[name] += text.trim();
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    path.pop();
    if (path.length !== 1 || !entry) return;
    if (entry.loc) found(entry);
    entry = undefined;
  });
  return parser;
}

function hint(page: string): string {
  const wordpress = /https:\/\/api\.w\.org\/|\/wp-content\//.test(page) ? 'Its site is a WordPress: write wordpress: before its address. ' : '';
  return `${wordpress}The sitemap of a site is often at /sitemap.xml, and its robots.txt names it.`;
}

function describe(client: WebClient, address: URL, { loc, lastmod }: Entry): SourceDocument {
  const url = URL.parse(loc);
  if (url) url.hash = '';
  const lastUpdated = Number.isNaN(Date.parse(lastmod)) ? undefined : lastmod;
  return {
    key: url?.href ?? loc,
    documentId: documentIdOf(url?.href ?? loc),
    fingerprint: lastUpdated && isSettled(lastUpdated) ? lastUpdated : undefined,
    read: async (signal) => {
      if (!url || url.origin !== address.origin) throw new DocumentError(`is not on the site of its sitemap, ${address.origin}, and is not fetched`);
      return await readWebDocument(client, { url, lastUpdated }, signal);
    },
  };
}

/** A date without a time is the same after a second change on that day, and says nothing until the day has passed everywhere. */
function isSettled(lastmod: string): boolean {
  return lastmod.length > 10 || Date.parse(lastmod) < Date.now() - 48 * 3_600_000;
}
