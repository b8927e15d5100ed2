// A real WordPress on PHP's own server with a MariaDB of its own, for tests: everything in one temporary folder, stopped by pid.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { findProgram } from '../system-packages.ts';
import { ensureWordPressFiles } from './files.ts';
import { send } from './http.ts';
import type { Site } from './site.ts';

export type NativeWordPress = {
  url: string;
  /** Runs PHP code inside this WordPress and returns what it prints. */
  evaluate: (code: string) => string;
  stop: () => Promise<void>;
};

export type NativeOptions = {
  cacheDir: string;
  /** Without it, a site that has never seen the plugin. */
  pluginDir?: string;
  port: number;
  site: Site;
  log: (line: string) => void;
};

/** Each open stream holds a worker. */
const workers = 8;
const startTimeoutMs = 60_000;
const pollMs = 100;

export async function startNativeWordPress(options: NativeOptions): Promise<NativeWordPress> {
  const files = await ensureWordPressFiles(options);
  const folder = mkdtempSync(join(tmpdir(), 'aiguy-wordpress-'));
  const stops: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    const databasePort = await startMariadb(folder, stops);
    const root = join(folder, 'wordpress');
    installFiles({ root, files, folder, databasePort, options });
    const evaluate = (code: string) => php(root, `require '${root}/wp-load.php'; ${code}`);
    php(
      root,
      `define('WP_INSTALLING', true); require '${root}/wp-load.php'; require ABSPATH . 'wp-admin/includes/upgrade.php';
      wp_install('${options.site.siteTitle}', 'admin', 'admin@example.com', true, '', 'admin-test');`,
    );
    // Twice: the second pass runs with the plugin active and the new permalinks.
    evaluate('');
    evaluate('flush_rewrite_rules();');
    stops.push(await startPhpServer(root, options));
    return { url: options.site.siteUrl, evaluate, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startMariadb(folder: string, stops: (() => Promise<void>)[]): Promise<number> {
  const data = join(folder, 'database');
  mkdirSync(data);
  const user = process.getuid?.() === 0 ? ['--user=mysql'] : [];
  if (user.length > 0) spawnSync('chown', ['mysql', folder, data]);
  const installed = spawnSync('mariadb-install-db', [...user, `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'], {
    encoding: 'utf8',
  });
  if (installed.status !== 0) throw new Error(`mariadb-install-db failed: ${installed.stderr}`);
  const port = await freePort();
  const program = findProgram('mariadbd') ?? 'mariadbd';
  const socket = join(folder, 'database.sock');
  const child = spawn(
    program,
    [
      '--no-defaults',
      ...user,
      `--datadir=${data}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${socket}`,
      '--innodb-flush-log-at-trx-commit=0',
    ],
    { stdio: 'ignore' },
  );
  stops.push(async () => await end(child));
  await until(
    () => existsSync(socket) && spawnSync('mariadb', [`--socket=${socket}`, '-uroot', '-e', 'CREATE DATABASE IF NOT EXISTS wordpress']).status === 0,
    'MariaDB',
  );
  spawnSync('mariadb', [
    `--socket=${socket}`,
    '-uroot',
    '-e',
    "CREATE USER wordpress@'127.0.0.1' IDENTIFIED BY 'wordpress'; GRANT ALL ON wordpress.* TO wordpress@'127.0.0.1'",
  ]);
  return port;
}

type Files = { root: string; files: string; folder: string; databasePort: number; options: NativeOptions };

function installFiles({ root, files, folder, databasePort, options }: Files): void {
  cpSync(files, root, { recursive: true });
  if (options.pluginDir !== undefined) symlinkSync(options.pluginDir, join(root, 'wp-content', 'plugins', 'aiguy'));
  const siteFile = join(folder, 'site.json');
  writeFileSync(siteFile, JSON.stringify(options.site));
  mkdirSync(join(root, 'wp-content', 'mu-plugins'));
  cpSync(new URL('set-up-site.php', import.meta.url).pathname, join(root, 'wp-content', 'mu-plugins', 'set-up-site.php'));
  const constants = {
    DB_NAME: 'wordpress',
    DB_USER: 'wordpress',
    DB_PASSWORD: 'wordpress',
    DB_HOST: `127.0.0.1:${databasePort}`,
    WP_HOME: options.site.siteUrl,
    WP_SITEURL: options.site.siteUrl,
    AIGUY_SITE_FILE: siteFile,
    ...Object.fromEntries(
      ['AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT'].map((name) => [
        name,
        `test-${name}`,
      ]),
    ),
  };
  const defines = Object.entries(constants).map(([name, value]) => `define('${name}', '${value}');`);
  const flags =
    "define('WP_DEBUG', true); define('WP_DEBUG_DISPLAY', false); define('WP_DEBUG_LOG', true); define('DISABLE_WP_CRON', true); define('AUTOMATIC_UPDATER_DISABLED', true);";
  writeFileSync(
    join(root, 'wp-config.php'),
    `<?php\n${defines.join('\n')}\n${flags}\n$table_prefix = 'wp_';\nif (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');\nrequire_once ABSPATH . 'wp-settings.php';\n`,
  );
}

/** PHP's own server serves existing files itself; everything else goes to WordPress. */
const router = `<?php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$file = $_SERVER['DOCUMENT_ROOT'] . $path;
if (is_file($file)) return false;
if (is_dir($file) && is_file(rtrim($file, '/') . '/index.php') && $path !== '/') { $_SERVER['SCRIPT_NAME'] = rtrim($path, '/') . '/index.php'; require rtrim($file, '/') . '/index.php'; return true; }
$_SERVER['SCRIPT_NAME'] = '/index.php';
$_SERVER['PHP_SELF'] = '/index.php';
require $_SERVER['DOCUMENT_ROOT'] . '/index.php';
`;

async function startPhpServer(root: string, options: NativeOptions): Promise<() => Promise<void>> {
  const routerFile = join(root, '..', 'router.php');
  writeFileSync(routerFile, router);
  const child = spawn('php', ['-d', 'output_buffering=4096', '-S', `127.0.0.1:${options.port}`, '-t', root, routerFile], {
    cwd: root,
    env: { ...process.env, PHP_CLI_SERVER_WORKERS: String(workers) },
    stdio: 'ignore',
    detached: true,
  });
  await until(async () => (await send(`${options.site.siteUrl}/wp-login.php`).catch(() => undefined))?.status === 200, 'WordPress');
  // The workers are children of the server: the whole group ends.
  return async () => await end(child, true);
}

function php(root: string, code: string): string {
  const result = spawnSync('php', ['-r', `$_SERVER['HTTP_HOST'] = '127.0.0.1'; ${code}`], { cwd: root, encoding: 'utf8', timeout: startTimeoutMs });
  if (result.status !== 0) throw new Error(`PHP failed: ${result.stdout}${result.stderr}`);
  return result.stdout;
}

async function until(check: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadlineMs = Date.now() + startTimeoutMs;
  while (!(await check())) {
    if (Date.now() > deadlineMs) throw new Error(`${what} did not start within ${startTimeoutMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

async function end(child: ChildProcess, group = false): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  process.kill(group ? -child.pid : child.pid, 'SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exited;
  clearTimeout(timer);
}
