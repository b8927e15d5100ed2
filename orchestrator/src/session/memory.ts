// What is kept of a conversation between its turns: one row a session, written behind the turns and read before them.
import type { Connection, Database } from '@aiguy/manifests/database';

/** A question that was answered from tools or the help centre. question: its first 200 characters; passageIds: what was cited for it. */
export type Asked = { question: string; times: number; passageIds: string[] };

/** What was spoken of, the latest first in each list; at most 2 kB as JSON. */
export type Scratchpad = {
  /** The kind of thing that was spoken of last. */
  subject?: 'order' | 'ticket' | 'article';
  orders: string[];
  /** How many of the orders the latest exchange about orders was about. */
  currentOrders: number;
  tickets: string[];
  products: string[];
  articles: { title: string; url: string }[];
  asked: Asked[];
};

export type Preference = { value: string | string[]; expires_at: string };
export type Preferences = Record<string, Preference>;

/**
 * What came of a change that the visitor was asked about. object: the number of what it is about, empty when it has none.
 * unknown: it is being found out; open: the card still waits.
 */
export type Change = {
  tool: string;
  summary: string;
  object: string;
  outcome: 'done' | 'not done' | 'unknown' | 'declined' | 'expired' | 'open';
  at: string;
};

export type SessionMemory = {
  scratchpad: Scratchpad;
  notedSeq: number;
  summary: string;
  summarySeq: number;
  preferences: Preferences;
  preferencesDue: boolean;
  carriedChanges: Change[];
  forgottenSeq: number;
};

export const emptyScratchpad: Scratchpad = { orders: [], currentOrders: 0, tickets: [], products: [], articles: [], asked: [] };
export const emptyMemory: SessionMemory = {
  scratchpad: emptyScratchpad,
  notedSeq: 0,
  summary: '',
  summarySeq: 0,
  preferences: {},
  preferencesDue: true,
  carriedChanges: [],
  forgottenSeq: 0,
};

type Row = {
  scratchpad: Partial<Scratchpad>;
  noted_seq: number;
  summary: string;
  summary_seq: number;
  preferences: Preferences;
  preferences_due: boolean;
  carried_changes: Change[];
  forgotten_seq: number;
};

export class Memories {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async read(sessionId: string): Promise<SessionMemory> {
    const { rows } = await this.#database.query<Row>(
      `SELECT scratchpad, noted_seq, summary, summary_seq, preferences, preferences_due <= now() AS preferences_due, carried_changes, forgotten_seq
       FROM session_memory WHERE session_id = $1`,
      [sessionId],
    );
    return rows[0] ? fromRow(rows[0]) : emptyMemory;
  }

  /** Keeps what the events up to `notedSeq` told; what was kept of later ones stays. A session that is gone keeps nothing. */
  async note(sessionId: string, { scratchpad, notedSeq }: Pick<SessionMemory, 'scratchpad' | 'notedSeq'>): Promise<void> {
    await this.#database.query(
      `INSERT INTO session_memory AS kept (session_id, scratchpad, noted_seq) SELECT id, $2::json, $3 FROM sessions WHERE id = $1
       ON CONFLICT (session_id) DO UPDATE SET scratchpad = EXCLUDED.scratchpad, noted_seq = EXCLUDED.noted_seq WHERE kept.noted_seq < EXCLUDED.noted_seq`,
      [sessionId, JSON.stringify(scratchpad), notedSeq],
    );
  }

  /** Keeps a summary, unless a later one is kept or what it stands for was forgotten while it was written. */
  async summarise(sessionId: string, { summary, summarySeq }: Pick<SessionMemory, 'summary' | 'summarySeq'>): Promise<void> {
    await this.#database.query(
      `INSERT INTO session_memory AS kept (session_id, summary, summary_seq) SELECT id, $2, $3 FROM sessions WHERE id = $1
       ON CONFLICT (session_id) DO UPDATE SET summary = EXCLUDED.summary, summary_seq = EXCLUDED.summary_seq
       WHERE kept.summary_seq < EXCLUDED.summary_seq`,
      [sessionId, summary, summarySeq],
    );
  }

  /** @param dueInMs time after which they are looked up again */
  async prefer(sessionId: string, preferences: Preferences, dueInMs: number): Promise<void> {
    await this.#database.query(
      `INSERT INTO session_memory AS kept (session_id, preferences, preferences_due)
       SELECT id, $2::json, now() + $3 * interval '1 millisecond' FROM sessions WHERE id = $1
       ON CONFLICT (session_id) DO UPDATE SET preferences = EXCLUDED.preferences, preferences_due = EXCLUDED.preferences_due
       WHERE kept.preferences_due < 'infinity'`,
      [sessionId, JSON.stringify(preferences), dueInMs],
    );
  }

  /** Nothing of what was said so far is told to a model again; preferences are not looked up again in this session. What was done stays on record. */
  async forget(sessionId: string): Promise<void> {
    await this.#database.query(
      `INSERT INTO session_memory AS kept (session_id, noted_seq, summary_seq, forgotten_seq, preferences_due)
       SELECT id, last_seq, last_seq, last_seq, 'infinity' FROM sessions WHERE id = $1
       ON CONFLICT (session_id) DO UPDATE SET scratchpad = '{}', summary = '', preferences = '{}', preferences_due = 'infinity',
         noted_seq = EXCLUDED.noted_seq, summary_seq = EXCLUDED.summary_seq, forgotten_seq = EXCLUDED.forgotten_seq`,
      [sessionId],
    );
  }

  /** What came of each change of the session and of those before it, oldest first. */
  async changes(sessionId: string, carried: readonly Change[]): Promise<Change[]> {
    return [...carried, ...(await readChanges(this.#database, sessionId))];
  }
}

/** Gives a session what another one knows: called in the transaction in which the one goes on from the other. */
export async function carryMemory(
  connection: Connection,
  from: string,
  { to, memory, changes }: { to: string; memory: SessionMemory; changes: Change[] },
) {
  await connection.query('UPDATE sessions SET continued_from = $1 WHERE id = $2', [from, to]);
  await connection.query(
    `INSERT INTO session_memory (session_id, scratchpad, noted_seq, summary, preferences, carried_changes)
     SELECT id, $2, last_seq, $3, $4, $5 FROM sessions WHERE id = $1
     ON CONFLICT (session_id) DO UPDATE SET scratchpad = EXCLUDED.scratchpad, noted_seq = EXCLUDED.noted_seq, summary = EXCLUDED.summary,
       preferences = EXCLUDED.preferences, carried_changes = EXCLUDED.carried_changes`,
    [to, JSON.stringify(memory.scratchpad), memory.summary, JSON.stringify(memory.preferences), JSON.stringify(changes)],
  );
}

/** The newest are enough: nobody clicks more cards in one conversation. */
const changesMax = 200;

type ChangeRow = { tool: string; summary: string; order_id: string | null; outcome: unknown; effect: string | null; card: string | null; at: Date };

async function readChanges(database: Database, sessionId: string): Promise<Change[]> {
  const { rows } = await database.query<ChangeRow>(
    `SELECT * FROM (
       SELECT tool, summary, args ->> 'order_id' AS order_id, outcome, status AS effect, NULL AS card, COALESCE(settled_at, planned_at) AS at
       FROM effects WHERE session_id = $1
       UNION ALL
       SELECT tool, card ->> 'message', args ->> 'order_id', NULL, NULL, status, COALESCE(settled_at, created_at)
       FROM interrupts WHERE session_id = $1 AND card #>> '{metadata,aiguy,effect}' = 'write' AND status NOT IN ('approved', 'submitted')
     ) AS change ORDER BY at DESC LIMIT $2`,
    [sessionId, changesMax],
  );
  return rows.toReversed().map(toChange);
}

function toChange({ tool, summary, order_id: orderId, outcome, effect, card, at }: ChangeRow): Change {
  return {
    tool,
    summary,
    object: orderId ?? referenceIn(outcome),
    outcome: effect === null ? cameOf(card) : doneBy(effect, outcome),
    at: at.toISOString(),
  };
}

function cameOf(card: string | null): Change['outcome'] {
  if (card === 'pending') return 'open';
  return card === 'expired' ? 'expired' : 'declined';
}

function doneBy(effect: string, outcome: unknown): Change['outcome'] {
  if (effect !== 'settled') return 'unknown';
  return outcome instanceof Object && 'ok' in outcome && outcome.ok === true ? 'done' : 'not done';
}

function referenceIn(outcome: unknown): string {
  const output = outcome instanceof Object && 'output' in outcome ? outcome.output : undefined;
  return output instanceof Object && 'reference' in output && typeof output.reference === 'string' ? output.reference : '';
}

function fromRow(row: Row): SessionMemory {
  return {
    scratchpad: { ...emptyScratchpad, ...row.scratchpad },
    notedSeq: row.noted_seq,
    summary: row.summary,
    summarySeq: row.summary_seq,
    preferences: withoutExpired(row.preferences, Date.now()),
    preferencesDue: row.preferences_due,
    carriedChanges: row.carried_changes,
    forgottenSeq: row.forgotten_seq,
  };
}

function withoutExpired(preferences: Preferences, nowMs: number): Preferences {
  return Object.fromEntries(Object.entries(preferences).filter(([, { expires_at: expiresAt }]) => Date.parse(expiresAt) > nowMs));
}
