// Makes an article of what a format found and what its place says, and checks that it can be shown and cited.
import { documentIdOf, titleOf } from '../sources/document-id.ts';
import { type Article, DocumentError } from '../sources/source.ts';
import type { Found, Reading } from './reading.ts';

// As the output of retrieve_docs has them; a passage's address also carries the heading.
const idLengthMax = 150;
const titleLengthMax = 300;
const urlLengthMax = 1800;

/**
 * What the document says of itself goes before what its place says.
 * @throws DocumentError when it has no text, no address, or a field that can't be right
 */
export function completeArticle(reading: Reading, found: Omit<Found, 'bytes'>): Article {
  if (!/[\p{L}\p{N}]/u.test(reading.markdown)) throw new DocumentError('has no text');
  const documentId = checkId(reading.documentId ?? found.documentId);
  return {
    documentId,
    title: cut(reading.title?.replace(/\s+/g, ' ').trim() || titleOf(found.key)),
    url: checkUrl(reading.url ?? found.url ?? joinUrl(found.siteUrl, documentId)),
    language: primaryLanguage(reading.language ?? found.language),
    lastUpdated: readDate(reading.lastUpdated ?? found.lastUpdated),
    productTags: reading.productTags ?? [],
    audience: reading.audience ?? 'public',
    markdown: reading.markdown,
  };
}

function checkId(id: string): string {
  if (id.length > idLengthMax) throw new DocumentError(`id has more than ${idLengthMax} characters`);
  return /[\s/?#]/.test(id) ? documentIdOf(id) : id;
}

function cut(title: string): string {
  return title.length > titleLengthMax ? `${title.slice(0, titleLengthMax - 1)}…` : title;
}

function joinUrl(siteUrl: string | undefined, documentId: string): string | undefined {
  return siteUrl && `${siteUrl.replace(/\/+$/, '')}/${encodeURIComponent(documentId)}/`;
}

function checkUrl(text: string | undefined): string {
  if (!text) throw new DocumentError('has no address to cite: name it as source_url in the front matter, or give the address of the site');
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) throw new DocumentError(`its address «${text.slice(0, 200)}» is no http(s) URL`);
  url.hash = '';
  if (url.username || url.password) throw new DocumentError('its address holds a password');
  if (url.href.length > urlLengthMax) throw new DocumentError(`its address has more than ${urlLengthMax} characters`);
  return url.href;
}

/** «de-AT» and «de_AT» give «de». */
function primaryLanguage(language: string | undefined): string {
  return /^[a-z]{2,3}(?=$|[-_])/i.exec(language?.trim() ?? '')?.[0].toLowerCase() ?? 'en';
}

/** A document that nobody dates has the date on which it was read. */
function readDate(text: string | undefined): string {
  if (!text) return new Date().toISOString().slice(0, 10);
  const date = /^\d{4}-\d{2}-\d{2}/.exec(text)?.[0] ?? isoDay(Date.parse(text));
  if (!date || isoDay(Date.parse(date)) !== date) throw new DocumentError(`its date «${text.slice(0, 100)}» is no date; write it as YYYY-MM-DD`);
  return date;
}

function isoDay(time: number): string | undefined {
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().slice(0, 10);
}
