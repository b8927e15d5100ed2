// The conversations of one site, for its people: found, listed and counted. Each query is cut to the site's issuer by itself.
import type { Database } from '@aiguy/manifests/database';
import type { LeftTicket, StaffConversation, StaffConversationList, StaffCounts, StaffRating, StaffTicket } from '@aiguy/manifests/generated/http';

export type ConversationFilter = 'all' | 'unanswered' | 'low_rating' | 'escalated' | 'tool_errors' | 'waiting' | 'with_person' | 'running';
/** before: the cursor that the page before gave. */
export type Search = { text: string; filter: ConversationFilter; limit: number; before: { spokenAt: string; id: string } | undefined };

type Row = {
  id: string;
  subject: string;
  created_at: Date;
  spoken_at: Date;
  spoken_text: string;
  last_seq: number;
  page: string | null;
  browser: string | null;
  preview: string | null;
  messages: number;
  running: boolean;
  unanswered: boolean;
  tool_errors: boolean;
  escalated: boolean;
  low_rating: boolean;
  handoff: { reason: 'asked_for_human' | 'not_helped' | 'stepped_in'; asked_at: string; taken_by: string | null; taken_name: string | null } | null;
};
export type FoundConversation = { conversation: StaffConversation; lastSeq: number };

export const previewCharactersMax = 200;
const ticketTools = `('create_support_ticket', 'escalate_to_human')`;
const ticketsMax = 200;
const lowRatings = `((run_id = '' AND score <= 2) OR (run_id <> '' AND score < 0))`;

/** Condition on a row of effects. */
export const ticketDone = `tool IN ${ticketTools} AND status = 'settled' AND outcome ->> 'ok' = 'true'`;
type LeftRow = { reference: string; sessionId: string; summary: string | null; delivery: NonNullable<LeftTicket['delivery']> | null; at: Date };
const leftTickets = `
  SELECT COALESCE(outcome #>> '{output,reference}', '') AS reference, effects.session_id AS "sessionId", COALESCE(args ->> 'summary', summary) AS summary,
    settled_at AS at, (SELECT state FROM tasks WHERE tasks.session_id = effects.session_id AND tasks.run_id = effects.run_id LIMIT 1) AS delivery
  FROM effects JOIN sessions ON sessions.id = effects.session_id WHERE issuer = $1 AND effects.${ticketDone.replace('status', 'effects.status')}`;
const conditions: Record<ConversationFilter, string> = {
  all: 'true',
  unanswered: 'unanswered',
  low_rating: 'low_rating',
  escalated: 'escalated',
  tool_errors: 'tool_errors',
  waiting: `handoff IS NOT NULL AND handoff ->> 'taken_at' IS NULL`,
  with_person: `handoff ->> 'taken_at' IS NOT NULL`,
  running: 'running',
};

/** @param hasRatings whether visitors can rate in this database */
function facts(hasRatings: boolean): string {
  return `SELECT id, subject, created_at, spoken_at, spoken_at::text AS spoken_text, last_seq, page, browser,
    (SELECT input ->> 'text' FROM runs WHERE session_id = sessions.id AND input ->> 'kind' = 'message' ORDER BY started_at DESC LIMIT 1) AS preview,
    (SELECT count(*)::int FROM runs WHERE session_id = sessions.id AND input ->> 'kind' = 'message') AS messages,
    EXISTS (SELECT FROM runs WHERE session_id = sessions.id AND status IN ('running', 'queued')) AS running,
    EXISTS (SELECT FROM runs WHERE session_id = sessions.id AND unhelped) AS unanswered,
    EXISTS (SELECT FROM runs WHERE session_id = sessions.id AND tool_failed) AS tool_errors,
    (EXISTS (SELECT FROM handoffs WHERE session_id = sessions.id AND reason <> 'stepped_in')
      OR EXISTS (SELECT FROM effects WHERE session_id = sessions.id AND ${ticketDone})) AS escalated,
    ${hasRatings ? `EXISTS (SELECT FROM ratings WHERE session_id = sessions.id AND ${lowRatings})` : 'false'} AS low_rating,
    (SELECT row_to_json(handoffs) FROM handoffs WHERE session_id = sessions.id AND closed_at IS NULL) AS handoff
  FROM sessions WHERE issuer = $1 AND spoken_at IS NOT NULL`;
}

/** In the visitor's messages, in what was answered, and in what people of the site have written down. */
const holdsText = `(EXISTS (SELECT FROM runs WHERE session_id = found.id AND input ->> 'text' ILIKE $2)
  OR (SELECT string_agg(event ->> 'delta', '' ORDER BY seq) FROM events WHERE session_id = found.id AND type = 'TEXT_MESSAGE_CONTENT') ILIKE $2
  OR EXISTS (SELECT FROM notes WHERE session_id = found.id AND text ILIKE $2))`;

export class Conversations {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A page, the newest first. */
  async list(issuer: string, { text, filter, limit, before }: Search): Promise<StaffConversationList> {
    const { rows } = await this.#database.query<Row>(
      `SELECT * FROM (${facts(await this.#hasRatings())} AND ($3::timestamptz IS NULL OR (spoken_at, id) < ($3, $4))) AS found
       WHERE ${conditions[filter]} AND ($2 = '%%' OR ${holdsText}) ORDER BY spoken_at DESC, id DESC LIMIT $5`,
      [issuer, `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`, before?.spokenAt ?? null, before?.id ?? null, limit + 1],
    );
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return {
      conversations: page.map(toConversation),
      ...(last ? { before: Buffer.from(`${last.spoken_text} ${last.id}`).toString('base64url') } : {}),
      counts: await this.count(issuer),
    };
  }

  async count(issuer: string): Promise<StaffCounts> {
    const { rows } = await this.#database.query<StaffCounts>(
      `SELECT count(*) FILTER (WHERE taken_at IS NULL)::int AS waiting, count(*) FILTER (WHERE taken_at IS NOT NULL)::int AS joined
       FROM handoffs JOIN sessions ON sessions.id = session_id WHERE issuer = $1 AND closed_at IS NULL`,
      [issuer],
    );
    return rows[0] ?? { waiting: 0, joined: 0 };
  }

  /** @returns undefined for a conversation of another site as for one that does not exist */
  async find(issuer: string, id: string): Promise<FoundConversation | undefined> {
    const { rows } = await this.#database.query<Row>(`${facts(await this.#hasRatings())} AND id = $2`, [issuer, id]);
    return rows.map((row) => ({ conversation: { ...toConversation(row), ...cameFrom(row) }, lastSeq: row.last_seq }))[0];
  }

  /** What this conversation has left, the newest first. */
  async tickets(issuer: string, sessionId: string): Promise<LeftTicket[]> {
    const { rows } = await this.#database.query<LeftRow>(`${leftTickets} AND effects.session_id = $2 ORDER BY settled_at DESC LIMIT $3`, [
      issuer,
      sessionId,
      ticketsMax,
    ]);
    return rows.map(({ reference, summary, delivery, at }) => ({
      ...{ reference, summary: summary ?? '', at: at.toISOString() },
      ...(delivery === null ? {} : { delivery }),
    }));
  }

  /** Of these tickets, which conversations have left them and how far they are on their way; those of another site and of deleted conversations are missing. */
  async leftBy(issuer: string, references: readonly string[]): Promise<Map<string, Pick<StaffTicket, 'sessionId' | 'delivery'>>> {
    const { rows } = await this.#database.query<LeftRow>(`${leftTickets} AND outcome #>> '{output,reference}' = ANY($2) LIMIT $3`, [
      issuer,
      references,
      ticketsMax,
    ]);
    return new Map(rows.map(({ reference, sessionId, delivery }) => [reference, { sessionId, ...(delivery === null ? {} : { delivery }) }]));
  }

  async ratings(sessionId: string): Promise<StaffRating[]> {
    if (!(await this.#hasRatings())) return [];
    const { rows } = await this.#database.query<{ run_id: string; score: number; reason: string | null; comment: string | null; rated_at: Date }>(
      'SELECT run_id, score, reason, comment, rated_at FROM ratings WHERE session_id = $1 ORDER BY rated_at DESC LIMIT 50',
      [sessionId],
    );
    return rows.map(({ run_id: run, score, reason, comment, rated_at: at }) => ({
      score,
      about: run === '' ? 'conversation' : 'answer',
      reason: reason ?? '',
      comment: comment ?? '',
      at: at.toISOString(),
    }));
  }

  async #hasRatings(): Promise<boolean> {
    const { rows } = await this.#database.query<{ has: boolean }>(`SELECT to_regclass('ratings') IS NOT NULL AS has`);
    return rows[0]?.has ?? false;
  }
}

function cameFrom({ page, browser }: Row): Pick<StaffConversation, 'page' | 'browser'> {
  return { ...(page === null ? {} : { page }), ...(browser === null ? {} : { browser }) };
}

function toConversation(row: Row): StaffConversation {
  const { handoff } = row;
  return {
    sessionId: row.id,
    visitor: row.subject,
    startedAt: row.created_at.toISOString(),
    lastAt: row.spoken_at.toISOString(),
    preview: (row.preview ?? '').slice(0, previewCharactersMax),
    messages: row.messages,
    running: row.running,
    unanswered: row.unanswered,
    toolErrors: row.tool_errors,
    escalated: row.escalated,
    lowRating: row.low_rating,
    ...(handoff
      ? {
          handoff: {
            status: handoff.taken_by === null ? ('waiting' as const) : ('joined' as const),
            reason: handoff.reason,
            askedAt: new Date(handoff.asked_at).toISOString(),
            ...(handoff.taken_by === null ? {} : { takenBy: handoff.taken_by, name: handoff.taken_name ?? '' }),
          },
        }
      : {}),
  };
}
