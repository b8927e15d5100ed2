// navigate_page: what stands on the page that the visitor is on, as his browser describes it, or on another page of the same site, as it hands it out.
// A page that does not come soon is read by the queue, and told when it is there.
import { AiguyError } from '@aiguy/manifests/errors';
import type { PageSnapshot } from '@aiguy/manifests/generated/http';
import type { Backends, Handler, ReadContext } from '../handler.ts';
import { pageAnswer } from './page-answer.ts';

type Args = { question?: string; url?: string; page?: PageSnapshot };
/** What the task of a visit is about. */
export type Visit = { site: string; path: string; question: string };

/** Of the turn's eight seconds the visitor's browser may have taken two; this leaves three to say something. */
const soonMs = 3_000;
/** Where nothing goes on afterwards. */
const onlyMs = 5_000;
/** Visits that may be under way: one of them takes a worker of the queue for up to ten seconds, again and again. */
const openMax = { visitor: 3, site: 10 };

export function createNavigatePage({ pages }: Pick<Backends, 'pages'>): Handler {
  return async ({ question = '', url, page }: Args, context) => {
    if (page && (url === undefined || isSame(page, url))) return pageAnswer('visitor', page, question);
    if (url === undefined) throw unknown('is needed, because the visitor’s browser has not told which page he is on');
    const site = siteOf(context.subject.issuer);
    if (!site) throw unknown('can only be read for a visitor of a site');
    return await visitPage(pages, { site: site.origin, path: url, question }, context);
  };
}

async function visitPage(pages: Backends['pages'], visit: Visit, context: ReadContext): Promise<Record<string, unknown>> {
  const { signal, leaveTask } = context;
  try {
    const page = await pages.read(new URL(visit.site), visit.path, { signal, timeoutMs: leaveTask ? soonMs : onlyMs });
    return pageAnswer('site', page, visit.question);
  } catch (error) {
    if (!(mayComeLater(error) && (await leave(visit, context)))) throw error;
    return later(visit);
  }
}

/** @returns false when nothing goes on */
async function leave(visit: Visit, { subject: { issuer, subject }, sessionId = '', leaveTask }: ReadContext): Promise<boolean> {
  // The same page asked for again in the same conversation is the same visit.
  const orderKey = JSON.stringify([issuer, subject, sessionId, addressOf(visit).href]);
  const message = `${pathOf(visit)} has not answered yet.`;
  return (await leaveTask?.({ orderKey, input: visit, message, openMax, within: { site: visit.site } })) ?? false;
}

/** What the reader of pages throws when another attempt may succeed. */
function mayComeLater(error: unknown): boolean {
  return error instanceof AiguyError && (error.code === 'tool_timeout' || error.code === 'tool_unavailable');
}

/** As a visitor reads it. */
export function pathOf(visit: Visit): string {
  return addressOf(visit).pathname.slice(0, 150);
}

function addressOf({ site, path }: Visit): URL {
  return new URL(path, site);
}

function later(visit: Visit): Record<string, unknown> {
  const { origin, pathname } = addressOf(visit);
  return {
    source: 'later',
    url: `${origin}${pathname}`.slice(0, 1000),
    title: '',
    summary: `The page ${pathOf(visit)} does not answer yet. I go on trying, and you will read here what it says.`,
    landmarks: [],
    headings: [],
    controls: [],
    messages: [],
    shortened: false,
  };
}

function unknown(rule: string): AiguyError {
  return new AiguyError('invalid_input', { details: [{ pointer: '/url', rule }] });
}

/** A site signs with its own address as its name. */
function siteOf(issuer: string): URL | undefined {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined;
}

function isSame(page: PageSnapshot, path: string): boolean {
  const url = URL.canParse(path, page.url) ? new URL(path, page.url) : undefined;
  return url !== undefined && `${url.origin}${url.pathname}` === page.url && url.search === '';
}
