// Below the header: the menu, the dialogs that it leads to, and the line that says that there is no network. Closing the chat may bring the question how it was.
import { createPortal, type RefObject, useCallback, useEffect, useRef, useState, useSyncExternalStore } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import type { Conversation } from '../chat/conversation.ts';
import type { VisitorSession } from '../chat/session.ts';
import type { ChatOptions, OpenState } from '../options.ts';
import { Dialog } from './dialog.tsx';
import { Farewell } from './farewell.tsx';
import { History } from './history.tsx';
import { linkTokenIn, MakeLink, TakeLink } from './link.tsx';
import { Menu, type ViewName } from './menu.tsx';
import { NewConversation } from './new-conversation.tsx';
import { OfflineBanner } from './offline-banner.tsx';
import { RateConversation } from './rate-conversation.tsx';
import { SendTranscript } from './send-transcript.tsx';
import { useSound } from './use-sound.ts';

export type PanelPorts = { options: ChatOptions; session: VisitorSession; explain: (code: string) => string };
type Props = PanelPorts & { conversation: Conversation; openState: OpenState; field: RefObject<HTMLTextAreaElement> };
/** What each dialog gets; onClose leads back to the text box. */
export type ViewProps = { conversation: Conversation; explain: (code: string) => string; locale: string; onClose: () => void };

export function Panel({ options, session, explain, conversation, openState, field }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [slot, setSlot] = useState<Element | null>(null);
  const [view, setView] = useState<ViewName | undefined>(() => (linkTokenIn(location.hash) ? 'take-link' : undefined));
  const snapshot = useSyncExternalStore(conversation.subscribe, conversation.snapshot);
  const sound = useSound(snapshot.chat);
  const isCustomer = useIsCustomer(session, snapshot.chat.lastEventId);
  useEffect(() => setSlot(place.current?.closest('.chat')?.querySelector('.header-actions') ?? null), []);

  const goal = useRef<HTMLElement | null>(null);
  const closed = useCallback(() => goal.current?.focus(), []);
  const leaveFor = (element: HTMLElement | null | undefined) => {
    goal.current = element ?? null;
    setView(undefined);
  };
  const close = () => leaveFor(field.current);
  const dismiss = () => leaveFor(slot?.querySelector<HTMLElement>('button'));
  const choose = (next: ViewName) => {
    // An empty conversation is a new one.
    if (next === 'new' && snapshot.chat.messages.length === 0) field.current?.focus();
    else setView(next);
  };
  const props: ViewProps = { conversation, explain, locale: options.locale, onClose: close };
  return (
    <div ref={place} className="extras">
      {slot ? createPortal(<Menu snapshot={snapshot} isCustomer={isCustomer} sound={sound} onChoose={choose} />, slot) : null}
      <OfflineBanner conversation={conversation} />
      {view ? (
        <Dialog title={titleOf(view)} onClose={dismiss} onClosed={closed}>
          <View name={view} isCustomer={isCustomer} {...props} />
        </Dialog>
      ) : null}
      <Farewell conversation={conversation} explain={explain} isOpen={openState.isOpen} place={place} />
    </div>
  );
}

function View({ name, isCustomer, ...props }: ViewProps & { name: ViewName; isCustomer: boolean }) {
  switch (name) {
    case 'new':
      return <NewConversation {...props} />;
    case 'history':
      return <History {...props} />;
    case 'transcript':
      return <SendTranscript {...props} isCustomer={isCustomer} />;
    case 'rate':
      return <RateConversation {...props} />;
    case 'make-link':
      return <MakeLink {...props} />;
    case 'take-link':
      return <TakeLink {...props} />;
  }
}

function titleOf(view: ViewName): string {
  const titles: Record<ViewName, string> = {
    new: __('New conversation', 'aiguy'),
    history: __('Your conversations', 'aiguy'),
    transcript: __('Keep this conversation', 'aiguy'),
    rate: __('Rate this conversation', 'aiguy'),
    'make-link': __('Continue on another device', 'aiguy'),
    'take-link': __('Continue here', 'aiguy'),
  };
  return titles[view];
}

/** Asked again when something was said, because he may have signed in meanwhile. */
function useIsCustomer(session: VisitorSession, lastEventId: number): boolean {
  const [isCustomer, setIsCustomer] = useState(false);
  useEffect(() => {
    session.ensure().then(
      ({ visitor }) => setIsCustomer(visitor === 'customer'),
      () => undefined,
    );
  }, [session, lastEventId]);
  return isCustomer;
}
