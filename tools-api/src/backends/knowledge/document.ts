// Tells whether an article has changed since it was ingested.
import { createHash } from 'node:crypto';
import type { Article } from './sources/source.ts';

export type { Article };

/** Changes when anything changes that a passage is made from, the way of cutting included. */
export function contentHash(article: Article, url: string): string {
  const cut = 1;
  return createHash('sha256')
    .update(JSON.stringify([cut, article, url]))
    .digest('hex');
}
