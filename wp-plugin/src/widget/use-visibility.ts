// Tells the conversation whether anybody can see it: it is open, and its tab is the one that is looked at.
import { useEffect } from '@wordpress/element';
import type { Conversation } from '../chat/conversation.ts';

export function useVisibility(conversation: Conversation, isOpen: boolean): void {
  useEffect(() => {
    const viewer = {};
    const tell = () => conversation.setVisible(isOpen && document.visibilityState === 'visible', viewer);
    tell();
    document.addEventListener('visibilitychange', tell);
    return () => {
      document.removeEventListener('visibilitychange', tell);
      conversation.setVisible(false, viewer);
    };
  }, [conversation, isOpen]);
}
