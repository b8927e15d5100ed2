// The conversation as a log: what was said, what is going on, and a way back to the newest when the reader is further up.
import { useEffect, useRef } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import type { ErrorMessage } from '../chat/chat-state.ts';
import type { Conversation, Snapshot } from '../chat/conversation.ts';
import type { SuggestedAction } from '../chat/events.ts';
import { resolveLink } from '../chat/links.ts';
import { visibleLine } from '../chat/visible-text.ts';
import type { ChatOptions } from '../options.ts';
import { Icon } from './icon.tsx';
import { MessageView } from './message.tsx';
import { StatusLine } from './status-line.tsx';
import { useStickyScroll } from './use-sticky-scroll.ts';

const questionsMax = 4;

type Props = {
  options: ChatOptions;
  snapshot: Snapshot;
  conversation: Conversation;
  onRetry: (error: ErrorMessage) => void;
  onSuggestion: (text: string) => void;
};

export function MessageList({ options, snapshot, conversation, onRetry, onSuggestion }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const { hasNew, toEnd } = useStickyScroll(scroller, content);
  const { messages } = snapshot.chat;
  const lastSent = messages.findLast((message) => message.kind === 'user' && message.delivery === 'sending')?.id;
  useEffect(() => {
    if (lastSent !== undefined) toEnd();
  }, [lastSent, toEnd]);

  return (
    <div className="conversation">
      {/* What is replayed after a reload is not read out; from then on each new message is. */}
      <div
        ref={scroller}
        className="scroller"
        role="log"
        aria-label={__('Conversation', 'aiguy')}
        aria-live={snapshot.isLoading ? 'off' : 'polite'}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it with the keyboard
        tabIndex={0}
      >
        <div ref={content} className="content">
          {options.disclosure || options.privacyUrl ? (
            <p className="disclosure" dir="auto">
              {options.disclosure}{' '}
              {options.privacyUrl ? (
                <a href={options.privacyUrl} target="_blank" rel="noopener">
                  {__('Privacy policy', 'aiguy')}
                </a>
              ) : null}
            </p>
          ) : null}
          {options.greeting === '' ? null : (
            <div className="bubble assistant">
              <p dir="auto">{options.greeting}</p>
            </div>
          )}
          {messages.map((message, index) => (
            <MessageView
              key={message.id}
              message={message}
              locale={options.locale}
              conversation={conversation}
              onRetry={index === messages.length - 1 ? onRetry : undefined}
            />
          ))}
          <Suggestions actions={actionsOf(snapshot, options)} onSuggestion={onSuggestion} />
          <StatusLine snapshot={snapshot} />
        </div>
      </div>
      {hasNew ? (
        <button type="button" className="to-end" onClick={toEnd}>
          <Icon name="down" />
          {__('New messages', 'aiguy')}
        </button>
      ) : null}
    </div>
  );
}

/** In an empty chat the owner's questions, later what the answer suggests. */
function actionsOf({ chat, isLoading, isBusy }: Snapshot, { suggestedQuestions = [] }: ChatOptions): SuggestedAction[] {
  if (chat.messages.length > 0) return isBusy ? [] : chat.actions;
  return isLoading ? [] : suggestedQuestions.slice(0, questionsMax).map((question) => ({ label: question, message: question, url: '' }));
}

function Suggestions({ actions, onSuggestion }: { actions: SuggestedAction[]; onSuggestion: (text: string) => void }) {
  if (actions.length === 0) return null;
  return (
    <ul className="suggestions" aria-label={__('Suggested questions', 'aiguy')}>
      {actions.map(({ label, message, url }) => {
        const href = url && resolveLink(url, { base: document.baseURI, knownHosts: new Set() })?.href;
        const open = () => (message === '' && href ? window.open(href, '_blank', 'noopener,noreferrer') : onSuggestion(message || label));
        return (
          <li key={label}>
            <button type="button" dir="auto" onClick={open}>
              {visibleLine(label)}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
