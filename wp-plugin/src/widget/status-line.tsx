// One line at the end of the conversation for what is going on: thinking, a tool at work, a connection that is gone.
import { useContext } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import type { Snapshot } from '../chat/conversation.ts';
import { visibleLine } from '../chat/visible-text.ts';
import { ExtrasContext } from './extras-slots.ts';

export function StatusLine({ snapshot }: { snapshot: Snapshot }) {
  const extras = useContext(ExtrasContext);
  // The extras say it where it stays in sight.
  const text = extras && snapshot.connection === 'offline' ? '' : statusText(snapshot);
  return (
    <div className="status" role="status" dir="auto">
      {text === '' ? null : (
        <>
          <span className="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {text}
        </>
      )}
    </div>
  );
}

function statusText({ chat, connection, isBusy, isLoading, isStopping }: Snapshot): string {
  if (connection === 'offline') return __('You are offline. The chat goes on when you are back.', 'aiguy');
  if (connection === 'reconnecting') return __('Connecting again…', 'aiguy');
  if (isStopping) return __('Stopping…', 'aiguy');
  if (chat.run?.isWriting) return '';
  const tool = chat.run?.tools.findLast((one) => one.title !== '');
  if (tool) return `${visibleLine(tool.title).replace(/[.…]+$/, '')}…`;
  if (isBusy) return __('Thinking…', 'aiguy');
  return isLoading && chat.messages.length > 0 ? __('Loading the conversation…', 'aiguy') : '';
}
