// Step 4: the chat itself, in the site's own theme; what is asked here is really answered.
import { Button } from '@wordpress/components';
import { __ } from '@wordpress/i18n';
import type { StepProps } from './index';

export function PreviewStep({ setup, onNext, isBusy }: StepProps) {
  return (
    <>
      <p>{__('This is the chat as your visitors will see it. Try a question.', 'aiguy')}</p>
      <iframe className="aiguy-setup-preview" title={__('Preview of the chat', 'aiguy')} src={setup.preview} />
      <p>
        <a href={`${window.aiguyAdmin.adminUrl}?page=aiguy-agents`}>{__('Change name, colours, greeting and what it may do', 'aiguy')}</a>
      </p>
      <div className="aiguy-setup-buttons">
        <Button variant="primary" onClick={() => onNext()} isBusy={isBusy} disabled={isBusy} accessibleWhenDisabled>
          {__('Continue', 'aiguy')}
        </Button>
      </div>
    </>
  );
}
