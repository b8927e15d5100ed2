// What passes between a source, a format and the article.
import type { Article } from '../sources/source.ts';

/** What a format finds in the bytes; what is missing comes from where the document was found. */
export type Reading = { markdown: string } & { [Field in Exclude<keyof Article, 'markdown'>]?: Article[Field] | undefined };

/** The bytes of a document and what its place says about it. */
export type Found = {
  /** Relative path, object key or URL. */
  key: string;
  bytes: Uint8Array;
  /** As the server said it, with its charset. */
  contentType?: string | undefined;
  documentId: string;
  /** Where a visitor finds the document, when the place knows that. */
  url?: string | undefined;
  /** Where else: <siteUrl>/<documentId>/ */
  siteUrl?: string | undefined;
  lastUpdated?: string | undefined;
  language?: string | undefined;
};
