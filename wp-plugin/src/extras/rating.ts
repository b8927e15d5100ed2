// Sends what the visitor thinks, and has the log say so to this tab and every other one.
import type { Feedback } from '@aiguy/manifests/generated/http';
import type { Conversation } from '../chat/conversation.ts';

/** What the route takes. */
export const commentCharactersMax = 500;

/** @throws ChatError */
export async function rate(conversation: Conversation, { comment = '', ...feedback }: Feedback): Promise<void> {
  const words = comment.trim();
  await conversation.call('feedback', { ...feedback, ...(words === '' ? {} : { comment: words }) });
  await conversation.catchUp();
}
