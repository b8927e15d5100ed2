// A site's figures by day, out of the facts of its runs, its ledger and its ratings. Every query names the site.
import type { Database } from '@aiguy/manifests/database';
import type { Report, ReportFigures, ReportOutcomes } from '@aiguy/manifests/generated/http';
import { dayAfter, dayIn, startOfDay } from '@aiguy/manifests/time-zone';
import { type Caps as SiteCaps, uncapped } from '../budget/caps.ts';
import { pauseMinutes, returnHours } from './run-facts.ts';
import { matterKey } from './same-matter.ts';

/** from and to: days of the time zone. */
export type Span = { issuer: string; from: string; to: string; timeZone: string; now: Date };
export type ReportParts = Pick<Report, 'total' | 'days' | 'questions'> & { tools: { name: string; calls: number; errors: number }[] };
type Caps = Report['days'][number]['caps'];
type Row = Record<string, unknown> & { day: string | null };

const questionsRead = 5000;
const questionsShown = 10;
const questionCharactersMax = 200;

// $2: the days; $3: when each begins, and when the last one ends. The database need not know the time zone.
const isIn = (at: string) => `${at} >= ($3::timestamptz[])[1] AND ${at} < ($3::timestamptz[])[cardinality($2::text[]) + 1]`;
const dayOf = (at: string) => `($2::text[])[width_bucket(${at}, $3::timestamptz[])]`;

// A conversation is what a session's visitor writes without a longer pause; its outcome is judged in the order of the CASE.
const outcomesSql = `
  WITH marked AS (
    SELECT *, (kind = 'message' AND COALESCE(asked_at - lag(asked_at) OVER session > $5 * interval '1 minute', true))::int AS begins
    FROM usage_runs WHERE issuer = $1 AND asked_at >= ($3::timestamptz[])[1] - interval '2 days' AND asked_at < ($3::timestamptz[])[cardinality($2::text[]) + 1] + interval '2 days'
    WINDOW session AS (PARTITION BY session_id ORDER BY asked_at, run_id)
  ),
  numbered AS (SELECT *, sum(begins) OVER (PARTITION BY session_id ORDER BY asked_at, run_id) AS part FROM marked),
  asked AS (
    SELECT session_id, part, max(asked_at) FILTER (WHERE kind = 'message' AND verdict IS DISTINCT FROM 'helped') AS last_question
    FROM numbered WHERE part > 0 GROUP BY session_id, part
  ),
  conversations AS (
    SELECT session_id, part, min(asked_at) AS asked_at, max(asked_at) AS ended, bool_or(escalated) AS escalated, bool_or(reopened) AS reopened,
      bool_or(supported AND (last_question IS NULL OR numbered.asked_at >= last_question)) AS answered,
      (array_agg(verdict ORDER BY numbered.asked_at DESC) FILTER (WHERE kind = 'message'))[1] AS verdict,
      (array_agg(score ORDER BY numbered.asked_at DESC) FILTER (WHERE score IS NOT NULL))[1] AS score
    FROM numbered JOIN asked USING (session_id, part) LEFT JOIN ratings USING (session_id, run_id)
    GROUP BY session_id, part
  ),
  followed AS (SELECT *, lead(asked_at) OVER (PARTITION BY session_id ORDER BY part) AS next_began FROM conversations),
  judged AS (
    SELECT followed.asked_at, CASE
      WHEN escalated THEN 'escalated'
      WHEN reopened THEN 'reopened'
      WHEN followed.verdict = 'helped' OR followed.score > 0 OR whole.score >= 4 THEN 'confirmed'
      WHEN ended > $4::timestamptz - $5 * interval '1 minute' THEN 'open'
      WHEN NOT answered OR followed.verdict = 'not_helped' OR followed.score < 0 OR whole.score <= 2 THEN 'abandoned'
      WHEN ended > $4::timestamptz - $6 * interval '1 hour' THEN 'open'
      ELSE 'assumed' END AS outcome
    FROM followed LEFT JOIN ratings AS whole ON whole.session_id = followed.session_id AND whole.run_id = ''
      AND whole.rated_at >= followed.asked_at AND (next_began IS NULL OR whole.rated_at < next_began)
  )
  SELECT ${dayOf('asked_at')} AS day, outcome, count(*)::int AS conversations FROM judged WHERE ${isIn('asked_at')} GROUP BY day, outcome`;

const messagesSql = `
  SELECT ${dayOf('asked_at')} AS day, count(*)::int AS messages, count(capped)::int AS capped,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY first_text_ms) AS p50, percentile_cont(0.95) WITHIN GROUP (ORDER BY first_text_ms) AS p95
  FROM usage_runs WHERE issuer = $1 AND kind = 'message' AND ${isIn('asked_at')} GROUP BY GROUPING SETS ((${dayOf('asked_at')}), ())`;

const toolsSql = `
  SELECT ${dayOf('asked_at')} AS day, tool ->> 'name' AS name, count(*)::int AS calls, (count(*) FILTER (WHERE tool ->> 'failed' = 'true'))::int AS errors
  FROM usage_runs CROSS JOIN LATERAL json_array_elements(tools) AS tool WHERE issuer = $1 AND ${isIn('asked_at')} GROUP BY day, name`;

const ratingsSql = `
  SELECT ${dayOf('rated_at')} AS day, ratings.run_id = '' AS is_whole, score, count(*)::int AS ratings
  FROM ratings JOIN sessions ON sessions.id = ratings.session_id
  WHERE sessions.issuer = $1 AND ${isIn('rated_at')} GROUP BY day, is_whole, score`;

const spentSql = `
  SELECT to_char(day, 'YYYY-MM-DD') AS day, input_tokens::float8 AS input, cache_read_tokens::float8 AS "cacheRead",
    cache_write_tokens::float8 AS "cacheWrite", output_tokens::float8 AS output, cost_micro_usd::float8 AS cost,
    cap_messages AS "capMessages", cap_micro_usd::float8 AS "capMicroUsd"
  FROM usage_days WHERE issuer = $1 AND day = ANY ($2::text[]::date[])`;

const budgetSql = `
  SELECT COALESCE(sum(cost_micro_usd) FILTER (WHERE day = $2::date), 0)::float8 AS day, COALESCE(sum(cost_micro_usd), 0)::float8 AS month,
    EXISTS (SELECT FROM usage_runs WHERE issuer = $1 AND capped = 'site_cost' AND asked_at >= $3) AS "dayIsMet",
    EXISTS (
      SELECT FROM usage_runs WHERE issuer = $1 AND capped = 'site_cost_month' AND asked_at >= $4
    ) AS "monthIsMet"
  FROM usage_days WHERE issuer = $1 AND day BETWEEN date_trunc('month', $2::date::timestamp) AND $2::date`;

const questionsSql = `
  SELECT runs.input ->> 'text' AS text, usage_runs.supported
  FROM usage_runs JOIN runs ON runs.session_id = usage_runs.session_id AND runs.id = usage_runs.run_id
  WHERE issuer = $1 AND usage_runs.kind = 'message' AND ${isIn('asked_at')} ORDER BY asked_at DESC LIMIT $4`;

/** @param ceilings for the days on which nobody wrote */
export async function readReport(database: Database, { issuer, from, to, timeZone, now }: Span, ceilings: Caps): Promise<ReportParts> {
  const names = daysOf(from, to);
  const begins = [...names, dayAfter(to)].map((day) => new Date(startOfDay(timeZone, day)).toISOString());
  const ask = async <T extends object = Row>(sql: string, more: unknown[] = []) => (await database.query<T>(sql, [issuer, names, ...more])).rows;
  const days = new Map(names.map((day) => [day, { day, figures: emptyFigures(), caps: ceilings }]));
  const total = emptyFigures();
  const both = (day: string | null): ReportFigures[] => (day === null ? [total] : [total, days.get(day)?.figures].filter((one) => one !== undefined));

  const each = async <T>(sql: string, add: (figures: ReportFigures, row: T) => void, more: unknown[] = []) => {
    for (const row of await ask<Row & T>(sql, more)) for (const figures of both(row.day)) add(figures, row);
  };
  await each<Outcome>(outcomesSql, addOutcome, [begins, now, pauseMinutes, returnHours]);
  for (const row of await ask<Row & Messages>(messagesSql, [begins])) setMessages(row.day === null ? total : days.get(row.day)?.figures, row);
  const tools = new Map<string, Tool>();
  await each<Tool>(
    toolsSql,
    (figures, row) => {
      addTool(figures, row);
      if (figures === total) countTool(tools, row);
    },
    [begins],
  );
  await each<Rating>(ratingsSql, addRating, [begins]);
  await each<Spent>(spentSql, addSpent);
  for (const row of await ask<Row & CapsRow>(spentSql)) setCaps(days.get(row.day ?? ''), row);
  const questions = grouped(await ask<{ text: string; supported: boolean }>(questionsSql, [begins, questionsRead]));
  return { total, days: [...days.values()], tools: [...tools.values()].sort((a, b) => b.calls - a.calls), questions };
}

/** @param now of the day and the month, whose cost up to it counts @param caps that hold for a message now */
export async function readBudget(
  database: Database,
  { issuer, timeZone, now }: Pick<Span, 'issuer' | 'timeZone' | 'now'>,
  caps: Pick<SiteCaps, 'siteMicroUsd' | 'siteMonthMicroUsd'>,
): Promise<Report['budget']> {
  const day = dayIn(timeZone, now.getTime());
  const begin = (first: string) => new Date(startOfDay(timeZone, first));
  const { rows } = await database.query<{ day: number; month: number; dayIsMet: boolean; monthIsMet: boolean }>(budgetSql, [
    issuer,
    day,
    begin(day),
    begin(`${day.slice(0, 7)}-01`),
  ]);
  const [spent = { day: 0, month: 0, dayIsMet: false, monthIsMet: false }] = rows;
  const capOf = (cap: number) => (cap === uncapped ? null : cap);
  return {
    day: { costMicroUsd: spent.day, capMicroUsd: capOf(caps.siteMicroUsd), isMet: spent.dayIsMet },
    month: { costMicroUsd: spent.month, capMicroUsd: capOf(caps.siteMonthMicroUsd), isMet: spent.monthIsMet },
  };
}

type Outcome = { outcome: keyof ReportOutcomes; conversations: number };
type Messages = { messages: number; capped: number; p50: number | null; p95: number | null };
type Tool = { name: string; calls: number; errors: number };
type Rating = { is_whole: boolean; score: number; ratings: number };
type Spent = { input: number; cacheRead: number; cacheWrite: number; output: number; cost: number };
type CapsRow = { capMessages: number | null; capMicroUsd: number | null };

function addOutcome(figures: ReportFigures, { outcome, conversations }: Outcome): void {
  figures.conversations += conversations;
  figures.outcomes[outcome] += conversations;
}

function setMessages(figures: ReportFigures | undefined, { messages, capped, p50, p95 }: Messages): void {
  if (!figures) return;
  figures.messages = messages;
  figures.capped = capped;
  figures.firstAnswerMs = { p50: p50 === null ? null : Math.round(p50), p95: p95 === null ? null : Math.round(p95) };
}

function addTool(figures: ReportFigures, { calls, errors }: Tool): void {
  figures.toolCalls += calls;
  figures.toolErrors += errors;
}

function countTool(tools: Map<string, Tool>, { name, calls, errors }: Tool): void {
  const before = tools.get(name) ?? { name, calls: 0, errors: 0 };
  tools.set(name, { name, calls: before.calls + calls, errors: before.errors + errors });
}

function setCaps(day: { caps: Caps } | undefined, { capMessages, capMicroUsd }: CapsRow): void {
  if (day) day.caps = { messages: capMessages ?? day.caps.messages, costMicroUsd: capMicroUsd ?? day.caps.costMicroUsd };
}

function addRating({ ratings: to }: ReportFigures, { is_whole: isWhole, score, ratings }: Rating): void {
  if (!isWhole) to[score > 0 ? 'up' : 'down'] += ratings;
  else if (score >= 1 && score <= 5) to.stars[score - 1] = (to.stars[score - 1] ?? 0) + ratings;
}

function addSpent(figures: ReportFigures, { input, cacheRead, cacheWrite, output, cost }: Spent): void {
  const { tokens } = figures;
  figures.tokens = {
    input: tokens.input + input,
    cacheRead: tokens.cacheRead + cacheRead,
    cacheWrite: tokens.cacheWrite + cacheWrite,
    output: tokens.output + output,
  };
  figures.costMicroUsd += cost;
}

function emptyFigures(): ReportFigures {
  return {
    conversations: 0,
    messages: 0,
    outcomes: { confirmed: 0, assumed: 0, abandoned: 0, reopened: 0, escalated: 0, open: 0 },
    ratings: { up: 0, down: 0, stars: [0, 0, 0, 0, 0] },
    firstAnswerMs: { p50: null, p95: null },
    toolCalls: 0,
    toolErrors: 0,
    capped: 0,
    tokens: { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 },
    costMicroUsd: 0,
  };
}

function daysOf(from: string, to: string): string[] {
  const days: string[] = [];
  for (let day = from; day <= to; day = dayAfter(day)) days.push(day);
  return days;
}

/** By the words that carry meaning; each group is shown in its most frequent wording. */
function grouped(messages: readonly { text: string; supported: boolean }[]): Report['questions'] {
  const groups = new Map<string, { wordings: Map<string, number>; count: number; unanswered: number }>();
  for (const { text, supported } of messages) {
    const key = matterKey(text);
    if (key === '') continue;
    const group = groups.get(key) ?? { wordings: new Map<string, number>(), count: 0, unanswered: 0 };
    const wording = text.replace(/\s+/g, ' ').trim().slice(0, questionCharactersMax);
    group.wordings.set(wording, (group.wordings.get(wording) ?? 0) + 1);
    group.count += 1;
    group.unanswered += supported ? 0 : 1;
    groups.set(key, group);
  }
  const best = [...groups.values()].sort((a, b) => b.count - a.count || b.unanswered - a.unanswered).slice(0, questionsShown);
  return best.map(({ wordings, count, unanswered }) => {
    const [question = ''] = [...wordings].sort((a, b) => b[1] - a[1] || a[0].length - b[0].length)[0] ?? [];
    return { question, count, unanswered };
  });
}
