// The page that a visitor is on: asked of his browser when a tool wants to know, taken once, and not kept.
import { randomBytes } from 'node:crypto';
import type { Database } from '@aiguy/manifests/database';
import type { PageSnapshot } from '@aiguy/manifests/generated/http';

/** A browser answers at once or not at all; the turn has other things to do. */
const answerTimeoutMs = 2000;
const lookEveryMs = 100;
/** Requests that nobody took, such as after a crash. */
const forgottenAfterS = 60;

export class Pages {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @returns the id under which a browser may answer, once */
  async ask(sessionId: string): Promise<string> {
    const id = randomBytes(18).toString('base64url');
    await this.#database.query(`DELETE FROM page_requests WHERE session_id = $1 AND created_at < now() - $2 * interval '1 second'`, [
      sessionId,
      forgottenAfterS,
    ]);
    await this.#database.query('INSERT INTO page_requests (id, session_id) VALUES ($1, $2)', [id, sessionId]);
    return id;
  }

  /** @returns false when the session has not been asked, or the answer comes too late or again */
  async answer(sessionId: string, id: string, page: PageSnapshot): Promise<boolean> {
    const { rowCount } = await this.#database.query('UPDATE page_requests SET page = $3 WHERE id = $1 AND session_id = $2 AND page IS NULL', [
      id,
      sessionId,
      JSON.stringify(page),
    ]);
    return rowCount === 1;
  }

  /** Waits for the answer; undefined when none comes in time. Nothing of it is left behind. */
  async take(id: string, signal: AbortSignal): Promise<PageSnapshot | undefined> {
    const end = AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]);
    try {
      while (!end.aborted) {
        const { rows } = await this.#database.query<{ page: PageSnapshot | null }>('SELECT page FROM page_requests WHERE id = $1', [id]);
        if (rows[0]?.page) return rows[0].page;
        await rest(end);
      }
      return undefined;
    } finally {
      await this.#database.query('DELETE FROM page_requests WHERE id = $1', [id]);
    }
  }
}

async function rest(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, lookEveryMs);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
