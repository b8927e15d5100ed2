// What the people of a site tell each other about a conversation.
import { randomUUID } from 'node:crypto';
import type { Database } from '@aiguy/manifests/database';
import type { StaffNote } from '@aiguy/manifests/generated/http';
import type { StaffAssertion } from '@aiguy/manifests/tokens';

const shownMax = 200;

export class StaffNotes {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async add(sessionId: string, { sub, name }: Pick<StaffAssertion, 'sub' | 'name'>, text: string): Promise<void> {
    await this.#database.query('INSERT INTO notes (id, session_id, author, author_name, text) VALUES ($1, $2, $3, $4, $5)', [
      randomUUID(),
      sessionId,
      sub,
      name ?? '',
      text,
    ]);
  }

  /** The newest of a conversation, oldest first. */
  async list(sessionId: string): Promise<StaffNote[]> {
    const { rows } = await this.#database.query<{ id: string; author_name: string; text: string; written_at: Date }>(
      'SELECT id, author_name, text, written_at FROM notes WHERE session_id = $1 ORDER BY written_at DESC LIMIT $2',
      [sessionId, shownMax],
    );
    return rows.map(({ id, author_name: name, text, written_at: at }) => ({ id, name, text, at: at.toISOString() })).toReversed();
  }
}
