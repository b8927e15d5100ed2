// A plot by day: bars, stacked where a day has parts, a line for a limit. The drawing is for the eye; what it says is in the table below it.
import { useId } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { formatDay } from '../figures';

/** values: one a day. color: has a contrast of at least 3 to the white behind it. */
export type Series = { name: string; color: string; values: readonly (number | null)[] };
export type PlotData = {
  title: string;
  /** In a sentence, for whoever does not see the drawing. */
  summary: string;
  /** Shown below the drawing. */
  note?: string;
  days: readonly string[];
  series: readonly Series[];
  /** lines: the series are drawn as lines, one over the other. */
  shape?: 'bars' | 'lines';
  limit?: { name: string; values: readonly number[] };
  format: (value: number | null) => string;
};

const height = 100;

export function DayPlot({ data }: { data: PlotData }) {
  const { title, summary, note, days, series, limit, shape = 'bars', format } = data;
  const locale = window.aiguyAdmin.locale;
  const id = useId();
  const most = mostOf(data);
  return (
    <figure className="aiguy-plot">
      <figcaption id={id}>{title}</figcaption>
      <Legend data={data} />
      <div className="aiguy-plot-frame">
        <span className="aiguy-plot-most" aria-hidden="true">
          {format(most)}
        </span>
        <svg viewBox={`0 0 ${days.length} ${height}`} preserveAspectRatio="none" role="img" aria-label={`${title}. ${summary}`}>
          {shape === 'bars' ? <Bars data={data} most={most} /> : series.map((one) => <Line key={one.name} series={one} most={most} />)}
          {limit && limitIsSeen(data) && <path className="aiguy-plot-limit" d={stepsOf(limit.values, most)} />}
        </svg>
        <div className="aiguy-plot-days" aria-hidden="true">
          <span>{formatDay(days[0] ?? '', locale)}</span>
          {days.length > 1 && <span>{formatDay(days.at(-1) ?? '', locale)}</span>}
        </div>
      </div>
      {note !== undefined && <p className="description">{note}</p>}
      <DayTable data={data} labelledBy={id} />
    </figure>
  );
}

function Legend({ data: { series, limit } }: { data: PlotData }) {
  if (series.length < 2 && !limit) return null;
  return (
    <ul className="aiguy-plot-legend">
      {series.map(({ name, color }) => (
        <li key={name}>
          <span style={{ background: color }} />
          {name}
        </li>
      ))}
      {limit && (
        <li>
          <span className="aiguy-plot-limit-sign" />
          {limit.name}
        </li>
      )}
    </ul>
  );
}

function Bars({ data, most }: { data: PlotData; most: number }) {
  const locale = window.aiguyAdmin.locale;
  return data.days.map((day, index) => {
    let top = height;
    return (
      <g key={day}>
        <title>{`${formatDay(day, locale)}: ${data.series.map(({ name, values }) => `${name} ${data.format(values[index] ?? null)}`).join(', ')}`}</title>
        <rect x={index} y={0} width={1} height={height} fill="transparent" />
        {data.series.map(({ name, color, values }) => {
          const size = most === 0 ? 0 : ((values[index] ?? 0) / most) * height;
          top -= size;
          return size > 0 && <rect key={name} x={index + 0.12} y={top} width={0.76} height={size} fill={color} />;
        })}
      </g>
    );
  });
}

/** Days without a value are left out of the line; one between two of them is a dot. */
function Line({ series: { color, values }, most }: { series: Series; most: number }) {
  const y = (value: number) => (most === 0 ? height : height - (value / most) * height);
  let isDrawing = false;
  const path = values.map((value, index) => {
    const command = value === null ? '' : `${isDrawing ? 'L' : 'M'}${index + 0.5} ${y(value)}${isDrawing ? '' : 'h0.01'}`;
    isDrawing = value !== null;
    return command;
  });
  return <path className="aiguy-plot-line" d={path.join('')} stroke={color} />;
}

function DayTable({ data: { days, series, limit, format }, labelledBy }: { data: PlotData; labelledBy: string }) {
  const locale = window.aiguyAdmin.locale;
  const columns = [...series, ...(limit ? [limit] : [])];
  return (
    <details>
      <summary>{__('Show as a table', 'aiguy')}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section className="aiguy-plot-table" tabIndex={0} aria-labelledby={labelledBy}>
        <table className="widefat striped" aria-labelledby={labelledBy}>
          <thead>
            <tr>
              <th scope="col">{__('Day', 'aiguy')}</th>
              {columns.map(({ name }) => (
                <th scope="col" key={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.map((day, index) => (
              <tr key={day}>
                <th scope="row">{formatDay(day, locale)}</th>
                {columns.map(({ name, values }) => (
                  <td key={name}>{format(values[index] ?? null)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}

/** A limit far above what was used would press everything to the ground; it is named in the legend's table then. */
function limitIsSeen({ limit, series, days }: PlotData): boolean {
  const used = Math.max(0, ...sumsOf(series, days.length));
  return limit !== undefined && Math.max(0, ...limit.values) <= used * 4;
}

function mostOf(data: PlotData): number {
  const used = Math.max(
    0,
    ...(data.shape === 'lines' ? data.series.flatMap(({ values }) => values.map((value) => value ?? 0)) : sumsOf(data.series, data.days.length)),
  );
  return limitIsSeen(data) ? Math.max(used, ...(data.limit?.values ?? [])) : used;
}

function sumsOf(series: readonly Series[], days: number): number[] {
  return Array.from({ length: days }, (_none, index) => series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0));
}

function stepsOf(values: readonly number[], most: number): string {
  return values.map((value, index) => `${index === 0 ? 'M' : 'L'}${index} ${height - (value / most) * height}h1`).join('');
}
