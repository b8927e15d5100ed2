// retrieve_docs: the passages of the help centre that fit a question, and whether they are near enough to answer it.
import type { Backends, Handler } from '../handler.ts';

const passagesDefault = 4;

export function createRetrieveDocs({ knowledge }: Pick<Backends, 'knowledge'>): Handler {
  return async (args: { query: string; limit?: number }, { signal }) => await knowledge.search(args.query, args.limit ?? passagesDefault, signal);
}
