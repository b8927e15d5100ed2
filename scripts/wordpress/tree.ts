// The files of one WordPress under test: where its core, its content and its configuration lie, as its layout wants it.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Account, asAccount } from './account.ts';
import type { Site } from './site.ts';

export type Layout = {
  /** A network whose further sites lie in folders. */
  multisite?: boolean;
  /** The core in the folder «wp» below the home address, so that home and site address differ. */
  subdirectory?: boolean;
  /** No rewriting: addresses are queries. */
  plainPermalinks?: boolean;
  /** wp-content outside of the core, under another name. */
  movedContent?: boolean;
};

export type Tree = {
  /** What the web server serves. */
  documentRoot: string;
  /** Where WordPress is at home below it; ends in a slash, as in its address. */
  homePath: string;
  /** The folder of wp-load.php. */
  core: string;
  content: string;
  multisite: boolean;
  /** Where PHP keeps what it has compiled, for the next process. */
  compiled: string;
};

export type TreeOptions = {
  files: string;
  folder: string;
  pluginDir?: string;
  site: Site;
  layout: Layout;
  account: Account | undefined;
  /** Constants of wp-config.php that say where the database is. */
  database: Record<string, string>;
  /** The drop-in for SQLite, unpacked. */
  sqlite: string | undefined;
};

const secrets = ['AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT'];

export function plantTree(options: TreeOptions): Tree {
  const { folder, layout, site, account } = options;
  const documentRoot = join(folder, 'web');
  const homePath = `${new URL(site.siteUrl).pathname.replace(/\/$/, '')}/`;
  const home = join(documentRoot, homePath);
  const core = layout.subdirectory ? join(home, 'wp') : home;
  // PHP keeps nothing of a file that has just changed.
  cpSync(options.files, core, { recursive: true, preserveTimestamps: true });
  if (layout.subdirectory) {
    const index = readFileSync(join(core, 'index.php'), 'utf8');
    writeFileSync(join(home, 'index.php'), index.replace("'/wp-blog-header.php'", "'/wp/wp-blog-header.php'"));
  }
  const content = layout.movedContent ? join(home, 'media') : join(core, 'wp-content');
  if (layout.movedContent) renameSync(join(core, 'wp-content'), content);
  const compiled = join(folder, 'compiled');
  const tree = { documentRoot, homePath, core, content, multisite: layout.multisite ?? false, compiled };
  addContent(tree, options);
  writeConfig(tree, options);
  const written = [join(folder, 'tmp'), compiled];
  for (const one of written) mkdirSync(one);
  if (account) spawnSync('chown', ['-R', `${account.name}:${account.group}`, documentRoot, ...written]);
  // Another account than its owner goes through it.
  chmodSync(folder, 0o755);
  return tree;
}

function addPlugin(plugin: string, pluginDir: string, account: Account | undefined): void {
  const isReadable = spawnSync('test', ['-r', join(pluginDir, 'aiguy.php')], asAccount(account)).status === 0;
  if (isReadable) symlinkSync(pluginDir, plugin);
  else {
    mkdirSync(plugin);
    for (const part of ['aiguy.php', 'template.php', 'uninstall.php', 'includes', 'assets', 'build', 'languages'])
      cpSync(join(pluginDir, part), join(plugin, part), { recursive: true });
  }
}

function addContent({ content }: Tree, { pluginDir, account, sqlite, folder, site, layout }: TreeOptions): void {
  if (pluginDir !== undefined) addPlugin(join(content, 'plugins', 'aiguy'), pluginDir, account);
  writeFileSync(join(folder, 'site.json'), JSON.stringify({ ...site, ...(layout.plainPermalinks ? { permalinks: '' } : {}) }));
  mkdirSync(join(content, 'mu-plugins'));
  cpSync(new URL('set-up-site.php', import.meta.url).pathname, join(content, 'mu-plugins', 'set-up-site.php'));
  if (sqlite) {
    // The account that serves the site may be shut out of where it was unpacked.
    const own = join(content, 'mu-plugins', 'sqlite');
    cpSync(sqlite, own, { recursive: true, dereference: true });
    const dropIn = readFileSync(join(own, 'db.copy'), 'utf8').replaceAll('{SQLITE_IMPLEMENTATION_FOLDER_PATH}', own);
    writeFileSync(join(content, 'db.php'), dropIn);
  }
}

function writeConfig(tree: Tree, { folder, site, layout, database }: TreeOptions): void {
  const { host } = new URL(site.siteUrl);
  const constants: Record<string, string | boolean | number> = {
    ...database,
    ...Object.fromEntries(secrets.map((name) => [name, `test-${name}`])),
    ...(layout.multisite ? {} : { WP_HOME: site.siteUrl, WP_SITEURL: layout.subdirectory ? `${site.siteUrl}/wp` : site.siteUrl }),
    ...(layout.movedContent ? { WP_CONTENT_DIR: tree.content, WP_CONTENT_URL: `${site.siteUrl}/media` } : {}),
    AIGUY_SITE_FILE: join(folder, 'site.json'),
    WP_TEMP_DIR: join(folder, 'tmp'),
    WP_DEBUG: true,
    WP_DEBUG_DISPLAY: false,
    WP_DEBUG_LOG: true,
    DISABLE_WP_CRON: true,
    AUTOMATIC_UPDATER_DISABLED: true,
  };
  const network: Record<string, string | boolean | number> = {
    MULTISITE: true,
    SUBDOMAIN_INSTALL: false,
    DOMAIN_CURRENT_SITE: host,
    PATH_CURRENT_SITE: tree.homePath,
    SITE_ID_CURRENT_SITE: 1,
    BLOG_ID_CURRENT_SITE: 1,
  };
  const defines = (named: typeof constants) =>
    Object.entries(named)
      .map(([name, value]) => `define('${name}', ${typeof value === 'string' ? `'${value}'` : value});\n`)
      .join('');
  // A network is made of a single site: while that is installed, it is none yet.
  const multisite = layout.multisite ? `if (!defined('AIGUY_SINGLE_SITE')) {\n${defines(network)}}\n` : '';
  writeFileSync(
    join(tree.core, 'wp-config.php'),
    `<?php\n${defines(constants)}${multisite}$table_prefix = 'wp_';\nif (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');\nrequire_once ABSPATH . 'wp-settings.php';\n`,
  );
}
