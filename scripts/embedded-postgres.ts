// A Postgres with pgvector in this process (PGlite), served over the wire protocol on loopback: the services know only `pg`.
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import project from '../package.json' with { type: 'json' };
import { projectRoot } from './data-directory.ts';

export type EmbeddedPostgres = { url: string; stop: () => Promise<void> };

/** What a database in memory begins with: loaded once a day on a machine, and anew when one of the files that it is made from has changed. */
export type Content = {
  name: string;
  /** Globs in the project. */
  madeFrom: string[];
  load: (url: string) => Promise<void>;
};

/**
 * A service may open one connection: PGlite is one session, so a second one waits for the first anyway, and settings and locks of a session
 * are everybody's. Several processes with one connection each are well.
 */
export const embeddedConnectionsMax = 1;

/**
 * Starts one database.
 * @param options.dataDir where its files are kept; in memory when left out
 * @param options.port 0 or left out = a free one
 * @param options.content only in memory
 */
export async function startEmbeddedPostgres(options: { dataDir?: string; port?: number; content?: Content } = {}): Promise<EmbeddedPostgres> {
  if (options.dataDir) mkdirSync(options.dataDir, { recursive: true });
  const extensions = { vector };
  const database = await PGlite.create(
    options.dataDir
      ? { dataDir: options.dataDir, extensions }
      : { extensions, loadDataDir: options.content ? await clusterWith(options.content) : await emptyCluster() },
  );
  const server = new PGLiteSocketServer({ db: keepTogether(database), host: '127.0.0.1', port: options.port ?? 0, maxConnections: 40 });
  await server.start();
  return {
    url: `postgres://postgres:postgres@${server.getServerConn()}/postgres`,
    stop: async () => {
      await server.stop();
      await database.close();
    },
  };
}

/** An initialised cluster with nothing in it: making it takes four times as long as loading it. */
async function emptyCluster(): Promise<Blob> {
  return await keptCluster('empty', 'x', async () => {
    const database = await PGlite.create({ extensions: { vector } });
    const cluster = await database.dumpDataDir('none');
    await database.close();
    return cluster;
  });
}

async function clusterWith({ name, madeFrom, load }: Content): Promise<Blob> {
  return await keptCluster(name, digestOf(madeFrom), async () => {
    const database = await PGlite.create({ extensions: { vector }, loadDataDir: await emptyCluster() });
    const server = new PGLiteSocketServer({ db: keepTogether(database), host: '127.0.0.1', port: 0, maxConnections: 40 });
    await server.start();
    await load(`postgres://postgres:postgres@${server.getServerConn()}/postgres`);
    await server.stop();
    await database.exec('CHECKPOINT');
    const cluster = await database.dumpDataDir('none');
    await database.close();
    return cluster;
  });
}

async function keptCluster(name: string, digest: string, make: () => Promise<File | Blob>): Promise<Blob> {
  const folder = join(projectRoot, '.cache', 'postgres');
  const prefix = `${project.devDependencies['@electric-sql/pglite']}-${name}-`;
  const file = join(folder, `${prefix}${digest}.tar`);
  const kept = await readFile(file).catch(() => undefined);
  if (kept) return new Blob([kept]);
  const cluster = await make();
  await mkdir(folder, { recursive: true });
  const former = globSync(`${prefix}*.tar`, { cwd: folder });
  // Under another name first, so that nobody reads half of it.
  await writeFile(`${file}.${process.pid}`, Buffer.from(await cluster.arrayBuffer()));
  await rename(`${file}.${process.pid}`, file);
  for (const one of former) if (join(folder, one) !== file) await rm(join(folder, one), { force: true });
  return cluster;
}

function digestOf(globs: string[]): string {
  const hash = createHash('sha256').update(new Date().toISOString().slice(0, 10));
  for (const path of globSync(globs, { cwd: projectRoot, exclude: (name) => name === 'node_modules' }).sort()) {
    const file = join(projectRoot, path);
    hash.update(`${path}\0`).update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex').slice(0, 24);
}

/** Message types that end what a client asks for at once: Query and Sync. All others of the extended protocol leave it open. */
const endsRequest = new Set(['Q', 'S'].map((type) => type.charCodeAt(0)));
const continuesRequest = new Set(['P', 'B', 'D', 'E', 'C', 'H'].map((type) => type.charCodeAt(0)));

/**
 * The socket server lets the messages of its clients alternate, except in a transaction: the unnamed statement of one would be bound by another.
 * It is told that a transaction goes on for as long as a request is not at its end.
 */
function keepTogether(database: PGlite): PGlite {
  let open = false;
  const execProtocolRawStream: PGlite['execProtocolRawStream'] = async (message, options) => {
    const [type = 0] = message;
    if (endsRequest.has(type)) open = false;
    else if (continuesRequest.has(type)) open = true;
    return await database.execProtocolRawStream(message, options);
  };
  // Called for a client that went away in the middle of something.
  const exec: PGlite['exec'] = async (query, options) => {
    open = false;
    return await database.exec(query, options);
  };
  const replaced: Partial<PGlite> = { execProtocolRawStream, exec, isInTransaction: () => open || database.isInTransaction() };
  return new Proxy(database, {
    get: (target, name) => {
      const value: unknown = Reflect.get(name in replaced ? replaced : target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
