// The places that the chat leaves to what is loaded after its first view; each stays empty until then.
import { createContext, type RefObject } from '@wordpress/element';
import type { AssistantMessage } from '../chat/chat-state.ts';
import type { Conversation } from '../chat/conversation.ts';
import type { Citation } from '../chat/events.ts';
import type { ChatOptions, OpenState } from '../options.ts';

export type Extras = {
  /** Menu, dialogs, banner: below the header, once. */
  Panel: React.ComponentType<{ options: ChatOptions; conversation: Conversation; openState: OpenState; field: RefObject<HTMLTextAreaElement> }>;
  /** Below an answer that is complete. */
  Answer: React.ComponentType<{ message: AssistantMessage; conversation: Conversation }>;
  /** The number of a source: shows its passage in place. */
  Source: React.ComponentType<{ citation: Citation }>;
  /** Above the text box: articles for what is being typed. */
  Offer: React.ComponentType<{ text: string; field: RefObject<HTMLTextAreaElement> }>;
  /** Beside the text box. */
  Voice: React.ComponentType<{ text: string; onText: (text: string) => void; field: RefObject<HTMLTextAreaElement> }>;
};

export const ExtrasContext = createContext<Extras | undefined>(undefined);
