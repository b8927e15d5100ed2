// The two databases in one real Postgres, for suites that need root.
import pg from 'pg';
import { startNativePostgres } from '../../scripts/native-postgres.ts';
import type { Databases } from './world.ts';

export async function startRealDatabases(): Promise<Databases> {
  const server = await startNativePostgres();
  const urls = await createDatabases(server.url);
  return { ...urls, stop: server.stop };
}

export async function createDatabases(url: string): Promise<{ sessions: string; shop: string }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const name of ['sessions', 'shop']) await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return { sessions: urlOf(url, 'sessions'), shop: urlOf(url, 'shop') };
}

function urlOf(url: string, name: string): string {
  const of = new URL(url);
  of.pathname = `/${name}`;
  return of.href;
}
