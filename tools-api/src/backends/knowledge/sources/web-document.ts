// Reads one page or file of a web site.
import { limits } from '../formats/limits.ts';
import { readDocument } from '../formats/read-document.ts';
import { documentIdOf } from './document-id.ts';
import { type Article, DocumentError } from './source.ts';
import { type WebClient, WebError } from './web-client.ts';

/** @param lastUpdated as its list has it; goes before what the server says */
export async function readWebDocument(
  client: WebClient,
  page: { url: URL; lastUpdated?: string | undefined },
  signal: AbortSignal,
): Promise<Article> {
  const answer = await getDocument(client, page.url, signal);
  const modified = answer.headers.get('last-modified') ?? undefined;
  return await readDocument(
    {
      key: page.url.href,
      bytes: answer.bytes,
      contentType: answer.contentType,
      documentId: documentIdOf(page.url.href),
      url: page.url.href,
      lastUpdated: page.lastUpdated ?? (Number.isNaN(Date.parse(modified ?? '')) ? undefined : modified),
    },
    signal,
  );
}

/** @throws DocumentError when the answer is not the document */
export async function getDocument(client: WebClient, url: URL, signal: AbortSignal): Promise<Awaited<ReturnType<WebClient['get']>>> {
  try {
    const answer = await client.get(url, { signal, bytesMax: limits.documentBytesMax });
    if (answer.status !== 200) throw new DocumentError(`the site answers ${answer.status}`);
    return answer;
  } catch (error) {
    throw error instanceof WebError ? new DocumentError(error.message) : error;
  }
}
