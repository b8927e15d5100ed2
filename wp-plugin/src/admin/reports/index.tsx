// AIGuy → Reports: what the chat has done in a span of time, in numbers, plots and tables.
import type { Report } from '@aiguy/manifests/generated/http';
import { Button, Spinner } from '@wordpress/components';
import { useState } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import { mountScreen } from '../mount';
import { Problem } from '../problem';
import { zoneName } from '../site-zone';
import { useAnswer } from '../use-answer';
import { csvOf } from './csv';
import { DayPlot } from './day-plot';
import { lastDays, type Period, PeriodPicker } from './period-picker';
import { plotsOf } from './plots';
import './reports.css';
import { Tables } from './tables';
import { Tiles } from './tiles';
import { WeeklyMail } from './weekly-mail';

mountScreen(Reports);

function Reports() {
  const [period, setPeriod] = useState<Period>(() => lastDays(30));
  const { answered, again } = useAnswer<Report>(`reports?from=${period.from}&to=${period.to}`);
  const report = answered.state === 'ready' ? answered.answer : undefined;
  return (
    <div className="aiguy-reports">
      <div className="aiguy-report-head">
        <PeriodPicker period={period} onChange={setPeriod} />
        {report && report.total.messages > 0 && (
          <Button variant="secondary" onClick={() => download(report)} __next40pxDefaultSize>
            {__('Download as CSV', 'aiguy')}
          </Button>
        )}
      </div>
      <div aria-busy={answered.state === 'loading'}>
        {answered.state === 'loading' && <Spinner />}
        {answered.state === 'error' && <Problem failure={answered} again={again} />}
      </div>
      {report && (report.total.messages > 0 ? <Shown report={report} /> : <Empty />)}
      <WeeklyMail />
    </div>
  );
}

function Shown({ report }: { report: Report }) {
  return (
    <>
      <Tiles figures={report.total} />
      <div className="aiguy-plots">
        {plotsOf(report, window.aiguyAdmin.locale).map((data) => (
          <DayPlot key={data.title} data={data} />
        ))}
      </div>
      <Tables report={report} />
      <p className="description">
        {
          /* translators: %s: a time zone, such as Europe/Berlin. */
          sprintf(__('Days begin at midnight of your site’s time zone, %s.', 'aiguy'), zoneName(report.timeZone))
        }
      </p>
    </>
  );
}

function Empty() {
  return (
    <div className="aiguy-empty">
      <h2>{__('No conversations in these days', 'aiguy')}</h2>
      <p>{__('As soon as a visitor writes to your chat, the numbers appear here.', 'aiguy')}</p>
    </div>
  );
}

function download(report: Report): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([csvOf(report)], { type: 'text/csv' }));
  link.download = `aiguy-${report.from}-${report.to}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}
