// navigate_page: what stands on the page that the visitor is on, as his browser describes it, or on another page of the same site, as it hands it out.
import { AiguyError } from '@aiguy/manifests/errors';
import type { PageSnapshot } from '@aiguy/manifests/generated/http';
import type { Backends, Handler } from '../handler.ts';

type Args = { question?: string; url?: string; page?: PageSnapshot };

const most = { landmarks: 12, headings: 15, controls: 30, messages: 10, said: 5, meant: 2, summary: 1500 };

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
  const controls = nearest(page.controls, ({ kind, name }) => sharedWords(name, wanted) + (kind === 'link' ? 0 : 0.5)).slice(0, most.controls);
  const headings = nearest(page.headings, ({ text }) => sharedWords(text, wanted)).slice(0, most.headings);
  const landmarks = page.landmarks.slice(0, most.landmarks);
  const messages = page.messages.slice(0, most.messages);
  return {
    source,
    url: page.url,
    title: page.title,
    summary: summaryOf(page, { controls, messages }, wanted),
    landmarks,
    headings,
    controls,
    messages,
    shortened: controls.length < page.controls.length || headings.length < page.headings.length,
  };
}

/** What shares words with the question first, then what can be used before what leads elsewhere, else in the order of the page. */
function nearest<T>(items: readonly T[], scoreOf: (item: T) => number): T[] {
  return items
    .map((item) => ({ item, score: scoreOf(item) }))
    .toSorted((a, b) => b.score - a.score)
    .map(({ item }) => item);
}

function sharedWords(text: string, wanted: ReadonlySet<string>): number {
  return [...wordsOf(text)].filter((word) => wanted.has(word)).length;
}

function wordsOf(text: string): Set<string> {
  return new Set((text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => word.length > 2));
}

/** Names the controls that the question is about, or else gives an idea of what there is. */
function summaryOf(
  { title }: PageSnapshot,
  { controls, messages }: Pick<PageSnapshot, 'controls' | 'messages'>,
  wanted: ReadonlySet<string>,
): string {
  const meant = controls.filter(({ name }) => sharedWords(name, wanted) > 0).slice(0, most.meant);
  const names = (...kinds: string[]) => controls.filter(({ kind }) => kinds.includes(kind)).map(({ name }) => `«${name}»`);
  const parts = [
    title === '' ? 'This page has no title.' : `This is the page «${title}».`,
    ...messages.map((message) => `It says: «${message}».`),
    ...(meant.length > 0
      ? [`Look for ${meant.map(({ kind, name }) => `the ${kind} «${name}»`).join(' or ')}.`]
      : [...listed('Fields', names('field', 'choice')), ...listed('Buttons', names('button')), ...listed('Links', names('link'))]),
  ];
  return Array.from(parts.join(' '))
    .slice(0, most.summary / 2)
    .join('');
}

function listed(what: string, names: string[]): string[] {
  return names.length === 0 ? [] : [`${what}: ${names.slice(0, most.said).join(', ')}${names.length > most.said ? ' and more' : ''}.`];
}
