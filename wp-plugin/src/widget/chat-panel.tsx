// The opened chat: header, conversation, composer. It never traps the focus; Escape and the close button lead back to the launcher.
import { useEffect, useRef } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import type { ArticleSuggestions } from '../chat/article-suggestions.ts';
import type { ErrorMessage } from '../chat/chat-state.ts';
import type { Conversation } from '../chat/conversation.ts';
import type { ChatOptions, OpenState } from '../options.ts';
import { Announcer } from './announcer.tsx';
import { Composer } from './composer.tsx';
import { Icon } from './icon.tsx';
import { MessageList } from './message-list.tsx';
import { PersonPlace } from './person-place.tsx';
import { useChat } from './use-chat.ts';
import { useVisibility } from './use-visibility.ts';
import { useVisualViewport } from './use-visual-viewport.ts';

type Props = {
  options: ChatOptions;
  conversation: Conversation;
  suggestions: ArticleSuggestions | undefined;
  openState: OpenState;
  onClose: () => void;
  loadPerson: () => Promise<void>;
};

export function ChatPanel({ options, conversation, suggestions, openState, onClose, loadPerson }: Props) {
  const snapshot = useChat(conversation);
  const { person } = snapshot.chat;
  const isAttended = person?.status === 'waiting' || person?.status === 'joined';
  const panel = useRef<HTMLElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const isFloating = options.position === 'floating';
  useVisualViewport(panel, isFloating && openState.isOpen);
  useVisibility(conversation, openState.isOpen);
  useEffect(() => {
    if (!openState.isOpen || !openState.takesFocus) return;
    field.current?.focus({ preventScroll: true });
    panel.current?.scrollIntoView({ block: 'nearest' });
  }, [openState]);

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key !== 'Escape' || event.nativeEvent.isComposing || !isFloating) return;
    event.stopPropagation();
    onClose();
  };
  const onRetry = (error: ErrorMessage) => {
    conversation.retry(error);
    field.current?.focus();
  };
  const onSend = (text: string) => {
    const isSent = conversation.send(text);
    if (isSent) field.current?.focus();
    return isSent;
  };
  return (
    <section
      ref={panel}
      className={`chat ${options.position}`}
      role={isFloating ? 'dialog' : 'region'}
      aria-label={options.title}
      dir={options.rtl ? 'rtl' : 'ltr'}
      data-theme={options.theme}
      onKeyDown={onKeyDown}
    >
      <Header title={options.title} onClose={onClose} onPerson={isAttended ? undefined : () => void conversation.askPerson()} />
      <MessageList options={options} snapshot={snapshot} conversation={conversation} onRetry={onRetry} onSuggestion={onSend} />
      <PersonPlace person={person} locale={options.locale} conversation={conversation} load={loadPerson} />
      <Composer
        ref={field}
        placeholder={options.placeholder}
        snapshot={snapshot}
        suggestions={suggestions}
        onSend={onSend}
        onStop={() => void conversation.stop()}
      />
      <Announcer messages={snapshot.chat.messages} />
    </section>
  );
}

function Header({ title, onClose, onPerson }: { title: string; onClose: () => void; onPerson: (() => void) | undefined }) {
  return (
    <header className="header">
      <span className="mark">
        <Icon name="bubble" />
      </span>
      <h2 className="title" dir="auto">
        {title}
      </h2>
      {onPerson ? (
        <button type="button" className="to-person" onClick={onPerson}>
          {__('Talk to a person', 'aiguy')}
        </button>
      ) : null}
      <button type="button" className="icon-button" aria-label={__('Close the chat', 'aiguy')} onClick={onClose}>
        <Icon name="close" />
      </button>
    </header>
  );
}
