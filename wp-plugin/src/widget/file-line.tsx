// A line for a file that a tool has made: its name, and a button while it can be had.
import { useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import type { FileMessage } from '../chat/chat-state.ts';
import type { Conversation } from '../chat/conversation.ts';
import { visibleLine } from '../chat/visible-text.ts';
import { Icon } from './icon.tsx';
import { save } from './save.ts';
import { useUntil } from './use-until.ts';

export function FileLine({ file, conversation }: { file: FileMessage; conversation: Conversation }) {
  const canHave = useUntil(file.until);
  const [hasFailed, setHasFailed] = useState(false);
  const name = visibleLine(file.name);
  const download = () => {
    setHasFailed(false);
    conversation.file(file.fileId).then(
      (blob) => save(blob, name),
      () => setHasFailed(true),
    );
  };
  return (
    <div className="receipt">
      <p className="outcome">
        <Icon name={canHave ? 'check' : 'clock'} />
        <bdi>{name}</bdi>
      </p>
      <div className="receipt-buttons">
        {canHave ? (
          <button type="button" className="text-button" onClick={download}>
            {__('Download', 'aiguy')}
            <span className="unseen"> {name}</span>
          </button>
        ) : (
          __('No longer available. Ask for it again.', 'aiguy')
        )}
      </div>
      {hasFailed ? (
        <p className="card-problem" role="alert">
          {__('The file could not be loaded. Try again, or ask for it again.', 'aiguy')}
        </p>
      ) : null}
    </div>
  );
}
