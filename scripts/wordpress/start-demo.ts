// The WordPress of npm start: PHP compiled to WebAssembly (WordPress Playground) with SQLite, so that no PHP and no database server is needed.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { JWK } from 'jose';
import { ensureWordPressFiles, type FilesOptions } from './files.ts';
import { send } from './http.ts';
import type { Site } from './site.ts';

export type DemoWordPress = { url: string; stop: () => Promise<void> };
export type DemoWordPressOptions = {
  dataDir: string;
  port: number;
  pluginDir: string;
  /** Private Ed25519 key with which the site signs assertions. */
  signingKey: JWK;
  site: Site;
  log: (line: string) => void;
  signal: AbortSignal;
  /** Of PHP, such as «8.1». */
  php?: string;
  workers?: number;
  release?: FilesOptions['release'];
};

const playgroundVersion = '3.1.56';
/** Each open stream holds a worker; with fewer than six Playground warns of deadlocks on file locks. */
const workersOfDemo = 6;
/** That Playground has. */
const newestPhp = '8.5';
const installTimeoutMs = 600_000;
const startTimeoutMs = 180_000;
const pollMs = 250;

export async function startDemoWordPress(options: DemoWordPressOptions): Promise<DemoWordPress> {
  const cacheDir = join(options.dataDir, 'cache');
  const files = await ensureWordPressFiles({ cacheDir, log: options.log, release: options.release });
  const playground = await ensurePlayground({ cacheDir, log: options.log });
  const root = join(options.dataDir, 'wordpress-site');
  installFiles(root, files, options);
  options.log('starting WordPress …');
  const log = join(options.dataDir, 'logs', 'wordpress.log');
  const mounts = [
    '--mount-before-install',
    `${root}:/wordpress`,
    '--mount-before-install',
    `${options.pluginDir}:/wordpress/wp-content/plugins/aiguy`,
  ];
  const args = [
    'server',
    '--port',
    String(options.port),
    '--site-url',
    options.site.siteUrl,
    '--php',
    options.php ?? newestPhp,
    '--workers',
    String(options.workers ?? workersOfDemo),
  ];
  const command = [playground, ...args, '--wordpress-install-mode', 'install-from-existing-files-if-needed', ...mounts];
  const child = spawn(process.execPath, command, { cwd: options.dataDir, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk.toString('utf8')));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    const timer = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), 5000);
    await exited;
    clearTimeout(timer);
    writeFileSync(log, output.join(''));
  };
  const hasExited = new AbortController();
  void exited.then(() => hasExited.abort());
  const outcome = await Promise.race([exited.then(() => 'exited' as const), ready(options, hasExited.signal)]);
  if (outcome !== 'ready') {
    await stop();
    throw new Error(`WordPress did not start (${outcome}); see ${log}.`);
  }
  return { url: options.site.siteUrl, stop };
}

export function isPlaygroundInstalled(cacheDir: string): boolean {
  return existsSync(join(playgroundFolder(cacheDir), '.complete'));
}

/**
 * Installed on first use: with all its PHP versions it is far larger than the rest of the project.
 * @returns the path of its command
 * @throws Error when the npm registry is not reached
 */
export async function ensurePlayground(options: { cacheDir: string; log: (line: string) => void }): Promise<string> {
  const folder = playgroundFolder(options.cacheDir);
  const entry = join(folder, 'node_modules', '@wp-playground', 'cli', 'wp-playground.js');
  if (isPlaygroundInstalled(options.cacheDir)) return entry;
  options.log('installing WordPress Playground (PHP without PHP, about 700 MB, once) …');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
  const child = spawn('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', `@wp-playground/cli@${playgroundVersion}`], {
    cwd: folder,
    env: { ...process.env, PATH },
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: installTimeoutMs,
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', resolve);
  });
  if (code !== 0) throw new Error('WordPress Playground could not be installed from the npm registry.');
  writeFileSync(join(folder, '.complete'), '');
  return entry;
}

function playgroundFolder(cacheDir: string): string {
  return join(cacheDir, `playground-${playgroundVersion}`);
}

/** The site's own copy of WordPress: its database and uploads are kept in it from one start to the next. */
function installFiles(root: string, files: string, { site, signingKey }: DemoWordPressOptions): void {
  if (!existsSync(join(root, 'wp-load.php'))) cpSync(files, root, { recursive: true });
  mkdirSync(join(root, 'wp-content', 'mu-plugins'), { recursive: true });
  mkdirSync(join(root, 'wp-content', 'plugins', 'aiguy'), { recursive: true });
  writeFileSync(join(root, 'wp-content', 'site.json'), JSON.stringify(site));
  cpSync(new URL('set-up-site.php', import.meta.url).pathname, join(root, 'wp-content', 'mu-plugins', 'set-up-site.php'));
  writeFileSync(join(root, 'wp-content', 'mu-plugins', '0-site-file.php'), "<?php\ndefine( 'AIGUY_SITE_FILE', WP_CONTENT_DIR . '/site.json' );\n");
  // The private member of an Ed25519 JWK is the seed.
  const seed = Buffer.from(signingKey.d ?? '', 'base64url').toString('base64');
  writeFileSync(join(root, 'wp-content', 'mu-plugins', '0-signing-key.php'), `<?php\ndefine( 'AIGUY_SIGNING_KEY', '${seed}' );\n`, { mode: 0o600 });
}

/** The first answers set the site up; it is ready when the page carries the chat. */
async function ready(options: DemoWordPressOptions, hasExited: AbortSignal): Promise<'ready' | 'timeout' | 'stopped'> {
  const deadlineMs = Date.now() + startTimeoutMs;
  while (Date.now() < deadlineMs) {
    if (options.signal.aborted || hasExited.aborted) return 'stopped';
    const page = await send(`${options.site.siteUrl}/${options.site.chatPage.slug}/`).catch(() => undefined);
    if (page?.status === 200 && page.text.includes('data-aiguy=')) return 'ready';
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return 'timeout';
}
