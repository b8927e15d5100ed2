// A MariaDB of its own, in a temporary folder and on a free port; any number of sites may have a database in it.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { findProgram } from '../system-packages.ts';
import { until } from '../until.ts';
import { end, type Stop } from './processes.ts';

export type Mariadb = {
  port: number;
  /** Makes a database that the user «wordpress» (password the same) may use. */
  create: (name: string) => void;
  stop: Stop;
};

export async function startMariadb(): Promise<Mariadb> {
  const folder = mkdtempSync(join(tmpdir(), 'aiguy-mariadb-'));
  const [data, temporary] = [join(folder, 'data'), join(folder, 'tmp')];
  for (const one of [data, temporary]) mkdirSync(one);
  const user = process.getuid?.() === 0 ? ['--user=mysql'] : [];
  if (user.length > 0) spawnSync('chown', ['-R', 'mysql', folder]);
  // A server that starts removes what others keep in the same folder for temporary tables.
  const folders = [`--datadir=${data}`, `--tmpdir=${temporary}`];
  const options = [...user, ...folders, '--auth-root-authentication-method=normal', '--skip-test-db'];
  const installed = spawnSync('mariadb-install-db', options, { encoding: 'utf8', env: { ...process.env, TMPDIR: temporary } });
  if (installed.status !== 0) throw new Error(`mariadb-install-db failed: ${installed.stderr}`);
  const port = await freePort();
  const socket = join(data, 'database.sock');
  const own = [...folders, `--port=${port}`, '--bind-address=127.0.0.1', `--socket=${socket}`, '--innodb-flush-log-at-trx-commit=0'];
  const child = spawn(findProgram('mariadbd') ?? 'mariadbd', ['--no-defaults', ...user, ...own], { stdio: 'ignore' });
  const stop = async () => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const ask = (sql: string) => spawnSync('mariadb', [`--socket=${socket}`, '-uroot', '-e', sql]).status === 0;
  try {
    await until(() => existsSync(socket) && ask("CREATE USER wordpress@'127.0.0.1' IDENTIFIED BY 'wordpress'"), 'MariaDB');
  } catch (error) {
    await stop();
    throw error;
  }
  const create = (name: string) => {
    if (!ask(`CREATE DATABASE \`${name}\`; GRANT ALL ON \`${name}\`.* TO wordpress@'127.0.0.1'`)) throw new Error(`no database ${name}`);
  };
  return { port, create, stop };
}
