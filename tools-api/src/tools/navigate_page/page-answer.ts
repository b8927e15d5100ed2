// What stands on a page, as navigate_page says it: what fits the question first, within the output's limits.
import type { PageSnapshot } from '@aiguy/manifests/generated/http';

const most = { landmarks: 12, headings: 15, controls: 30, messages: 10, said: 5, meant: 2, summary: 1500 };

export function pageAnswer(source: 'visitor' | 'site', page: PageSnapshot, question: string): Record<string, unknown> & { summary: string } {
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
  return shortened(parts.join(' '));
}

/** Half of what the output takes, in characters, of which one may be two of its units. */
export function shortened(summary: string): string {
  return Array.from(summary)
    .slice(0, most.summary / 2)
    .join('');
}

function listed(what: string, names: string[]): string[] {
  return names.length === 0 ? [] : [`${what}: ${names.slice(0, most.said).join(', ')}${names.length > most.said ? ' and more' : ''}.`];
}
