// Where it is shown who is waited for or answers; all of it but the place is loaded when there is something to show.
import { useEffect, useRef } from '@wordpress/element';
import type { Conversation } from '../chat/conversation.ts';
import type { PersonState } from '../chat/events.ts';

type Props = {
  person: PersonState | undefined;
  locale: string;
  conversation: Conversation;
  load: () => Promise<void>;
};

export function PersonPlace({ person, locale, conversation, load }: Props) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let isCurrent = true;
    const actions = { locale, ask: (text?: string) => void conversation.askPerson(text) };
    const show = () => {
      if (isCurrent && place.current) window.aiguyPerson?.show(place.current, person, actions);
    };
    // Without it the notices in the conversation still say who has joined.
    if (person) load().then(show, () => undefined);
    else show();
    return () => {
      isCurrent = false;
    };
  }, [person, locale, conversation, load]);
  return <div ref={place} role="status" />;
}
