// What the chat has done today, and how much of the day's and the month's limits is used.
import type { Report } from '@aiguy/manifests/generated/http';
import { Button, Card, CardBody, CardHeader, Notice } from '@wordpress/components';
import { __, sprintf } from '@wordpress/i18n';
import { dayBefore, formatCount, formatUsd } from '../figures';
import { useAnswer } from '../use-answer';

/** From here on the owner should hear of it before his visitors do. */
const nearFrom = 0.8;

export function Today() {
  const day = dayBefore(Date.now(), 0);
  const { answered } = useAnswer<Report>(`reports?from=${day}&to=${day}`);
  // The screen says elsewhere why nothing comes.
  if (answered.state !== 'ready') return null;
  const [today] = answered.answer.days;
  return today ? <Figures today={today} budget={answered.answer.budget} /> : null;
}

function Figures({ today: { figures, caps }, budget: { month } }: { today: Report['days'][number]; budget: Report['budget'] }) {
  const { adminUrl, locale } = window.aiguyAdmin;
  const count = (value: number) => formatCount(value, locale);
  const money = (value: number) => formatUsd(value, locale);
  const isMonthNear = month.capMicroUsd !== null && month.costMicroUsd >= month.capMicroUsd * nearFrom;
  const isNear = figures.costMicroUsd >= caps.costMicroUsd * nearFrom || figures.messages >= caps.messages * nearFrom;
  return (
    <Card>
      <CardHeader>
        <h2>{__('Today', 'aiguy')}</h2>
        <Button variant="tertiary" href={`${adminUrl}?page=aiguy-reports`}>
          {__('See the reports', 'aiguy')}
        </Button>
      </CardHeader>
      <CardBody>
        {isMonthNear && (
          <Notice status="warning" isDismissible={false}>
            {__(
              'This month’s budget is nearly or wholly used. At the limit, visitors get what you have chosen for it instead of the usual answers.',
              'aiguy',
            )}
          </Notice>
        )}
        {isNear && (
          <Notice status="warning" isDismissible={false}>
            {__(
              'Today’s limit is nearly or wholly used. At the limit, visitors get what you have chosen for it instead of the usual answers.',
              'aiguy',
            )}
          </Notice>
        )}
        <dl className="aiguy-facts">
          <dt>{__('Conversations', 'aiguy')}</dt>
          <dd>{count(figures.conversations)}</dd>
          <dt>{__('Went to a person', 'aiguy')}</dt>
          <dd>{count(figures.outcomes.escalated)}</dd>
          <dt>{__('Answers rated good / not good', 'aiguy')}</dt>
          <dd>
            {count(figures.ratings.up)} / {count(figures.ratings.down)}
          </dd>
          <dt>{__('Failed look-ups', 'aiguy')}</dt>
          <dd>{count(figures.toolErrors)}</dd>
          <dt id="aiguy-today-messages">{__('Messages', 'aiguy')}</dt>
          <dd>
            <Bar labelledBy="aiguy-today-messages" used={figures.messages} of={caps.messages} text={count} />
          </dd>
          <dt id="aiguy-today-cost">{__('Cost', 'aiguy')}</dt>
          <dd>
            <Bar labelledBy="aiguy-today-cost" used={figures.costMicroUsd} of={caps.costMicroUsd} text={money} />
          </dd>
          {month.capMicroUsd !== null && (
            <>
              <dt id="aiguy-month-cost">{__('Cost this month', 'aiguy')}</dt>
              <dd>
                <Bar labelledBy="aiguy-month-cost" used={month.costMicroUsd} of={month.capMicroUsd} text={money} />
              </dd>
            </>
          )}
        </dl>
      </CardBody>
    </Card>
  );
}

type Budget = { labelledBy: string; used: number; of: number; text: (value: number) => string };

function Bar({ labelledBy, used, of, text }: Budget) {
  /* translators: 1: what is used, 2: what is allowed. */
  const words = sprintf(__('%1$s of %2$s', 'aiguy'), text(used), text(of));
  return (
    <>
      <meter aria-labelledby={labelledBy} min={0} max={Math.max(1, of)} high={of * nearFrom} value={Math.min(used, of)}>
        {words}
      </meter>{' '}
      {words}
    </>
  );
}
