// Builds the chat's TypeScript UI with @wordpress/scripts, once for each state of its sources.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { projectRoot } from './data-directory.ts';

const buildTimeoutMs = 300_000;
const folder = join(projectRoot, 'wp-plugin');

export async function buildWidget(): Promise<void> {
  const marker = join(folder, 'build', '.sources');
  const sources = digestOfSources();
  if (existsSync(marker) && readFileSync(marker, 'utf8') === sources) return;
  process.stderr.write('Building the chat UI …\n');
  // What is not made any more must not be packed.
  rmSync(join(folder, 'build'), { recursive: true, force: true });
  const PATH = [dirname(process.execPath), join(projectRoot, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  const result = spawnSync('npm', ['run', '--silent', 'build', '--workspace', 'wp-plugin'], {
    cwd: projectRoot,
    env: { ...process.env, PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: buildTimeoutMs,
  });
  if (result.status !== 0) throw new Error(`The chat UI could not be built.\n${result.stdout}${result.stderr}`);
  writeFileSync(marker, sources);
}

function digestOfSources(): string {
  const hash = createHash('sha256');
  const files = globSync(['src/**/*.{ts,tsx,css,json}', 'package.json', 'webpack.config.js', 'tsconfig.json'], { cwd: folder }).sort();
  for (const file of files) hash.update(file).update(readFileSync(join(folder, file)));
  return hash.digest('hex');
}
