// Loaded only when a tool asks for the page: describes it, and shows the control that an answer talks about.
import { controlsOf, describePage, type PageDocument, type PageElement } from '@aiguy/manifests/describe-page';
import type { PageGlobal } from '../options.ts';

const shownMs = 6000;
const nameMin = 3;
const namedMax = 2;

const isShown = (element: PageElement) => (element as unknown as HTMLElement).checkVisibility?.({ visibilityProperty: true }) ?? true;

const describe: PageGlobal['describe'] = () => {
  const { origin, pathname } = location;
  return describePage(document as unknown as PageDocument, { url: (origin + pathname).slice(0, 1000), isShown });
};

/** Scrolls to the control that the answer names in quotation marks or bold, and outlines it for a while; the focus stays where it is. */
const show: PageGlobal['show'] = (answer) => {
  const quoted = [...answer.matchAll(/«([^»]+)»|“([^”]+)”|"([^"]+)"|‘([^’]+)’|\*\*([^*]+)\*\*/g)].map((match) => match.slice(1).find(Boolean) ?? '');
  const names = new Set(quoted.map((name) => name.trim().toLowerCase()).filter((name) => name.length >= nameMin));
  const named = controlsOf(document as unknown as PageDocument, isShown).filter(({ control }) => names.has(control.name.toLowerCase()));
  const [first] = [...names].flatMap((name) => named.find(({ control }) => control.name.toLowerCase() === name) ?? []);
  // An answer that names many speaks of none of them.
  if (first && new Set(named.map(({ control }) => control.name)).size <= namedMax) outline(first.element as unknown as HTMLElement);
};

window.aiguyPage = { describe, show };

function outline(element: HTMLElement): void {
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
  element.scrollIntoView({ block: 'center', behavior: isStill ? 'auto' : 'smooth' });
  const { outline: before, outlineOffset } = element.style;
  element.style.outline = '3px solid Highlight';
  element.style.outlineOffset = '3px';
  setTimeout(() => Object.assign(element.style, { outline: before, outlineOffset }), shownMs);
}
