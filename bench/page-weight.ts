// What a page with the chat loads, gzip: ours and WordPress' own apart, before a click and after.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { dataDirectory, projectRoot } from '../scripts/data-directory.ts';

/** extrasGzipBytes: what comes after the chat's first view. */
export type PageWeight = { launcherGzipBytes: number; chatGzipBytes: number; extrasGzipBytes: number; wordpressGzipBytes: number | null };

const build = join(projectRoot, 'wp-plugin', 'build');
/** The scripts of WordPress behind the handles that the chat names, with what these need in turn. */
const wordpressFiles: Record<string, string[]> = {
  react: ['dist/vendor/react.min.js'],
  'react-dom': ['dist/vendor/react-dom.min.js'],
  'react-jsx-runtime': ['dist/vendor/react-jsx-runtime.min.js'],
  'wp-element': ['dist/vendor/react.min.js', 'dist/vendor/react-dom.min.js', 'dist/escape-html.min.js', 'dist/element.min.js'],
  'wp-i18n': ['dist/hooks.min.js', 'dist/i18n.min.js'],
  'wp-api-fetch': ['dist/url.min.js', 'dist/api-fetch.min.js'],
};

export function pageWeight(): PageWeight {
  const tree = join(dataDirectory(), 'cache', 'wordpress', 'wp-includes', 'js');
  const asset = readFileSync(join(build, 'chat.asset.php'), 'utf8');
  const handles = [...asset.matchAll(/'((?:wp-|react)[a-z-]*)'/g)].map(([, handle]) => handle ?? '');
  const files = [...new Set(handles.flatMap((handle) => wordpressFiles[handle] ?? []))];
  return {
    launcherGzipBytes: gzipBytes(join(build, 'launcher.js')),
    chatGzipBytes: gzipBytes(join(build, 'chat.js')) + gzipBytes(join(build, 'chat.css')),
    extrasGzipBytes: gzipBytes(join(build, 'extras.js')) + gzipBytes(join(build, 'extras.css')),
    wordpressGzipBytes: existsSync(tree) ? files.reduce((sum, file) => sum + gzipBytes(join(tree, file)), 0) : null,
  };
}

function gzipBytes(file: string): number {
  return gzipSync(readFileSync(file), { level: 9 }).length;
}
