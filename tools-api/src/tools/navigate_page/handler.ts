// navigate_page: what stands on the page that the visitor is on, as his browser describes it, or on another page of the same site, as it hands it out.
import { AiguyError } from '@aiguy/manifests/errors';
import type { PageSnapshot } from '@aiguy/manifests/generated/http';
import type { Backends, Handler } from '../handler.ts';

type Args = { question?: string; url?: string; page?: PageSnapshot };

const most = { landmarks: 12, headings: 15, controls: 30, messages: 10, said: 5, summary: 1500 };

export function createNavigatePage({ pages }: Pick<Backends, 'pages'>): Handler {
  return async ({ question = '', url, page }: Args, { subject, signal }) => {
    if (page && (url === undefined || isSame(page, url))) return toOutput('visitor', page, question);
    if (url === undefined) throw unknown('is needed, because the visitor’s browser has not told which page he is on');
    const site = siteOf(subject.issuer);
    if (!site) throw unknown('can only be read for a visitor of a site');
    return toOutput('site', await pages.read(site, url, signal), question);
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

function toOutput(source: 'visitor' | 'site', page: PageSnapshot, question: string): Record<string, unknown> {
  const wanted = wordsOf(question);
  const controls = nearest(page.controls, wanted, ({ name }) => name).slice(0, most.controls);
  const headings = nearest(page.headings, wanted, ({ text }) => text).slice(0, most.headings);
  const landmarks = page.landmarks.slice(0, most.landmarks);
  const messages = page.messages.slice(0, most.messages);
  return {
    source,
    url: page.url,
    title: page.title,
    summary: summaryOf(page, { controls, messages }),
    landmarks,
    headings,
    controls,
    messages,
    shortened: controls.length < page.controls.length || headings.length < page.headings.length,
  };
}

/** Those that share words with the question first, otherwise in the order of the page. */
function nearest<T>(items: readonly T[], wanted: ReadonlySet<string>, textOf: (item: T) => string): T[] {
  const shared = (item: T) => [...wordsOf(textOf(item))].filter((word) => wanted.has(word)).length;
  return items
    .map((item) => ({ item, score: wanted.size === 0 ? 0 : shared(item) }))
    .toSorted((a, b) => b.score - a.score)
    .map(({ item }) => item);
}

function wordsOf(text: string): Set<string> {
  return new Set((text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => word.length > 2));
}

function summaryOf({ title }: PageSnapshot, { controls, messages }: Pick<PageSnapshot, 'controls' | 'messages'>): string {
  const names = (kind: PageSnapshot['controls'][number]['kind']) =>
    controls.filter((control) => control.kind === kind).map(({ name }) => `«${name}»`);
  const parts = [
    title === '' ? 'This page has no title.' : `This is the page «${title}».`,
    ...messages.map((message) => `It says: «${message}».`),
    ...listed('Fields', [...names('field'), ...names('choice')]),
    ...listed('Buttons', names('button')),
    ...listed('Links', names('link')),
  ];
  return Array.from(parts.join(' '))
    .slice(0, most.summary / 2)
    .join('');
}

function listed(what: string, names: string[]): string[] {
  return names.length === 0 ? [] : [`${what}: ${names.slice(0, most.said).join(', ')}${names.length > most.said ? ' and more' : ''}.`];
}
