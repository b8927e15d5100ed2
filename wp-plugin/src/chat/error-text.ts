// What a visitor reads for a code. The codes are those of manifests/protocol/errors.json and the few that only a browser can find out.
import type { ErrorCode } from '@aiguy/manifests/errors';
import { visibleLine } from './visible-text.ts';

/** offline: the browser has no network. connection_lost: gave up following an answer. blocked: something before the site's own code answered. */
export type BrowserCode = 'offline' | 'connection_lost' | 'blocked';

export type Translate = (text: string, domain: string) => string;

type Entry = { text: (__: Translate) => string; isRetryable: boolean };

const again = (text: Entry['text']): Entry => ({ text, isRetryable: true });
const final = (text: Entry['text']): Entry => ({ text, isRetryable: false });

const unavailable = again((__) => __('The assistant can’t be reached at the moment. Try again in a minute.', 'aiguy'));
const broken = again((__) => __('Something went wrong on our side. Try again in a minute.', 'aiguy'));
const unreadable = final((__) => __('That message could not be read. Reload the page and try again.', 'aiguy'));
const notSetUp = final((__) => __('The assistant is not available at the moment.', 'aiguy'));
const sessionOver = again((__) => __('Your chat session could not be confirmed. Try again, or reload the page.', 'aiguy'));
const toolDown = again((__) => __('A part of our shop could not be reached just now, so the answer may be incomplete.', 'aiguy'));

const entries: Partial<Record<ErrorCode, Entry>> & Record<BrowserCode, Entry> = {
  invalid_request: unreadable,
  unsupported_media_type: unreadable,
  not_acceptable: unreadable,
  method_not_allowed: unreadable,
  headers_too_large: unreadable,
  history_not_accepted: unreadable,
  idempotency_conflict: unreadable,
  upgrade_required: unreadable,
  invalid_cursor: final((__) => __('This conversation could not be continued. Reload the page.', 'aiguy')),
  message_empty: final((__) => __('Write a message first.', 'aiguy')),
  message_too_long: final((__) => __('That message is too long. Send at most 4,000 characters.', 'aiguy')),
  payload_too_large: final((__) => __('That is too large to send.', 'aiguy')),
  invalid_token: sessionOver,
  session_required: sessionOver,
  rest_cookie_invalid_nonce: sessionOver,
  insufficient_scope: final((__) => __('You don’t have access to that. Signing in may help.', 'aiguy')),
  origin_not_allowed: final((__) => __('The chat can only be used on the site it belongs to.', 'aiguy')),
  not_found: final((__) => __('That could not be found.', 'aiguy')),
  turn_in_progress: again((__) => __('The previous question is still being answered. Wait for it or stop it first.', 'aiguy')),
  interrupt_decided: final((__) => __('That was already decided, perhaps in another tab.', 'aiguy')),
  interrupt_expired: final((__) => __('That took too long and was not done. Ask again if you still want it.', 'aiguy')),
  undo_expired: final((__) => __('It is too late to take that back here. Please contact our team.', 'aiguy')),
  session_expired: final((__) => __('This conversation was deleted. Write a message to begin a new one.', 'aiguy')),
  link_invalid: final((__) => __('This link is not valid any more. Make a new one on the other device.', 'aiguy')),
  conversation_begun: final((__) => __('A conversation has already begun here. Open a new one to go on with the other.', 'aiguy')),
  form_invalid: final((__) => __('Some fields are not filled in correctly.', 'aiguy')),
  run_abandoned: final((__) => __('The answer failed three times and was given up. Nothing was done twice. Please contact our team.', 'aiguy')),
  rate_limited: again((__) => __('That was a lot of questions at once. Wait a moment and try again.', 'aiguy')),
  model_rate_limited: again((__) => __('Many people are asking at the moment. Try again in a minute.', 'aiguy')),
  overloaded: again((__) => __('The assistant is busy. Try again in a moment.', 'aiguy')),
  request_timeout: again((__) => __('Sending took too long. Try again.', 'aiguy')),
  budget_exhausted: final((__) => __('This question needed more work than is allowed for one answer. Try a narrower question.', 'aiguy')),
  model_unavailable: unavailable,
  orchestrator_unavailable: unavailable,
  database_unavailable: unavailable,
  issuer_unavailable: unavailable,
  model_interrupted: again((__) => __('The answer broke off. Try again.', 'aiguy')),
  run_interrupted: again((__) => __('The answer was interrupted. Ask again.', 'aiguy')),
  model_refused: final((__) => __('The assistant can’t help with that.', 'aiguy')),
  model_misconfigured: notSetUp,
  orchestrator_not_configured: notSetUp,
  mail_failed: again((__) => __('The e-mail could not be sent. Download the conversation instead, or try again later.', 'aiguy')),
  subject_mismatch: broken,
  internal_error: broken,
  tool_timeout: toolDown,
  tool_unavailable: toolDown,
  tool_busy: toolDown,
  tool_failed: toolDown,
  tool_rate_limited: toolDown,
  offline: again((__) => __('You are offline. Your message is kept; try again when you are connected.', 'aiguy')),
  connection_lost: again((__) => __('The connection was lost.', 'aiguy')),
  blocked: again((__) => __('The site did not let the chat through. Try again, or contact us another way.', 'aiguy')),
};

function entryOf(code: string): Entry | undefined {
  return Object.hasOwn(entries, code) ? (entries as Record<string, Entry>)[code] : undefined;
}

export function errorText(code: string, __: Translate): string {
  return (entryOf(code) ?? broken).text(__);
}

/** For aiguy.degraded: what happens instead of the usual answer. */
const capTexts: Record<string, Entry['text']> = {
  at_cap_knowledge: (__) => __('Today’s limit is reached: until tomorrow, answers come straight from our articles.', 'aiguy'),
  at_cap_contact: (__) => __('Today’s limit is reached: a person takes over from here.', 'aiguy'),
  at_cap_closed: (__) => __('Today’s limit is reached.', 'aiguy'),
  at_cap_month_knowledge: (__) => __('This month’s limit is reached: until next month, answers come straight from our articles.', 'aiguy'),
  at_cap_month_contact: (__) => __('This month’s limit is reached: a person takes over from here.', 'aiguy'),
  at_cap_month_closed: (__) => __('This month’s limit is reached.', 'aiguy'),
};

/** For a notice, which comes with a sentence of its own that is used when its code has none here. */
export function noticeText(notice: { code: string; text: string }, __: Translate): string {
  const atCap = Object.hasOwn(capTexts, notice.code) ? capTexts[notice.code] : undefined;
  if (atCap) return atCap(__);
  if (notice.code === 'cancelled') return __('You stopped the answer.', 'aiguy');
  /* translators: %s: name of a person. */
  if (notice.code === 'person_joined') return __('%s has joined and answers from here on.', 'aiguy').replace('%s', () => visibleLine(notice.text));
  if (notice.code === 'person_left') return __('The assistant answers again.', 'aiguy');
  return entryOf(notice.code)?.text(__) ?? notice.text;
}

export function isRetryable(code: string): boolean {
  return (entryOf(code) ?? broken).isRetryable;
}
