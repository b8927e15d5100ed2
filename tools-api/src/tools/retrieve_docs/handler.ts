// retrieve_docs: the passages of the help centre that fit a question, and whether they are near enough to answer it.
import type { Audience } from '../../backends/knowledge/candidates.ts';
import { isGuest, type Subject } from '../../backends/shop.ts';
import type { Backends, Handler } from '../handler.ts';

export const passagesDefault = 5;

type Args = { query: string; context?: string[]; language?: string; product_tags?: string[]; limit?: number };

export function createRetrieveDocs({ knowledge }: Pick<Backends, 'knowledge'>): Handler {
  return async ({ query, context = [], language, product_tags: productTags, limit = passagesDefault }: Args, { subject, signal }) =>
    await knowledge.search({ text: query, context, language, productTags, limit, audiences: audiencesOf(subject), signal });
}

/** What a document is for is decided by who asks, as a signature says it; never by an argument. */
export function audiencesOf(who: Subject): Audience[] {
  return isGuest(who) ? ['public'] : ['public', 'customers'];
}
