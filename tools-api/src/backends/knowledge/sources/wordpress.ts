// The published posts and pages of a WordPress site, through its REST API, without a login.

import { completeArticle } from '../formats/complete-article.ts';
import { plainText, readFragment } from '../formats/html.ts';
import { documentIdOf } from './document-id.ts';
import { type Article, DocumentError, type Source, type SourceDocument, SourceError } from './source.ts';
import { createWebClient, type WebClient, WebError } from './web-client.ts';
import { getDocument } from './web-document.ts';

const postsPerPage = 100;
const listBytesMax = 10_000_000;
const kinds = ['posts', 'pages'] as const;

type Kind = (typeof kinds)[number];
type Route = (path: string, query: Record<string, string>) => URL;
type Site = { client: WebClient; home: URL; route: Route; language: string };
type Post = { id: number; link: string; modified: string; title: string; content: string; open: boolean };

/** @param home the site's address, as its visitors have it */
export function openWordpress(home: URL): Source {
  const client = createWebClient(home);
  const base = home.href.replace(/[?#].*$/, '').replace(/\/+$/, '');
  const name = `wordpress:${base}`;
  return {
    name,
    async count(signal) {
      const { route } = await findApi(client, base, signal);
      let posts = 0;
      for (const kind of kinds) posts += (await fetchList(client, route(`/wp/v2/${kind}`, { per_page: '1', _fields: 'id' }), signal)).total;
      return posts;
    },
    async *list(signal) {
      const site = { client, home, ...(await findApi(client, base, signal)), language: await findLanguage(client, base, signal) };
      for (const kind of kinds) {
        for await (const post of listPosts(site, kind, signal)) if (post.open) yield describe(site, kind, post);
      }
    },
  };
}

/** Sites without pretty addresses have the API at ?rest_route=. */
async function findApi(client: WebClient, base: string, signal: AbortSignal): Promise<{ route: Route }> {
  const routes: Route[] = [
    (path, query) => new URL(`${base}/wp-json${path}?${new URLSearchParams(query)}`),
    (path, query) => new URL(`${base}/?${new URLSearchParams({ rest_route: path, ...query })}`),
  ];
  let status = 0;
  for (const route of routes) {
    const answer = await fetchOrFail(client, route('/', { _fields: 'namespaces' }), signal);
    const { namespaces } = record(parseJson(answer.bytes));
    if (answer.status === 200 && Array.isArray(namespaces) && namespaces.includes('wp/v2')) return { route };
    status = answer.status;
  }
  throw new SourceError(`${base} shows no WordPress REST API (it answers ${status}); is it a WordPress, and may the public read /wp-json?`);
}

async function findLanguage(client: WebClient, base: string, signal: AbortSignal): Promise<string> {
  const { bytes } = await fetchOrFail(client, new URL(`${base}/`), signal);
  return /<html[^>]*\slang=["']?([\w-]+)/i.exec(Buffer.from(bytes.subarray(0, 20_000)).toString('latin1'))?.[1] ?? 'en';
}

/** In the order of their ids. A post that vanishes meanwhile would push another one out of sight, so the total must stay. */
async function* listPosts({ client, route }: Site, kind: Kind, signal: AbortSignal): AsyncGenerator<Post> {
  let expected: number | undefined;
  for (let page = 1, pages = 1; page <= pages; page += 1) {
    const query = {
      per_page: String(postsPerPage),
      page: String(page),
      orderby: 'id',
      order: 'asc',
      _fields: 'id,link,modified_gmt,status,content.protected',
    };
    const { posts, total, totalPages } = await fetchList(client, route(`/wp/v2/${kind}`, query), signal);
    expected ??= total;
    if (total !== expected) throw new SourceError(`the ${kind} of the site changed while they were listed; start again`);
    pages = totalPages;
    yield* posts;
  }
}

async function fetchList(client: WebClient, url: URL, signal: AbortSignal): Promise<{ posts: Post[]; total: number; totalPages: number }> {
  const { status, bytes, headers } = await fetchOrFail(client, url, signal);
  const rows = parseJson(bytes);
  if (status !== 200 || !Array.isArray(rows)) throw new SourceError(`the WordPress site answers ${status} for ${url.href}; may the public read it?`);
  const number = (name: string) => {
    const value = Number(headers.get(name) ?? Number.NaN);
    if (!Number.isInteger(value))
      throw new SourceError(`the WordPress site answers without ${name}; something in between removes it, so nobody knows when the list ends`);
    return value;
  };
  return { posts: rows.map(readPost), total: number('x-wp-total'), totalPages: number('x-wp-totalpages') };
}

async function fetchOrFail(client: WebClient, url: URL, signal: AbortSignal): ReturnType<WebClient['get']> {
  try {
    return await client.get(url, { signal, bytesMax: listBytesMax });
  } catch (error) {
    throw error instanceof WebError ? new SourceError(`WordPress site: ${error.message}`) : error;
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function readPost(row: unknown): Post {
  const { id, link, modified_gmt, status, title, content } = record(row);
  const { rendered, protected: locked } = record(content);
  return {
    id: Number(id),
    link: String(link ?? ''),
    modified: String(modified_gmt ?? ''),
    title: String(record(title).rendered ?? ''),
    content: String(rendered ?? ''),
    open: (status ?? 'publish') === 'publish' && locked !== true,
  };
}

function describe(site: Site, kind: Kind, { id, link, modified }: Post): SourceDocument {
  // Not the link, which changes with the title.
  const documentId = documentIdOf(`${site.home.host}${site.home.pathname}-${kind}-${id}`);
  return {
    key: link || `${kind}/${id}`,
    documentId,
    fingerprint: modified || undefined,
    read: (signal) => readArticle(site, { path: `/wp/v2/${kind}/${id}`, documentId }, signal),
  };
}

async function readArticle(
  { client, route, language }: Site,
  { path, documentId }: { path: string; documentId: string },
  signal: AbortSignal,
): Promise<Article> {
  const { bytes } = await getDocument(client, route(path, { _fields: 'id,link,title,content,modified_gmt,status' }), signal);
  const post = readPost(parseJson(bytes));
  if (!post.open) throw new DocumentError('is no longer public');
  return completeArticle(
    { markdown: readFragment(post.content), title: plainText(post.title), url: post.link || undefined },
    { key: post.link, documentId, language, lastUpdated: post.modified || undefined },
  );
}
