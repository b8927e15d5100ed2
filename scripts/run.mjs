#!/usr/bin/env node
// Entry of every root verb: runs under any Node from 20 on without dependencies, installs what is missing, then re-enters on the project's own Node.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [verb = '', ...args] = process.argv.slice(2);

installIfNeeded();

const node = join(root, 'node_modules', '.bin', 'node');
// What Node has compiled is kept for the next process.
const env = { NODE_COMPILE_CACHE: join(root, '.cache', 'compile'), ...process.env };
const child = spawn(node, ['--disable-warning=ExperimentalWarning', join(root, 'scripts', `${verb}.ts`), ...args], {
  cwd: root,
  stdio: 'inherit',
  env,
});
// The terminal sends Ctrl-C to the child as well; waiting for it lets it stop what it started.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));

/** Installs exactly what the lock file names, once for each state of it. Everything npm says goes to stderr. */
function installIfNeeded() {
  const marker = join(root, 'node_modules', '.installed-lock');
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lock) return;
  process.stderr.write('Installing dependencies (one to three minutes the first time) …\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const result = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (result.status !== 0) {
    process.stderr.write('npm ci failed; see the messages above.\n');
    process.exit(1);
  }
  writeFileSync(marker, lock);
}
