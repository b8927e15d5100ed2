// What every tool's handler is: arguments that keep the manifest's schema in, a result that must keep the output schema out.
import type { Files } from '../backends/files/files.ts';
import type { Guests } from '../backends/guests/guests.ts';
import type { Guides } from '../backends/guides.ts';
import type { Invoices } from '../backends/invoices.ts';
import type { Knowledge } from '../backends/knowledge/search.ts';
import type { OpeningHours } from '../backends/opening-hours.ts';
import type { SitePages } from '../backends/pages/site-pages.ts';
import type { ProductSearch } from '../backends/product-search/product-search.ts';
import type { Profiles } from '../backends/profiles.ts';
import type { Queryable, Shop, Subject } from '../backends/shop.ts';
import type { SiteAbilities, SiteAccess } from '../backends/site-abilities.ts';
import type { Tickets } from '../backends/tickets.ts';
import type { Reports } from './make_order_report/make-report.ts';

/** The outside world as handlers see it; one port each. */
export type Backends = {
  guests: Guests;
  guides: Guides;
  shop: Shop;
  files: Files;
  invoices: Invoices;
  knowledge: Knowledge;
  openingHours: OpeningHours;
  productSearch: ProductSearch;
  pages: SitePages;
  profiles: Profiles;
  reports: Reports;
  /** For so long after it came an order can be returned; undefined without a limit. */
  returnDays?: number | undefined;
  siteAbilities: SiteAbilities;
  /** Who sells: name first, then address and tax number, a line each. */
  seller: readonly string[];
  tickets: Tickets;
};

export type ToolContext = {
  /** Taken from a site's or an issuer's signature, never from arguments. */
  subject: Subject;
  /** The visitor's session as the site's signature names it; direct callers have none. */
  sessionId?: string | undefined;
  /** Aborted when the manifest's time for one attempt is over. */
  signal: AbortSignal;
};

/** What a call leaves to the queue: orderKey says whom it is for, message is what he reads until it is done. */
export type LeftTask = { orderKey: string; input: Record<string, unknown>; message: string };

/**
 * A read leaves its work to the queue; what is open under the same key is that work already.
 * @param task.openMax tasks of this tool that may be open at once: of its visitor, and in all of those whose input has the fields `within`
 * @returns false when as many are open already
 */
export type LeaveTask = (task: LeftTask & { openMax: { visitor: number; site: number }; within: Record<string, unknown> }) => Promise<boolean>;

export type ReadContext = ToolContext & {
  /** undefined where the manifest names no task, and where there is no queue for it. */
  leaveTask?: LeaveTask | undefined;
  /** undefined where the visitor's site offers no abilities, and for direct callers. */
  site?: SiteAccess | undefined;
};

export type PreviewContext = ToolContext & {
  /** The call's own transaction; refuses every query once the call is over. All queries go through it: in the embedded database no other connection would answer meanwhile. */
  connection: Queryable;
};

export type WriteContext = PreviewContext & {
  /** The same for every attempt at this effect, and no other: the key for a backend that takes one. 43 characters, base64url. */
  effectKey: string;
  /** Leaves work to the queue, in the call's transaction. undefined where the manifest names no task, or where there is nothing left to do after the call. */
  startTask: ((task: LeftTask) => Promise<void>) | undefined;
};

/** What the visitor reads before he confirms; made from the arguments and the shop's data, never by a model. */
export type Preview = {
  /** One line, such as «Cancel order W2403075»; at most 200 characters. */
  summary: string;
  /** At most 20; a label has at most 60 characters, a value 500. */
  facts: { label: string; value: string }[];
  /** Money that moves, in units of currency. */
  amount?: { value: number; currency: string };
};

/**
 * Contract: throws AiguyError not_found for what does not exist and for what belongs to somebody else, in the same words.
 * Anything else that is thrown is a failure of the tool and is never shown.
 */
export type Handler = (args: never, context: ReadContext) => Promise<Record<string, unknown>>;

/**
 * Contract: as for a Handler; a rule of the shop that forbids it is AiguyError not_allowed_now with the rule in its details.
 * preview changes nothing and refuses what run would refuse; where the manifest lets the visitor be asked for arguments, those may be missing, and it
 * refuses what no answer of his could change. run does what it does through context.connection, which is committed together with
 * the answer, or not at all; what it does elsewhere carries context.effectKey.
 */
export type WriteHandler = {
  preview: (args: never, context: PreviewContext) => Promise<Preview>;
  run: (args: never, context: WriteContext) => Promise<Record<string, unknown>>;
};
