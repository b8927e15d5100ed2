// What every tool's handler is: arguments that keep the input schema in, a result that must keep the output schema out.
import type { Knowledge } from '../backends/knowledge/search.ts';
import type { Shop, Subject } from '../backends/shop.ts';

/** The outside world as handlers see it; one port each. */
export type Backends = { shop: Shop; knowledge: Knowledge };

export type ToolContext = {
  /** Taken from a site's or an issuer's signature, never from arguments. */
  subject: Subject;
  /** Aborted when the manifest's time for one attempt is over. */
  signal: AbortSignal;
};

/**
 * Contract: throws AiguyError not_found for what does not exist and for what belongs to somebody else, in the same words.
 * Anything else that is thrown is a failure of the tool and is never shown.
 */
export type Handler = (args: never, context: ToolContext) => Promise<Record<string, unknown>>;
