// A real WordPress for tests, behind the server, on the database and in the layout that the test wants: all in temporary folders, stopped by pid.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { asAccount, webAccount } from './account.ts';
import { ensureWordPressFiles, type FilesOptions } from './files.ts';
import { type Mariadb, startMariadb } from './mariadb.ts';
import { type Stop, startTimeoutMs } from './processes.ts';
import type { Site } from './site.ts';
import { ensurePlayground } from './start-demo.ts';
import { type Layout, plantTree, type Tree } from './tree.ts';
import { compiledOnce, type Host, startWebServer } from './web-server.ts';

export type NativeWordPress = {
  url: string;
  /** Where its files are. */
  tree: Tree;
  /** Runs PHP code inside this WordPress and returns what it prints. @param path whose site of a network, such as «/two/» */
  evaluate: (code: string, path?: string) => string;
  /** Puts it behind another server, at the same address. */
  serveBehind: (host: Host) => Promise<void>;
  stop: Stop;
};

export type NativeOptions = {
  cacheDir: string;
  /** Without it, a site that has never seen the plugin. */
  pluginDir?: string;
  port: number;
  /** Its address may have a path: then WordPress is at home there. */
  site: Site;
  log: (line: string) => void;
  host?: Host;
  /** A MariaDB that outlives this site, SQLite, or (left out) a MariaDB of its own. */
  database?: Mariadb | 'sqlite';
  layout?: Layout;
  /** How many requests PHP serves at once. */
  workers?: number;
  /** The newest WordPress at hand when left out. */
  release?: FilesOptions['release'];
};

const sqliteFolder = 'plugin-sqlite-database-integration';

export async function startNativeWordPress(options: NativeOptions): Promise<NativeWordPress> {
  const files = await ensureWordPressFiles(options);
  const sqlite = options.database === 'sqlite' ? await sqliteDropIn(options) : undefined;
  const folder = mkdtempSync(join(tmpdir(), 'aiguy-wordpress-'));
  const stops: Stop[] = [async () => rmSync(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  const { layout = {}, site, port, workers = 8, host = 'php' } = options;
  const account = webAccount();
  try {
    const database = sqlite ? { DB_NAME: 'wordpress', DB_DIR: join(folder, 'web', '.database') } : await ownDatabase(options, stops);
    const tree = plantTree({ ...options, files, folder, layout, account, database, sqlite });
    install(tree, site);
    const load = `require '${join(tree.core, 'wp-load.php')}';`;
    const evaluate = (code: string, path = tree.homePath) => runPhp({ tree, url: site.siteUrl, path, code: `${load} ${code}` });
    // Twice: the second pass runs with the plugin active and the new permalinks.
    evaluate('');
    evaluate('flush_rewrite_rules();');
    let stopServer: Stop = async () => undefined;
    stops.push(async () => await stopServer());
    const serveBehind = async (next: Host) => {
      await stopServer();
      const probe = `${site.siteUrl}${layout.subdirectory ? '/wp' : ''}/wp-login.php`;
      stopServer = await startWebServer({ host: next, port, tree, folder, account, workers, probe });
    };
    await serveBehind(host);
    return { url: site.siteUrl, tree, evaluate, serveBehind, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function ownDatabase({ database }: NativeOptions, stops: Stop[]): Promise<Record<string, string>> {
  const mariadb = typeof database === 'object' ? database : await startMariadb();
  if (mariadb !== database) stops.push(mariadb.stop);
  const name = `wordpress_${crypto.randomUUID().slice(0, 8)}`;
  mariadb.create(name);
  return { DB_NAME: name, DB_USER: 'wordpress', DB_PASSWORD: 'wordpress', DB_HOST: `127.0.0.1:${mariadb.port}` };
}

/** SQLite speaks WordPress' SQL through a drop-in, which comes with Playground. */
async function sqliteDropIn(options: NativeOptions): Promise<string> {
  const target = join(options.cacheDir, sqliteFolder);
  if (existsSync(target)) return target;
  const zip = join(dirname(await ensurePlayground(options)), 'sqlite-database-integration.zip');
  const unfinished = mkdtempSync(join(options.cacheDir, 'sqlite-'));
  const unzipped = spawnSync('unzip', ['-q', zip, '-d', unfinished], { encoding: 'utf8' });
  if (unzipped.status !== 0) throw new Error(`The SQLite drop-in could not be unpacked: ${unzipped.stderr}`);
  if (!existsSync(target)) renameSync(join(unfinished, sqliteFolder), target);
  rmSync(unfinished, { recursive: true, force: true });
  return target;
}

function install(tree: Tree, site: Site): void {
  const load = `require '${join(tree.core, 'wp-load.php')}'; require ABSPATH . 'wp-admin/includes/upgrade.php';`;
  // A network's addresses are in its tables, and only the first one is known here.
  const address = tree.multisite ? `define('WP_SITEURL', '${site.siteUrl}');` : '';
  const single = "define('WP_INSTALLING', true); define('AIGUY_SINGLE_SITE', true);";
  const here = { tree, url: site.siteUrl, path: tree.homePath };
  // It would ask for a page of the site, which is not served yet.
  const offline = "add_filter('pre_http_request', static fn() => new WP_Error('offline'));";
  runPhp({
    ...here,
    code: `${single} ${address} ${load} ${offline} wp_install('${site.siteTitle}', 'admin', 'admin@example.com', true, '', 'admin-test');`,
  });
  if (!tree.multisite) return;
  const tables = "$wpdb->set_prefix($wpdb->base_prefix); foreach ($wpdb->tables('ms_global') as $table => $name) $wpdb->$table = $name;";
  const network = `install_network(); populate_network(1, '${new URL(site.siteUrl).host}', 'admin@example.com', 'Network', '${tree.homePath}', false);`;
  runPhp({ ...here, code: `define('AIGUY_SINGLE_SITE', true); ${load} ${tables} ${network}` });
}

type Run = { tree: Tree; url: string; path: string; code: string };

function runPhp({ tree, url, path, code }: Run): string {
  const request = `$_SERVER['HTTP_HOST'] = '${new URL(url).host}'; $_SERVER['REQUEST_URI'] = '${path}';`;
  const options = { cwd: tree.core, encoding: 'utf8', timeout: startTimeoutMs, ...asAccount(webAccount()) } as const;
  const result = spawnSync('php', [...compiledOnce(tree), '-r', `${request} ${code}`], options);
  if (result.status !== 0) throw new Error(`PHP failed: ${result.stdout}${result.stderr}`);
  return result.stdout;
}
