// The files of a real WordPress, had once and kept: from wordpress.org where it is reached, from Debian's packages otherwise.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const releaseUrl = 'https://wordpress.org/latest.zip';
const downloadTimeoutMs = 120_000;
const connectTimeoutMs = 8000;
const unpackTimeoutMs = 300_000;

/**
 * @param options.cacheDir where the tree is kept; it is complete or it is not there
 * @returns the path of the tree
 * @throws Error naming what would enable it
 */
export async function ensureWordPressFiles(options: { cacheDir: string; log: (line: string) => void }): Promise<string> {
  const tree = join(options.cacheDir, 'wordpress');
  if (existsSync(join(tree, 'wp-includes', 'version.php'))) return tree;
  mkdirSync(options.cacheDir, { recursive: true });
  options.log('fetching WordPress …');
  const unfinished = join(options.cacheDir, `wordpress-${process.pid}`);
  rmSync(unfinished, { recursive: true, force: true });
  if (!(await fromRelease(unfinished)) && !(await fromDebian(unfinished))) {
    throw new Error(
      'WordPress could not be had: neither wordpress.org nor a Debian mirror (apt-get, dpkg) is reached. Use npm start -- --no-wordpress.',
    );
  }
  renameSync(unfinished, tree);
  return tree;
}

async function fromRelease(target: string): Promise<boolean> {
  const zip = `${target}.zip`;
  try {
    // The short limit is for the answer's head: a network that swallows packets must not hold the start up.
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), connectTimeoutMs);
    const response = await fetch(releaseUrl, { signal: AbortSignal.any([controller.signal, AbortSignal.timeout(downloadTimeoutMs)]) });
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

async function run(program: string, args: string[]): Promise<boolean> {
  const child = spawn(program, args, { stdio: 'ignore', timeout: unpackTimeoutMs });
  return await new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
