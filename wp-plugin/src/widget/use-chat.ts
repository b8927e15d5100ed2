// The conversation as React sees it.
import { useSyncExternalStore } from '@wordpress/element';
import type { Conversation, Snapshot } from '../chat/conversation.ts';

export function useChat(conversation: Conversation): Snapshot {
  return useSyncExternalStore(conversation.subscribe, conversation.snapshot);
}
