// Understands what an owner writes to name a source.
import { resolve } from 'node:path';
import { openFolder } from './folder.ts';
import { openS3 } from './s3.ts';
import { openSitemap } from './sitemap.ts';
import { type Source, SourceError } from './source.ts';
import { openWordpress } from './wordpress.ts';

export type OpenOptions = {
  /** Where the documents of a folder or bucket stand that name no address: <siteUrl>/<id>/ */
  siteUrl?: string | undefined;
};

const forms = `A source is one of
  ./docs                            a folder of Markdown, HTML, PDF, DOCX and text files
  s3://bucket/prefix                the same in an S3 bucket
  https://site.example/sitemap.xml  a sitemap or an index of sitemaps
  wordpress:https://site.example    the posts and pages of a WordPress site (or its address with /wp-json)`;

/**
 * Opens without asking the network: whether a site or bucket can be read shows when it is listed.
 * @throws SourceError when the text names no source, or a folder that is not there
 */
export async function openSource(text: string, options: OpenOptions = {}): Promise<Source> {
  const name = text.trim();
  if (options.siteUrl !== undefined && !isWebUrl(options.siteUrl)) throw new SourceError(`the site's address «${options.siteUrl}» is no http(s) URL`);
  if (name.startsWith('s3://')) return openS3(name, options);
  if (/^wordpress:/i.test(name)) return openWordpress(webUrl(name.slice('wordpress:'.length), text));
  if (/^https?:/i.test(name)) {
    const url = webUrl(name, text);
    const api = /\/wp-json(?:\/|$)/.exec(url.pathname);
    return api ? openWordpress(new URL(url.pathname.slice(0, api.index) || '/', url.origin)) : openSitemap(url);
  }
  if (name === '' || /^[a-z][a-z0-9+.-]+:/i.test(name)) throw new SourceError(`«${text}» is no source. ${forms}`);
  return await openFolder(resolve(name), options).catch((error: unknown) => {
    throw error instanceof SourceError ? new SourceError(`${error.message}. ${forms}`) : error;
  });
}

function webUrl(text: string, source: string): URL {
  const url = URL.parse(text);
  if (!url || !isWebUrl(text)) throw new SourceError(`«${source}» is no source. ${forms}`);
  if (url.username || url.password) throw new SourceError('a source’s address must not hold a password; only what is public is read');
  url.hash = '';
  return url;
}

function isWebUrl(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '');
}
