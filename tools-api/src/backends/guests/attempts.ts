// Counts what guests guess wrong and what they are mailed, over an hour, in Postgres: a guess is put down before it is looked at, so that a hundred at
// once are a hundred.
import type { Database } from '@aiguy/manifests/database';

const countedForMs = 3_600_000;

export type Attempt = { ids: string[]; isBeyond: boolean };

export type Attempts = {
  /**
   * Puts an attempt down for each of the keys.
   * @param options.max how many an hour a key may have
   * @returns isBeyond when one of the keys has more than that now, this one included
   */
  add: (keys: readonly string[], options: { max: number }) => Promise<Attempt>;
  /** Takes back what doesn't count; an empty attempt is none. */
  takeBack: (ids: readonly string[]) => Promise<void>;
};

export function createAttempts(database: Database, nowMs: () => number): Attempts {
  return {
    add: async (keys, { max }) => {
      const now = new Date(nowMs());
      const added = await database.query<{ id: string }>(
        'INSERT INTO guest_attempts (counted_for, at) SELECT key, $2 FROM unnest($1::text[]) AS key RETURNING id',
        [keys, now],
      );
      // A statement of its own: it sees what others have put down meanwhile.
      const { rows } = await database.query<{ most: number }>(
        `SELECT coalesce(max(number), 0)::int AS most
         FROM (SELECT count(*) AS number FROM guest_attempts WHERE counted_for = ANY($1) AND at > $2 GROUP BY counted_for) AS counted`,
        [keys, new Date(now.getTime() - countedForMs)],
      );
      return { ids: added.rows.map(({ id }) => id), isBeyond: (rows[0]?.most ?? 0) > max };
    },
    takeBack: async (ids) => {
      await database.query('DELETE FROM guest_attempts WHERE id = ANY($1::bigint[])', [ids]);
    },
  };
}
