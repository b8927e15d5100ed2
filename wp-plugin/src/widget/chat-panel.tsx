// The opened chat: header, conversation, composer. It never traps the focus; Escape and the close button lead back to the launcher.
import { useEffect, useRef, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import type { ErrorMessage } from '../chat/chat-state.ts';
import type { Conversation } from '../chat/conversation.ts';
import type { ChatOptions, OpenState } from '../options.ts';
import { Announcer } from './announcer.tsx';
import { Composer } from './composer.tsx';
import { type Extras, ExtrasContext } from './extras-slots.ts';
import { Icon } from './icon.tsx';
import { MessageList } from './message-list.tsx';
import { PersonPlace } from './person-place.tsx';
import { useChat } from './use-chat.ts';
import { useVisibility } from './use-visibility.ts';
import { useVisualViewport } from './use-visual-viewport.ts';

type Props = {
  options: ChatOptions;
  conversation: Conversation;
  openState: OpenState;
  onClose: () => void;
  loadExtras: () => Promise<Extras | undefined>;
  loadPerson: () => Promise<void>;
};

export function ChatPanel({ options, conversation, openState, onClose, loadExtras, loadPerson }: Props) {
  const snapshot = useChat(conversation);
  const { person } = snapshot.chat;
  const isAttended = person?.status === 'waiting' || person?.status === 'joined';
  const panel = useRef<HTMLElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const [extras, setExtras] = useState<Extras>();
  const isFloating = options.position === 'floating';
  useVisualViewport(panel, isFloating && openState.isOpen);
  useVisibility(conversation, openState.isOpen);
  useEffect(() => {
    if (!openState.isOpen || !openState.takesFocus) return;
    field.current?.focus({ preventScroll: true });
    panel.current?.scrollIntoView({ block: 'nearest' });
  }, [openState]);

  // What stands on the screen comes first; without the extras the chat works as well.
  useEffect(() => void loadExtras().then(setExtras, () => undefined), [loadExtras]);

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
    <ExtrasContext.Provider value={extras}>
      <section
        ref={panel}
        className={`chat ${options.position}`}
        role={isFloating ? 'dialog' : 'region'}
        aria-label={options.title}
        dir={options.rtl ? 'rtl' : 'ltr'}
        data-theme={options.theme}
        onKeyDown={onKeyDown}
      >
        <Header options={options} onClose={onClose} onPerson={isAttended ? undefined : () => void conversation.askPerson()} />
        {extras ? <extras.Panel options={options} conversation={conversation} openState={openState} field={field} /> : null}
        <MessageList options={options} snapshot={snapshot} conversation={conversation} onRetry={onRetry} onSuggestion={onSend} />
        <PersonPlace person={person} locale={options.locale} conversation={conversation} load={loadPerson} />
        <Composer ref={field} placeholder={options.placeholder} snapshot={snapshot} onSend={onSend} onStop={() => void conversation.stop()} />
        <Announcer messages={snapshot.chat.messages} />
      </section>
    </ExtrasContext.Provider>
  );
}

type HeaderProps = Pick<Props, 'options' | 'onClose'> & { onPerson: (() => void) | undefined };

function Header({ options: { title, avatar }, onClose, onPerson }: HeaderProps) {
  return (
    <header className="header">
      <span className="mark">{avatar ? <img src={avatar} alt="" /> : <Icon name="bubble" />}</span>
      <h2 className="title" dir="auto">
        {title}
      </h2>
      {onPerson ? (
        <button type="button" className="to-person" onClick={onPerson}>
          {__('Talk to a person', 'aiguy')}
        </button>
      ) : null}
      <span className="header-actions" />
      <button type="button" className="icon-button" aria-label={__('Close the chat', 'aiguy')} onClick={onClose}>
        <Icon name="close" />
      </button>
    </header>
  );
}
