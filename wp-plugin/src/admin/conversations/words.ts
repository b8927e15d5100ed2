// What the screen says for the codes that the orchestrator gives.
import type { StaffConversation, TranscriptEntry } from '@aiguy/manifests/generated/http';
import { dayIn } from '@aiguy/manifests/time-zone';
import { __, sprintf } from '@wordpress/i18n';
import { siteZone } from '../site-zone';

export type Filter = 'all' | 'waiting' | 'with_person' | 'running' | 'unanswered' | 'low_rating' | 'escalated' | 'tool_errors';

export function filters(): { value: Filter; label: string }[] {
  return [
    { value: 'all', label: __('All conversations', 'aiguy') },
    { value: 'waiting', label: __('Waiting for a person', 'aiguy') },
    { value: 'with_person', label: __('A person answers', 'aiguy') },
    { value: 'running', label: __('Being answered right now', 'aiguy') },
    { value: 'unanswered', label: __('A question had no good answer', 'aiguy') },
    { value: 'low_rating', label: __('Rated low', 'aiguy') },
    { value: 'escalated', label: __('Asked for a person or left a ticket', 'aiguy') },
    { value: 'tool_errors', label: __('Something could not be looked up', 'aiguy') },
  ];
}

export function visitorName({ visitor, visitorName: name }: StaffConversation): string {
  return name ?? (visitor.startsWith('wp:') ? __('Customer', 'aiguy') : __('Guest', 'aiguy'));
}

/** What is worth a look, in words. */
export function marks({ unanswered, lowRating, escalated, toolErrors, running, handoff }: StaffConversation): string[] {
  return [
    ...(running && !handoff ? [__('live', 'aiguy')] : []),
    ...(unanswered ? [__('no good answer', 'aiguy')] : []),
    ...(lowRating ? [__('rated low', 'aiguy')] : []),
    ...(escalated && !handoff ? [__('asked for a person', 'aiguy')] : []),
    ...(toolErrors ? [__('look-up failed', 'aiguy')] : []),
  ];
}

export function speaker({ kind, name }: TranscriptEntry): string {
  if (kind === 'visitor') return __('Visitor', 'aiguy');
  return kind === 'person' ? (name ?? '') : __('Agent', 'aiguy');
}

/** What happened, as a line between the messages. */
export function happened({ event, text }: TranscriptEntry): string {
  const detail = text === '' ? '…' : text;
  switch (event) {
    case 'tool':
      return detail;
    case 'tool_failed':
      /* translators: %s: what the agent tried, such as Looking up the order. */
      return sprintf(__('%s – did not work', 'aiguy'), detail);
    case 'card':
      /* translators: %s: what a visitor was asked to confirm. */
      return sprintf(__('Asked the visitor: %s', 'aiguy'), detail);
    case 'receipt':
      /* translators: %s: what was done. */
      return sprintf(__('Done: %s', 'aiguy'), detail);
    case 'task':
      return detail;
    case 'error':
      return __('The answer failed.', 'aiguy');
    case 'stopped':
      return __('The answer was stopped.', 'aiguy');
    case 'waiting':
      return __('The visitor asked for a person.', 'aiguy');
    case 'away':
      return __('The visitor asked for a person out of hours.', 'aiguy');
    case 'joined':
      /* translators: %s: name of a person. */
      return sprintf(__('%s took over.', 'aiguy'), detail);
    case 'left':
      if (text === '') return __('Nobody is waited for any more.', 'aiguy');
      return __('The agent answers again.', 'aiguy');
    default:
      return __('A part of the answer was held back, because nothing supports it.', 'aiguy');
  }
}

export function moment(iso: string | undefined): string {
  if (iso === undefined) return '';
  const time = new Date(iso);
  const isToday = dayIn(siteZone(), time.getTime()) === dayIn(siteZone(), Date.now());
  const options = { timeStyle: 'short', timeZone: siteZone(), ...(isToday ? {} : ({ dateStyle: 'medium' } as const)) } as const;
  return new Intl.DateTimeFormat(window.aiguyAdmin.locale, options).format(time);
}
