// A source in place: its title, the passage that the answer rests on, and the way to the whole article.
import { useEffect, useRef } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import { resolveLink } from '../chat/links.ts';
import { visibleLine, visibleText } from '../chat/visible-text.ts';
import { Sign } from './sign.tsx';
import type { SourceWish } from './source.tsx';

export function Preview({ wish: { citation, opener }, onClose }: { wish: SourceWish; onClose: () => void }) {
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    card.current?.focus();
    card.current?.scrollIntoView({ block: 'nearest' });
  }, [citation]);
  const close = () => {
    onClose();
    opener.focus();
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    close();
  };
  const href = resolveLink(citation.url, { base: document.baseURI, knownHosts: new Set() })?.href;
  const title = visibleLine(citation.title) || citation.url;
  const heading = visibleLine(citation.heading);
  /* translators: 1: number of a source, 2: title of an article. */
  const label = sprintf(__('Source %1$d: %2$s', 'aiguy'), citation.number, title);
  return (
    <section ref={card} className="preview" aria-label={label} tabIndex={-1} onKeyDown={onKeyDown}>
      <header>
        <h4 dir="auto">{title}</h4>
        <button type="button" className="icon-button" aria-label={__('Close the passage', 'aiguy')} onClick={close}>
          <Sign name="close" />
        </button>
      </header>
      {heading === '' || heading === title ? null : (
        <p className="preview-heading" dir="auto">
          {heading}
        </p>
      )}
      {citation.quote === '' ? null : <blockquote dir="auto">{visibleText(citation.quote)}</blockquote>}
      {href === undefined ? null : (
        <a href={href} target="_blank" rel="noopener noreferrer nofollow">
          {__('Read the article', 'aiguy')}
          <span className="unseen"> {__('(opens in a new tab)', 'aiguy')}</span>
        </a>
      )}
    </section>
  );
}
