// retrieve_docs: the passages of the help centre that fit a question, and whether they are near enough to answer it.
import type { Reader } from '../../backends/knowledge/candidates.ts';
import { isGuest, type Subject } from '../../backends/shop.ts';
import type { Backends, Handler } from '../handler.ts';

export const passagesDefault = 5;

type Args = { query: string; context?: string[]; language?: string; product_tags?: string[]; limit?: number };

export function createRetrieveDocs({ knowledge }: Pick<Backends, 'knowledge'>): Handler {
  return async ({ query, context = [], language, product_tags: productTags, limit = passagesDefault }: Args, { subject, signal }) =>
    await knowledge.search({ text: query, context, language, productTags, limit, ...readerOf(subject), signal });
}

/** What somebody may see is decided by who asks and where, as a signature says it; never by an argument. */
export function readerOf(who: Subject): Reader {
  return { audiences: isGuest(who) ? ['public'] : ['public', 'customers'], site: who.issuer, collections: who.collections };
}
