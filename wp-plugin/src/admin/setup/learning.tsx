// While the owner tries and publishes the chat: how far it is with learning the site. The open set-up drives the work, as the screen Knowledge does.
import { Button } from '@wordpress/components';
import { __, _n, sprintf } from '@wordpress/i18n';
import { LearningProgress } from '../knowledge/progress';
import { useKnowledge } from '../knowledge/state';

export function Learning() {
  const { state, loadError, load } = useKnowledge();
  if (loadError !== undefined) {
    return (
      <p className="aiguy-setup-learning" role="status">
        {loadError}{' '}
        <Button variant="link" onClick={load}>
          {__('Try again', 'aiguy')}
        </Button>
      </p>
    );
  }
  if (!state) return null;
  const { failed } = state.counts;
  return (
    <div className="aiguy-setup-learning">
      <LearningProgress state={state}>
        {state.import && (
          <p className="description">
            {__('You can ask it already. What it has not learnt yet it says it does not find; ask again later.', 'aiguy')}
          </p>
        )}
        {failed > 0 && (
          <a href={`${window.aiguyAdmin.adminUrl}?page=aiguy-knowledge`}>
            {
              /* translators: %d: number of pages. */ sprintf(
                _n('See why %d page could not be learnt', 'See why %d pages could not be learnt', failed, 'aiguy'),
                failed,
              )
            }
          </a>
        )}
      </LearningProgress>
    </div>
  );
}
