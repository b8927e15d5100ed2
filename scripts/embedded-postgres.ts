// A Postgres with pgvector in this process (PGlite), served over the wire protocol on loopback: the services know only `pg`.
import { mkdirSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

export type EmbeddedPostgres = { url: string; stop: () => Promise<void> };

/**
 * A client may open one connection. PGlite is one session, and its socket server lets the messages of several connections alternate:
 * the unnamed statement of one would be bound by another.
 */
export const embeddedConnectionsMax = 1;

/**
 * Starts one database.
 * @param options.dataDir where its files are kept; in memory when left out
 * @param options.port 0 or left out = a free one
 */
export async function startEmbeddedPostgres(options: { dataDir?: string; port?: number } = {}): Promise<EmbeddedPostgres> {
  if (options.dataDir) mkdirSync(options.dataDir, { recursive: true });
  const extensions = { vector };
  const database = await PGlite.create(options.dataDir ? { dataDir: options.dataDir, extensions } : { extensions });
  const server = new PGLiteSocketServer({ db: database, host: '127.0.0.1', port: options.port ?? 0, maxConnections: 40 });
  await server.start();
  return {
    url: `postgres://postgres:postgres@${server.getServerConn()}/postgres`,
    stop: async () => {
      await server.stop();
      await database.close();
    },
  };
}
