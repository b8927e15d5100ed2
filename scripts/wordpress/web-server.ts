// The servers that a WordPress may stand behind, each with a configuration and processes of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, globSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../system-packages.ts';
import { until } from '../until.ts';
import { type Account, asAccount } from './account.ts';
import { send } from './http.ts';
import { distribute, processHosts } from './php-processes.ts';
import { end, type Stop } from './processes.ts';
import type { Tree } from './tree.ts';
import { apacheConfig, fpmConfig, nginxConfig, router } from './web-server-config.ts';

/** «buffering» is nginx before php-fpm that holds every answer back until it is whole, whatever the answer wants. */
export type Host = 'php' | 'nginx' | 'apache' | 'buffering';

export type WebServerOptions = {
  host: Host;
  port: number;
  tree: Tree;
  folder: string;
  account: Account | undefined;
  /** How many requests PHP serves at once. */
  workers: number;
  /** An address that answers 200 when the server is there. */
  probe: string;
};

export async function startWebServer(options: WebServerOptions): Promise<Stop> {
  const stops: Stop[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  const logs = join(options.folder, 'servers');
  mkdirSync(logs, { recursive: true });
  try {
    const children = start(options, logs);
    for (const child of children) stops.push(async () => await end(child, true));
    if (options.host === 'php') stops.push(await distribute(processHosts(options.workers), options.port));
    const why = () =>
      globSync(join(logs, '*.log'))
        .map((file) => readFileSync(file, 'utf8').slice(-2000))
        .join('\n');
    const isReady = async () => {
      if (children.some(({ exitCode }) => exitCode !== null)) throw new Error(`${options.host} ended. ${why()}`);
      return (await send(options.probe).catch(() => undefined))?.status === 200;
    };
    await until(isReady, `WordPress behind ${options.host}`, why);
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}

function start(options: WebServerOptions, logs: string): ChildProcess[] {
  switch (options.host) {
    case 'php':
      return startPhp(options, logs);
    case 'apache':
      return [run(logs, 'apache2', ['-D', 'FOREGROUND', '-f', write(logs, 'apache.conf', apacheConfig({ ...options, logs, php: apachePhp() }))])];
    default: {
      const fpm = [
        '--nodaemonize',
        '-d',
        `opcache.file_cache=${options.tree.compiled}`,
        '-d',
        'opcache.revalidate_freq=0',
        '--fpm-config',
        write(logs, 'fpm.conf', fpmConfig({ ...options, logs })),
      ];
      const nginx = ['-p', logs, '-e', join(logs, 'nginx.log'), '-c', write(logs, 'nginx.conf', nginxConfig({ ...options, logs }))];
      return [run(logs, fpmProgram(), fpm), run(logs, 'nginx', nginx)];
    }
  }
}

function startPhp({ tree, port, folder, account, workers }: WebServerOptions, logs: string): ChildProcess[] {
  const file = write(logs, 'router.php', router(tree));
  return processHosts(workers).map((host) => {
    const args = ['-d', 'output_buffering=4096', ...compiledOnce(tree), '-S', `${host}:${port}`, '-t', tree.documentRoot, file];
    return spawn('php', args, { cwd: folder, stdio: 'ignore', detached: true, ...asAccount(account) });
  });
}

/** Options of PHP on the command line that let it take from others what they have compiled, and look at each file's time again each time. */
export function compiledOnce({ compiled }: Tree): string[] {
  return ['opcache.enable_cli=1', 'opcache.revalidate_freq=0', `opcache.file_cache=${compiled}`].flatMap((setting) => ['-d', setting]);
}

function run(logs: string, program: string, args: string[]): ChildProcess {
  const said = openSync(join(logs, 'said.log'), 'a');
  try {
    return spawn(findProgram(program) ?? program, args, { stdio: ['ignore', said, said], detached: true });
  } finally {
    closeSync(said);
  }
}

function write(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** @returns the newest php-fpm of the system, whose name has its version */
function fpmProgram(): string {
  const found = globSync('/usr/sbin/php-fpm*').sort().at(-1);
  if (!found) throw new Error('php-fpm is missing.');
  return found;
}

/** @returns the folder of Apache's modules and the one that is PHP */
function apachePhp(): { modules: string; name: string } {
  const modules = '/usr/lib/apache2/modules';
  const name = existsSync(modules) ? globSync('libphp*.so', { cwd: modules }).sort().at(-1) : undefined;
  if (!name) throw new Error('Apache has no PHP (libapache2-mod-php).');
  return { modules, name };
}
