// How far the learning is, in words and as a bar while everything is learnt.
import { Notice, ProgressBar } from '@wordpress/components';
import { __, _n, sprintf } from '@wordpress/i18n';
import type { ReactNode } from 'react';
import './progress.css';
import type { KnowledgeState } from './state';

export function LearningProgress({ state, children }: { state: KnowledgeState; children: ReactNode }) {
  const { import: running, counts, problem } = state;
  return (
    <div className="aiguy-knowledge-import">
      {problem !== '' && counts.queued + counts.forgetting > 0 && (
        <Notice status="warning" isDismissible={false}>
          {problem}
        </Notice>
      )}
      <p role="status">{progressWords(state)}</p>
      {running && (
        <ProgressBar
          value={Math.round((running.done / Math.max(1, running.total)) * 100)}
          className="aiguy-knowledge-progress"
          aria-label={__('Progress', 'aiguy')}
        />
      )}
      {children}
    </div>
  );
}

function progressWords({ import: running, counts }: KnowledgeState): string {
  if (running) {
    // translators: 1: how many are done, 2: of how many.
    return sprintf(__('Learning: %1$d of %2$d. You can close this page; it goes on by itself.', 'aiguy'), running.done, running.total);
  }
  const waiting = counts.queued + counts.forgetting;
  // translators: %d: number of pages.
  if (waiting > 0)
    return sprintf(_n('%d change is on its way to your agent.', '%d changes are on their way to your agent.', waiting, 'aiguy'), waiting);
  if (counts.known === 0) return __('Your agent has learnt nothing of this site yet.', 'aiguy');
  // translators: %d: number of pages.
  return sprintf(_n('Up to date: it knows %d page.', 'Up to date: it knows %d pages.', counts.known, 'aiguy'), counts.known);
}
