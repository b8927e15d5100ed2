// Packs the plugin as a site gets it: the same tree makes the same bytes, on any machine and at any time.
import { createHash } from 'node:crypto';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Zippable, zipSync } from 'fflate';
import { projectRoot } from './data-directory.ts';

export const zipBytesMax = 1_048_576;

export type PluginZip = { bytes: Uint8Array; sha256: string; entries: string[] };

const folder = join(projectRoot, 'wp-plugin');
const slug = 'aiguy';
/** What a site needs, and the source of what is built (the plugin directory wants it readable). */
const packed = ['aiguy.php', 'uninstall.php', 'readme.txt', 'template.php', 'wpml-config.xml', 'assets', 'build', 'includes', 'languages', 'src'];
const leftOut = [
  '.wordpress-org',
  'README.md',
  'aiguy.zip',
  'node_modules',
  'package.json',
  'phpcs.xml.dist',
  'tests',
  'tsconfig.json',
  'webpack.config.js',
];
const unwanted = /(^|\/)\.|\.(test|fixture)\.tsx?$|\.d\.ts$|\.map$|\.po$/;
/** Zip knows the reader's own clock only; fflate reads the local one, so that this is the same moment everywhere. */
const mtime = new Date(1980, 0, 1);
const mode = 0o100644;

/** @throws Error when a file of the plugin is neither packed nor left out, or when the zip is too large */
export function packPlugin(): PluginZip {
  const unknown = readdirSync(folder).filter((name) => !packed.includes(name) && !leftOut.includes(name));
  if (unknown.length > 0) throw new Error(`Say in scripts/pack-plugin.ts whether the zip holds ${unknown.join(', ')} of wp-plugin.`);
  const entries = [...packed.flatMap(filesOf), 'LICENSE'].sort();
  const files: Zippable = {};
  for (const entry of entries) {
    const file = entry === 'LICENSE' ? join(projectRoot, entry) : join(folder, entry);
    files[`${slug}/${entry}`] = [readFileSync(file), { level: 9, mtime, os: 3, attrs: mode << 16 }];
  }
  const bytes = zipSync(files);
  if (bytes.length > zipBytesMax) throw new Error(`The zip has ${bytes.length} bytes, ${zipBytesMax} are allowed.`);
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex'), entries };
}

function filesOf(name: string): string[] {
  const files = globSync([name, `${name}/**/*`], { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) =>
    join(entry.parentPath, entry.name)
      .slice(folder.length + 1)
      .replaceAll('\\', '/'),
  );
  return paths.filter((path) => !unwanted.test(path));
}
