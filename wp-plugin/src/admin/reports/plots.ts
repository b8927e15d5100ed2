// What each plot of a report shows, out of the report's days.
import type { Report } from '@aiguy/manifests/generated/http';
import { __, sprintf } from '@wordpress/i18n';
import { type Day, formatCount, formatSeconds, formatUsd, type OutcomeName } from '../figures';
import type { PlotData } from './day-plot';

/** In the order of a bar, from its foot; best first. */
export const outcomes: { name: OutcomeName; color: string; label: () => string; meaning: () => string }[] = [
  {
    name: 'confirmed',
    color: '#005c12',
    label: () => __('Resolved: confirmed', 'aiguy'),
    meaning: () => __('The visitor rated it well or wrote that it helped.', 'aiguy'),
  },
  {
    name: 'assumed',
    color: '#00a32a',
    label: () => __('Resolved: assumed', 'aiguy'),
    meaning: () => __('Answered from your articles or a look-up, and the visitor did not come back within a day.', 'aiguy'),
  },
  {
    name: 'escalated',
    color: '#2271b1',
    label: () => __('Handed to a person', 'aiguy'),
    meaning: () => __('A ticket was opened, or a person took over.', 'aiguy'),
  },
  {
    name: 'reopened',
    color: '#bd8600',
    label: () => __('Came back', 'aiguy'),
    meaning: () => __('The visitor asked about the same matter again within a day.', 'aiguy'),
  },
  {
    name: 'abandoned',
    color: '#b32d2e',
    label: () => __('Left unanswered', 'aiguy'),
    meaning: () => __('The visitor left without an answer, or rated it badly.', 'aiguy'),
  },
  {
    name: 'open',
    color: '#787c82',
    label: () => __('Still open', 'aiguy'),
    meaning: () => __('The conversation is less than a day old.', 'aiguy'),
  },
];

export function plotsOf({ days, total, budget }: Report, locale: string): PlotData[] {
  const shown = { days: days.map(({ day }) => day) };
  const values = (pick: (day: Day) => number | null) => days.map(pick);
  const count = (value: number | null) => formatCount(value ?? 0, locale);
  const seconds = (value: number | null) => formatSeconds(value, locale);
  const money = (value: number | null) => formatUsd(value ?? 0, locale);
  /* translators: 1: an amount of money, 2: an amount of money. */
  const monthOf = (cost: number, cap: number) => sprintf(__('This calendar month: %1$s of %2$s.', 'aiguy'), money(cost), money(cap));
  return [
    {
      ...shown,
      title: __('Conversations by how they ended', 'aiguy'),
      /* translators: %s: a number. */
      summary: sprintf(__('%s conversations in all.', 'aiguy'), count(total.conversations)),
      series: outcomes.map(({ name, color, label }) => ({ name: label(), color, values: values(({ figures }) => figures.outcomes[name]) })),
      format: count,
    },
    {
      ...shown,
      title: __('Cost against the daily limit', 'aiguy'),
      /* translators: %s: an amount of money. */
      summary: sprintf(__('%s in all.', 'aiguy'), money(total.costMicroUsd)),
      ...(budget.month.capMicroUsd === null ? {} : { note: monthOf(budget.month.costMicroUsd, budget.month.capMicroUsd) }),
      series: [{ name: __('Cost', 'aiguy'), color: '#2271b1', values: values(({ figures }) => figures.costMicroUsd) }],
      limit: { name: __('Daily limit', 'aiguy'), values: days.map(({ caps }) => caps.costMicroUsd) },
      format: money,
    },
    {
      ...shown,
      title: __('Time to the first words', 'aiguy'),
      /* translators: 1: a time, 2: a time. */
      summary: sprintf(__('Typically %1$s; 95 of 100 within %2$s.', 'aiguy'), seconds(total.firstAnswerMs.p50), seconds(total.firstAnswerMs.p95)),
      shape: 'lines',
      series: [
        { name: __('Typical', 'aiguy'), color: '#2271b1', values: values(({ figures }) => figures.firstAnswerMs.p50) },
        { name: __('95 of 100 within', 'aiguy'), color: '#b32d2e', values: values(({ figures }) => figures.firstAnswerMs.p95) },
      ],
      format: seconds,
    },
    {
      ...shown,
      title: __('Messages, and those that met a limit', 'aiguy'),
      /* translators: 1: a number, 2: a number. */
      summary: sprintf(__('%1$s messages, %2$s of them at a limit.', 'aiguy'), count(total.messages), count(total.capped)),
      series: [
        { name: __('Answered as usual', 'aiguy'), color: '#2271b1', values: values(({ figures }) => figures.messages - figures.capped) },
        { name: __('At a limit', 'aiguy'), color: '#b32d2e', values: values(({ figures }) => figures.capped) },
      ],
      format: count,
    },
    {
      ...shown,
      title: __('Text read and written by the model, in tokens', 'aiguy'),
      /* translators: 1: a number, 2: a number. */
      summary: sprintf(
        __('%1$s read, %2$s written.', 'aiguy'),
        count(total.tokens.input + total.tokens.cacheRead + total.tokens.cacheWrite),
        count(total.tokens.output),
      ),
      series: [
        { name: __('Read', 'aiguy'), color: '#2271b1', values: values(({ figures }) => figures.tokens.input + figures.tokens.cacheWrite) },
        { name: __('Read again, at a lower price', 'aiguy'), color: '#787c82', values: values(({ figures }) => figures.tokens.cacheRead) },
        { name: __('Written', 'aiguy'), color: '#005c12', values: values(({ figures }) => figures.tokens.output) },
      ],
      format: count,
    },
  ];
}
