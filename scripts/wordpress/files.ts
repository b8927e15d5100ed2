// The files of a real WordPress, had once and kept: from wordpress.org where it is reached, from Debian's packages or the npm registry otherwise.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The newest, and the oldest that the plugin says it needs: of 6.6 the npm registry has the third release candidate, a week older than the release. */
const releases = {
  newest: { tree: 'wordpress', url: 'https://wordpress.org/latest.zip', orElse: fromDebian },
  oldest: { tree: 'wordpress-oldest', url: 'https://wordpress.org/wordpress-6.6.zip', orElse: fromNpm },
};

type Release = (typeof releases)['newest'];

export type FilesOptions = { cacheDir: string; log: (line: string) => void; release?: keyof typeof releases | undefined };
const downloadTimeoutMs = 120_000;
const connectTimeoutMs = 8000;
const unpackTimeoutMs = 300_000;

/**
 * @param options.cacheDir where the tree is kept; it is complete or it is not there
 * @returns the path of the tree
 * @throws Error naming what would enable it
 */
export async function ensureWordPressFiles(options: FilesOptions): Promise<string> {
  const release = releases[options.release ?? 'newest'];
  const tree = join(options.cacheDir, release.tree);
  if (existsSync(join(tree, 'wp-includes', 'version.php'))) return tree;
  mkdirSync(options.cacheDir, { recursive: true });
  options.log('fetching WordPress …');
  const unfinished = join(options.cacheDir, `${release.tree}-${process.pid}`);
  rmSync(unfinished, { recursive: true, force: true });
  if (!(await fromRelease(unfinished, release)) && !(await release.orElse(unfinished))) {
    throw new Error(
      'WordPress could not be had: neither wordpress.org nor a Debian mirror (apt-get, dpkg), or for the oldest the npm registry, is reached. Use npm start -- --no-wordpress.',
    );
  }
  renameSync(unfinished, tree);
  return tree;
}

async function fromRelease(target: string, { url }: Release): Promise<boolean> {
  const zip = `${target}.zip`;
  try {
    // The short limit is for the answer's head: a network that swallows packets must not hold the start up.
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), connectTimeoutMs);
    const response = await fetch(url, { signal: AbortSignal.any([controller.signal, AbortSignal.timeout(downloadTimeoutMs)]) });
    clearTimeout(timer);
    if (!response.ok || !response.body) return false;
    await writeFile(zip, response.body);
    if (!(await run('unzip', ['-q', zip, '-d', `${target}-unzipped`]))) return false;
    renameSync(join(`${target}-unzipped`, 'wordpress'), target);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(zip, { force: true });
    rmSync(`${target}-unzipped`, { recursive: true, force: true });
  }
}

async function fromDebian(target: string): Promise<boolean> {
  return await run(new URL('fetch-from-debian.sh', import.meta.url).pathname, [target]);
}

async function fromNpm(target: string): Promise<boolean> {
  return await run(new URL('fetch-from-npm.sh', import.meta.url).pathname, [target]);
}

async function run(program: string, args: string[]): Promise<boolean> {
  const child = spawn(program, args, { stdio: 'ignore', timeout: unpackTimeoutMs });
  return await new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
