// What a source of knowledge is: a place that lists documents and reads each into an article.

/** What ingestion cuts into passages. */
export type Article = {
  documentId: string;
  title: string;
  url: string;
  language: string;
  /** YYYY-MM-DD */
  lastUpdated: string;
  productTags: string[];
  audience: 'public' | 'customers';
  /** The part of the knowledge that it belongs to; «general» when left out. */
  collection?: string | undefined;
  markdown: string;
};

/** One document as its source lists it; reading it is what costs. */
export type SourceDocument = {
  /** Unique within the source, for messages: relative path, object key, URL. */
  key: string;
  /** When known before reading; the article may name another. */
  documentId?: string | undefined;
  /** ETag, size and time, modified date: equal = unchanged, need not be read. */
  fingerprint?: string | undefined;
  /** @throws DocumentError with a reason for the owner */
  read: (signal: AbortSignal) => Promise<Article>;
};

/**
 * Contract: the list is lazy (never all documents in memory), stable in order, and ends only when it was complete;
 * an error means that it was not, so nothing may be deleted on its account.
 */
export type Source = {
  /** Canonical: the same source has the same name, e.g. folder:/abs/path, s3://bucket/prefix/. */
  name: string;
  /** @returns how many documents the list will have, where that is cheaper than reading them */
  count: (signal: AbortSignal) => Promise<number | undefined>;
  /** @throws SourceError */
  list: (signal: AbortSignal) => AsyncIterable<SourceDocument>;
};

/** One document can't be read; the message is the reason, without the document's name. The others go on. */
export class DocumentError extends Error {
  override name = 'DocumentError';
}

/** The whole source can't be read: bucket refused, folder missing, sitemap not found. */
export class SourceError extends Error {
  override name = 'SourceError';
}
