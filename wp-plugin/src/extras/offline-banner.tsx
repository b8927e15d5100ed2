// Says that there is no network, and sends what was not sent when it is back.
import { useEffect, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import type { ErrorMessage } from '../chat/chat-state.ts';
import type { Conversation } from '../chat/conversation.ts';
import { Sign } from './sign.tsx';

/** What a lost network leaves behind. */
const lost = new Set(['offline', 'connection_lost']);

export function OfflineBanner({ conversation }: { conversation: Conversation }) {
  const [isOffline, setIsOffline] = useState(!navigator.onLine);
  useEffect(() => {
    const tell = () => {
      setIsOffline(!navigator.onLine);
      if (navigator.onLine) for (const error of unsent(conversation)) conversation.retry(error);
    };
    window.addEventListener('online', tell);
    window.addEventListener('offline', tell);
    return () => {
      window.removeEventListener('online', tell);
      window.removeEventListener('offline', tell);
    };
  }, [conversation]);
  return (
    <div role="status">
      {isOffline ? (
        <p className="offline">
          <Sign name="offline" />
          {__('You are offline. What you write is sent when you are back.', 'aiguy')}
        </p>
      ) : null}
    </div>
  );
}

export function unsent(conversation: Pick<Conversation, 'snapshot'>): ErrorMessage[] {
  return conversation
    .snapshot()
    .chat.messages.filter(
      (message): message is ErrorMessage => message.kind === 'error' && lost.has(message.code) && message.question?.delivery === 'failed',
    );
}
