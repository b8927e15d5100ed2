// What visitors ask most, how they rated, and which look-ups failed. Questions are visitors' own words and shown as text alone.
import type { Report } from '@aiguy/manifests/generated/http';
import { __, sprintf } from '@wordpress/i18n';
import { formatCount } from '../figures';
import { outcomes } from './plots';

type Cell = string | number;
type Rows = { title: string; head: string[]; rows: Cell[][]; empty: string; note?: string };

export function Tables({ report }: { report: Report }) {
  const { questions, tools, total } = report;
  const { ratings } = total;
  return (
    <div className="aiguy-report-tables">
      <Table
        title={__('Most asked', 'aiguy')}
        head={[__('Question', 'aiguy'), __('Asked', 'aiguy'), __('Without an answer', 'aiguy')]}
        rows={questions.map(({ question, count, unanswered }) => [question, count, unanswered])}
        empty={__('No questions in these days.', 'aiguy')}
        /* translators: %s: a number of days. */
        note={sprintf(
          __('Different wordings of a question count together. Wordings are kept for %s days; the numbers stay.', 'aiguy'),
          String(report.keptDays),
        )}
      />
      <Table
        title={__('Ratings', 'aiguy')}
        head={[__('Rating', 'aiguy'), __('Given', 'aiguy')]}
        rows={[
          [__('An answer: good', 'aiguy'), ratings.up],
          [__('An answer: not good', 'aiguy'), ratings.down],
          ...[5, 4, 3, 2, 1].map((stars): Cell[] => [
            /* translators: %s: a number from 1 to 5. */
            sprintf(__('A conversation: %s of 5', 'aiguy'), String(stars)),
            ratings.stars[stars - 1] ?? 0,
          ]),
        ]}
        empty=""
      />
      <Table
        title={__('Look-ups and changes', 'aiguy')}
        head={[__('What', 'aiguy'), __('Made', 'aiguy'), __('Failed', 'aiguy')]}
        rows={tools.map(({ title, calls, errors }) => [title, calls, errors])}
        empty={__('None in these days.', 'aiguy')}
      />
      <Table
        title={__('How conversations ended', 'aiguy')}
        head={[__('End', 'aiguy'), __('Conversations', 'aiguy'), __('Meaning', 'aiguy')]}
        rows={outcomes.map(({ name, label, meaning }) => [label(), total.outcomes[name], meaning()])}
        empty=""
      />
    </div>
  );
}

function Table({ title, head, rows, empty, note }: Rows) {
  const locale = window.aiguyAdmin.locale;
  return (
    <section>
      <h2>{title}</h2>
      {rows.length === 0 ? (
        <p>{empty}</p>
      ) : (
        <table className="widefat striped" aria-label={title}>
          <thead>
            <tr>
              {head.map((name) => (
                <th scope="col" key={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, ...cells]) => (
              <tr key={name}>
                <th scope="row" dir="auto">
                  {name}
                </th>
                {cells.map((cell, index) => (
                  <td key={head[index + 1]}>{typeof cell === 'number' ? formatCount(cell, locale) : cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {note && rows.length > 0 && <p className="description">{note}</p>}
    </section>
  );
}
