// Where an answer comes from: numbers in the text, and the list of articles below it.
import { useContext } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import type { Citation } from '../chat/events.ts';
import { resolveLink } from '../chat/links.ts';
import { visibleLine } from '../chat/visible-text.ts';
import { ExtrasContext } from './extras-slots.ts';

export function CitationMarker({ citation }: { citation: Citation | undefined }) {
  const extras = useContext(ExtrasContext);
  if (!citation) return null;
  if (extras)
    return (
      <sup className="marker">
        <extras.Source citation={citation} />
      </sup>
    );
  const href = addressOf(citation);
  if (href === undefined) return <sup className="marker">{citation.number}</sup>;
  /* translators: 1: number of a source, 2: title of an article. */
  const label = sprintf(__('Source %1$d: %2$s (opens in a new tab)', 'aiguy'), citation.number, visibleLine(citation.title));
  return (
    <sup className="marker">
      <a href={href} target="_blank" rel="noopener noreferrer nofollow" aria-label={label} title={visibleLine(citation.title)}>
        {citation.number}
      </a>
    </sup>
  );
}

export function Citations({ citations }: { citations: Citation[] }) {
  const extras = useContext(ExtrasContext);
  if (citations.length === 0) return null;
  return (
    <section className="citations" aria-label={__('Sources', 'aiguy')}>
      <p className="citations-label" aria-hidden="true">
        {__('Sources', 'aiguy')}
      </p>
      <ol>
        {citations.map((citation) => (
          <li key={citation.number} value={citation.number}>
            {extras ? (
              <extras.Source citation={citation} />
            ) : (
              <span className="number" aria-hidden="true">
                {citation.number}
              </span>
            )}
            <CitationEntry citation={citation} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function CitationEntry({ citation }: { citation: Citation }) {
  const href = addressOf(citation);
  const heading = visibleLine(citation.heading);
  const title = visibleLine(citation.title) || citation.url;
  const content = (
    <>
      <bdi className="citation-title">{heading === '' || heading === title ? title : `${title} – ${heading}`}</bdi>
    </>
  );
  if (href === undefined) return <span className="citation">{content}</span>;
  return (
    <a className="citation" href={href} target="_blank" rel="noopener noreferrer nofollow" title={visibleLine(citation.quote)}>
      {content}
      <span className="unseen"> {__('(opens in a new tab)', 'aiguy')}</span>
    </a>
  );
}

function addressOf(citation: Citation): string | undefined {
  return resolveLink(citation.url, { base: document.baseURI, knownHosts: new Set() })?.href;
}
