// Why a screen has nothing to show, with the way on: another try, or the page where it can be mended.
import { Notice } from '@wordpress/components';
import { __ } from '@wordpress/i18n';
import type { Failure } from './request';

/** What a look at the connection mends. */
const ofConnection = ['orchestrator_not_configured', 'orchestrator_unavailable', 'invalid_token', 'issuer_unavailable'];

export function Problem({ failure: { code, message }, again }: { failure: Failure; again: () => void }) {
  const { connect, may } = window.aiguyAdmin;
  const isUnset = code === 'orchestrator_not_configured';
  const label = isUnset ? __('Set up the chat', 'aiguy') : __('Test the connection', 'aiguy');
  const actions = [
    ...(isUnset ? [] : [{ label: __('Try again', 'aiguy'), onClick: again }]),
    ...(ofConnection.includes(code) && may.manage ? [{ label, url: isUnset ? connect.setUp : connect.test }] : []),
  ];
  return (
    <Notice status="error" isDismissible={false} actions={actions}>
      {message}
      {isUnset && !may.manage ? ` ${__('Whoever manages this site can set it up.', 'aiguy')}` : null}
    </Notice>
  );
}
