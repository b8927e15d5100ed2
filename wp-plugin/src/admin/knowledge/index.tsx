// AIGuy → Knowledge: what the agent has learnt of this site, what it is learning, and what it would answer.
import { Notice, Spinner } from '@wordpress/components';
import { __ } from '@wordpress/i18n';
import { mountScreen } from '../mount';
import { ItemList } from './item-list';
import './knowledge.css';
import { LearningCard } from './learning-card';
import { useKnowledge } from './state';
import { TryCard } from './try-card';

mountScreen(KnowledgeScreen);

function KnowledgeScreen() {
  const knowledge = useKnowledge();
  const { state, loadError, wishError, load } = knowledge;
  if (loadError !== undefined) {
    return (
      <Notice status="error" isDismissible={false} actions={[{ label: __('Try again', 'aiguy'), onClick: load }]}>
        {loadError}
      </Notice>
    );
  }
  if (!state) return <Spinner />;
  return (
    <div className="aiguy-knowledge">
      {wishError !== undefined && (
        <Notice status="error" isDismissible={false}>
          {wishError}
        </Notice>
      )}
      <div className="aiguy-knowledge-top">
        <LearningCard knowledge={knowledge} state={state} />
        <TryCard isEmpty={state.counts.known === 0} agents={state.agents} />
      </div>
      <ItemList knowledge={knowledge} state={state} />
    </div>
  );
}
