// What the people of a site want to be told of at once: visitors who wait for a person, tickets that were left, and caps of the site's day or month that were met.
import type { Database } from '@aiguy/manifests/database';
import type { StaffAlert } from '@aiguy/manifests/generated/http';
import { maskPersonalData } from '@aiguy/manifests/mask-personal-data';
import { dayAfter, dayIn, startOfDay } from '@aiguy/manifests/time-zone';
import { previewCharactersMax, ticketDone } from './conversations.ts';

const alertsMax = 20;
const alertHours = 24;
/** Longer than a month, whose cap is told once. */
const keptDays = 32;

/** A site that does not say that it has an alert may have died over it, and is handed it again. */
const handOutsMax = 3;
const handOutEveryMinutes = 5;

const isLost = `(alerts.received_at IS NULL AND alerts.hand_outs < ${handOutsMax} AND alerts.claimed_at < now() - interval '${handOutEveryMinutes} minutes')`;

// Yesterday is $4, which ends at $5, and today $6. A cap has no conversation: what was claimed of it stays when conversations are deleted, so that it is told once a day, or a month.
const claimSql = `
  WITH met AS (
    SELECT capped, CASE capped WHEN 'site_cost_month' THEN left(day, 7) ELSE day END AS span, min(asked_at) AS at, max(day)::date AS day
    FROM usage_runs CROSS JOIN LATERAL (SELECT CASE WHEN asked_at < $5 THEN $4 ELSE $6 END AS day) AS site_day
    WHERE issuer = $1 AND capped IN ('site_messages', 'site_cost', 'site_cost_month') AND asked_at > now() - $2 * interval '1 hour' GROUP BY 1, 2
  ), due AS (
    SELECT 'waiting ' || handoffs.id AS key, 'waiting' AS kind, session_id, asked_at AS at,
      (SELECT input ->> 'text' FROM runs WHERE runs.session_id = handoffs.session_id AND input ->> 'kind' = 'message' ORDER BY started_at DESC LIMIT 1) AS text, NULL AS reference
    FROM handoffs JOIN sessions ON sessions.id = session_id
    WHERE issuer = $1 AND closed_at IS NULL AND taken_at IS NULL AND asked_at > now() - $2 * interval '1 hour'
    UNION ALL
    SELECT 'ticket ' || key, 'ticket', session_id, settled_at, COALESCE(args ->> 'summary', summary), outcome #>> '{output,reference}'
    FROM effects JOIN sessions ON sessions.id = session_id WHERE issuer = $1 AND ${ticketDone} AND settled_at > now() - $2 * interval '1 hour'
    UNION ALL
    SELECT 'cap ' || capped || ' ' || span || ' ' || $1, replace(capped, 'site_', 'cap_'), NULL, at,
      CASE capped WHEN 'site_messages' THEN cap_messages::text
        ELSE round(CASE capped WHEN 'site_cost' THEN cap_micro_usd ELSE cap_month_micro_usd END / 1000000.0, 2)::text END, NULL
    FROM met LEFT JOIN usage_days ON usage_days.issuer = $1 AND usage_days.day = met.day
  ), claimed AS (
    INSERT INTO alerts (key, session_id)
    SELECT key, session_id FROM due WHERE NOT EXISTS (SELECT FROM alerts WHERE alerts.key = due.key AND NOT ${isLost}) ORDER BY at LIMIT $3
    ON CONFLICT (key) DO UPDATE SET claimed_at = now(), hand_outs = alerts.hand_outs + 1 WHERE ${isLost} RETURNING key
  )
  SELECT due.* FROM due JOIN claimed USING (key) ORDER BY at`;

type Site = { issuer: string; timeZone: string; now: Date };
type Row = { key: string; kind: StaffAlert['kind']; session_id: string | null; at: Date; text: string | null; reference: string | null };

/** Alerts of the last day, to whoever of the site asks first. What the site does not acknowledge is handed out again after five minutes, three times in all. */
export async function claimAlerts(database: Database, { issuer, timeZone, now }: Site): Promise<StaffAlert[]> {
  await database.query(`DELETE FROM alerts WHERE session_id IS NULL AND claimed_at < now() - $1 * interval '1 day'`, [keptDays]);
  const today = dayIn(timeZone, now.getTime());
  const days = [dayAfter(today, -1), new Date(startOfDay(timeZone, today)), today];
  const { rows } = await database.query<Row>(claimSql, [issuer, alertHours, alertsMax, ...days]);
  return rows.map(({ key, kind, session_id: sessionId, at, text, reference }) => ({
    key,
    kind,
    sessionId: sessionId ?? '',
    at: at.toISOString(),
    // It leaves the house, for wherever the site sends alerts to.
    text: maskPersonalData(text ?? '').slice(0, previewCharactersMax),
    ...(reference === null ? {} : { reference }),
  }));
}

/** The site has kept these alerts; those of another site are left alone. */
export async function acknowledgeAlerts(database: Database, issuer: string, keys: readonly string[]): Promise<void> {
  await database.query(
    `UPDATE alerts SET received_at = now() WHERE key = ANY($2) AND received_at IS NULL
     AND (session_id IN (SELECT id FROM sessions WHERE issuer = $1) OR (session_id IS NULL AND right(key, length($1) + 1) = ' ' || $1))`,
    [issuer, keys],
  );
}
