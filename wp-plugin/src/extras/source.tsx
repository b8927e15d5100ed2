// The number of a source: a button that shows its passage in place, below the answer.
import { __, sprintf } from '@wordpress/i18n';
import type { Citation } from '../chat/events.ts';
import { visibleLine } from '../chat/visible-text.ts';

export type SourceWish = { citation: Citation; opener: HTMLElement };

/** From a number to the answer that it stands in; it does not leave the chat's root. */
export const sourceEvent = 'aiguy:source';

export function Source({ citation }: { citation: Citation }) {
  /* translators: 1: number of a source, 2: title of an article. */
  const label = sprintf(__('Source %1$d: %2$s. Show the passage.', 'aiguy'), citation.number, visibleLine(citation.title));
  const show = ({ currentTarget }: React.MouseEvent<HTMLElement>) => {
    const detail: SourceWish = { citation, opener: currentTarget };
    currentTarget.closest('article')?.dispatchEvent(new CustomEvent(sourceEvent, { detail }));
  };
  return (
    <button type="button" className="number source" aria-label={label} title={visibleLine(citation.title)} onClick={show}>
      {citation.number}
    </button>
  );
}
