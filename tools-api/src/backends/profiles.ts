// What customers and visitors told us about themselves. Each preference is typed by the manifests, expires by itself, and can be erased.
import type { Database } from '@aiguy/manifests/database';
import type { Queryable } from './shop.ts';

export const preferenceDays = 180;

export type Preference = { name: string; value: unknown; expires_at: Date };

export type Profiles = {
  /** @param owner see owner.ts */
  read: (owner: string) => Promise<Preference[]>;
  /** In a transaction of the caller's. */
  within: (connection: Queryable) => {
    /** Sets what has a value, for 180 days from now, and erases what is null. @returns what is kept afterwards */
    change: (owner: string, changes: Readonly<Record<string, unknown>>) => Promise<Preference[]>;
  };
};

export function createProfiles(database: Database): Profiles {
  return {
    read: async (owner) => await read(database, owner),
    within: (connection) => ({
      change: async (owner, changes) => {
        for (const [name, value] of Object.entries(changes)) {
          if (value === null) await connection.query('DELETE FROM preferences WHERE owner = $1 AND name = $2', [owner, name]);
          else await keep(connection, owner, { name, value });
        }
        return await read(connection, owner);
      },
    }),
  };
}

async function read(database: Queryable, owner: string): Promise<Preference[]> {
  const { rows } = await database.query<Preference>(
    'SELECT name, value, expires_at FROM preferences WHERE owner = $1 AND expires_at > now() ORDER BY name',
    [owner],
  );
  return rows;
}

async function keep(connection: Queryable, owner: string, { name, value }: { name: string; value: unknown }): Promise<void> {
  await connection.query(
    `INSERT INTO preferences (owner, name, value, expires_at) VALUES ($1, $2, $3, now() + $4 * interval '1 day')
     ON CONFLICT (owner, name) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`,
    [owner, name, JSON.stringify(value), preferenceDays],
  );
}
