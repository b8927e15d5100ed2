// Begins another conversation: at once when nothing is under way and nobody is to be asked, otherwise after a click.
import { useEffect, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { isOpen } from '../chat/chat-state.ts';
import { toChatError } from '../chat/session.ts';
import { askOnce } from './farewell.tsx';
import type { ViewProps } from './panel.tsx';
import { Stars } from './stars.tsx';

export function NewConversation({ conversation, explain, onClose }: ViewProps) {
  const [isAsked] = useState(() => askOnce(conversation));
  const [isUnderWay] = useState(() => {
    const { isBusy, chat } = conversation.snapshot();
    return isBusy || chat.messages.some(isOpen);
  });
  const [problem, setProblem] = useState('');
  const begin = async () => {
    setProblem('');
    try {
      await conversation.change({ start: 'new' });
      onClose();
    } catch (error) {
      setProblem(explain(toChatError(error).code));
    }
  };
  // Once, when it opens.
  useEffect(() => {
    if (!isAsked && !isUnderWay) void begin();
  }, []);
  return (
    <div className="form">
      {isUnderWay ? <p>{__('Something is still under way here. It goes on without you when you begin another conversation.', 'aiguy')}</p> : null}
      {isAsked ? (
        <>
          <p id="aiguy-before">{__('Before you go on: how was this conversation?', 'aiguy')}</p>
          <Stars conversation={conversation} explain={explain} labelledBy="aiguy-before" onRated={() => void begin()} />
        </>
      ) : null}
      {isAsked || isUnderWay || problem !== '' ? (
        <div className="card-buttons">
          <button type="button" className="card-no" onClick={onClose}>
            {__('Stay here', 'aiguy')}
          </button>
          <button type="button" className="card-go" onClick={() => void begin()}>
            {__('Begin a new one', 'aiguy')}
          </button>
        </div>
      ) : null}
      {problem === '' ? null : (
        <p className="card-problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
