// The chat itself, in the site's own theme; what is asked here is really answered.
import { useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { Learning } from './learning';

/** @param url of the first drawing: the chat goes on while the rest of the step changes */
export function Preview({ url }: { url: string }) {
  const [first] = useState(url);
  return (
    <>
      <Learning />
      <p>{__('This is the chat as your visitors will see it. Try a question.', 'aiguy')}</p>
      <iframe className="aiguy-setup-preview" title={__('Preview of the chat', 'aiguy')} src={first} />
      <p>
        <a href={`${window.aiguyAdmin.adminUrl}?page=aiguy-agents`}>{__('Change name, colours, greeting and what it may do', 'aiguy')}</a>
      </p>
    </>
  );
}
