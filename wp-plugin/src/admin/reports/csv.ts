// A report as a table for spreadsheets, a line a day.
import type { Report } from '@aiguy/manifests/generated/http';

type Column = [name: string, value: (day: Report['days'][number]) => string | number | null];

const columns: Column[] = [
  ['day', ({ day }) => day],
  ['conversations', ({ figures }) => figures.conversations],
  ['messages', ({ figures }) => figures.messages],
  ...(['confirmed', 'assumed', 'abandoned', 'reopened', 'escalated', 'open'] as const).map(
    (name): Column => [name, ({ figures }) => figures.outcomes[name]],
  ),
  ['rated_up', ({ figures }) => figures.ratings.up],
  ['rated_down', ({ figures }) => figures.ratings.down],
  ...[1, 2, 3, 4, 5].map((stars): Column => [`stars_${stars}`, ({ figures }) => figures.ratings.stars[stars - 1] ?? 0]),
  ['first_answer_ms_p50', ({ figures }) => figures.firstAnswerMs.p50],
  ['first_answer_ms_p95', ({ figures }) => figures.firstAnswerMs.p95],
  ['tool_calls', ({ figures }) => figures.toolCalls],
  ['tool_errors', ({ figures }) => figures.toolErrors],
  ['messages_at_limit', ({ figures }) => figures.capped],
  ['tokens_input', ({ figures }) => figures.tokens.input],
  ['tokens_cache_read', ({ figures }) => figures.tokens.cacheRead],
  ['tokens_cache_write', ({ figures }) => figures.tokens.cacheWrite],
  ['tokens_output', ({ figures }) => figures.tokens.output],
  ['cost_usd', ({ figures }) => (figures.costMicroUsd / 1_000_000).toFixed(6)],
  ['limit_messages', ({ caps }) => caps.messages],
  ['limit_usd', ({ caps }) => (caps.costMicroUsd / 1_000_000).toFixed(2)],
];

/** RFC 4180. Names and numbers alone, no words of visitors: nothing in it can be a formula. */
export function csvOf({ days }: Pick<Report, 'days'>): string {
  const lines = [columns.map(([name]) => name), ...days.map((day) => columns.map(([, value]) => String(value(day) ?? '')))];
  return `${lines.map((cells) => cells.join(',')).join('\r\n')}\r\n`;
}
