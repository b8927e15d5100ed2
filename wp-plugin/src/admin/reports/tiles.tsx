// The numbers of a report that an owner looks for first.
import { __, sprintf } from '@wordpress/i18n';
import { type Figures, formatCount, formatSeconds, formatShare, formatUsd } from '../figures';

export function Tiles({ figures }: { figures: Figures }) {
  const locale = window.aiguyAdmin.locale;
  const count = (value: number) => formatCount(value, locale);
  const { conversations, outcomes, ratings, firstAnswerMs } = figures;
  const rated = ratings.up + ratings.down;
  const ended = conversations - outcomes.open;
  const tiles = [
    {
      name: __('Conversations', 'aiguy'),
      value: count(conversations),
      /* translators: %s: a number. */
      detail: sprintf(__('%s messages', 'aiguy'), count(figures.messages)),
    },
    {
      name: __('Resolved: confirmed', 'aiguy'),
      value: count(outcomes.confirmed),
      /* translators: %s: a share such as 12%. */
      detail: sprintf(__('%s of those that have ended', 'aiguy'), formatShare(outcomes.confirmed, ended, locale)),
    },
    {
      name: __('Resolved: assumed', 'aiguy'),
      value: count(outcomes.assumed),
      /* translators: %s: a share such as 12%. */
      detail: sprintf(__('%s; answered, nobody said so', 'aiguy'), formatShare(outcomes.assumed, ended, locale)),
    },
    {
      name: __('Left unanswered', 'aiguy'),
      value: count(outcomes.abandoned),
      /* translators: 1: a number, 2: a number. */
      detail: sprintf(__('%1$s came back, %2$s went to a person', 'aiguy'), count(outcomes.reopened), count(outcomes.escalated)),
    },
    {
      name: __('Good ratings', 'aiguy'),
      value: formatShare(ratings.up, rated, locale),
      /* translators: %s: a number. */
      detail: sprintf(__('%s answers rated', 'aiguy'), count(rated)),
    },
    {
      name: __('First words after', 'aiguy'),
      value: formatSeconds(firstAnswerMs.p50, locale),
      /* translators: %s: a time. */
      detail: sprintf(__('95 of 100 within %s', 'aiguy'), formatSeconds(firstAnswerMs.p95, locale)),
    },
    {
      name: __('Failed look-ups', 'aiguy'),
      value: count(figures.toolErrors),
      /* translators: %s: a number. */
      detail: sprintf(__('of %s', 'aiguy'), count(figures.toolCalls)),
    },
    {
      name: __('Cost', 'aiguy'),
      value: formatUsd(figures.costMicroUsd, locale),
      detail:
        conversations === 0
          ? '–'
          : /* translators: %s: an amount of money. */ sprintf(
              __('%s a conversation', 'aiguy'),
              formatUsd(figures.costMicroUsd / conversations, locale),
            ),
    },
  ];
  return (
    <dl className="aiguy-tiles">
      {tiles.map(({ name, value, detail }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <strong>{value}</strong>
            <span>{detail}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
