// npm run check: format, lint, types, generated files fresh, docs true, PHP lint. Every rule is an error or absent.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from '../manifests/src/generate.ts';
import { projectRoot } from './data-directory.ts';
import { reckonShippedNumbers } from './shipped-numbers.ts';
import { hasPrograms, installHint } from './system-packages.ts';
import { generateTranslations } from './translations/generate.ts';
import { problemsOfServices, readTranslations, saidByServices } from './translations/services.ts';

type Step = { name: string; needs?: string; run: () => Promise<string | undefined> };

const bin = (name: string) => join(projectRoot, 'node_modules', '.bin', name);

const steps: Step[] = [
  { name: 'format and lint', run: async () => run(bin('biome'), ['check', '--error-on-warnings']) },
  { name: 'types', run: async () => run(bin('tsc'), ['-p', '.']) },
  { name: 'types of the chat UI', run: async () => run(bin('tsc'), ['-p', 'wp-plugin']) },
  { name: 'generated files', run: async () => staleFiles() },
  { name: 'translations', run: async () => untranslated() },
  { name: 'documentation', run: async () => run(process.execPath, ['--test', 'test/docs.test.ts']) },
  { name: 'PHP syntax', needs: 'php', run: async () => lintPhp() },
  { name: 'PHP style', needs: 'phpcs', run: async () => run('phpcs', ['-q', '--standard=wp-plugin/phpcs.xml.dist']) },
];

let failed = false;
for (const step of steps) {
  if (step.needs && !hasPrograms([step.needs])) {
    process.stdout.write(`–  ${step.name}: left out, needs ${step.needs}. ${installHint}\n`);
    failed ||= process.env.CI === 'true';
    continue;
  }
  const startedMs = performance.now();
  const problem = await step.run();
  process.stdout.write(
    `${problem === undefined ? '✔' : '✖'}  ${step.name} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)\n${problem ?? ''}`,
  );
  failed ||= problem !== undefined;
}
process.exitCode = failed ? 1 : 0;

/** @returns undefined when the program is content, what it printed otherwise */
function run(program: string, args: string[]): string | undefined {
  const result = spawnSync(program, args, { cwd: projectRoot, encoding: 'utf8' });
  return result.status === 0 ? undefined : `${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}\n`;
}

async function staleFiles(): Promise<string | undefined> {
  const stale = [...(await generate({ check: true })), ...(await reckonShippedNumbers({ check: true }))];
  return stale.length === 0 ? undefined : `stale, run npm run generate: ${stale.join(', ')}\n`;
}

function untranslated(): string | undefined {
  const { stale, problems } = generateTranslations({ check: true });
  const services = problemsOfServices(saidByServices(), readTranslations());
  const lines = [...(stale.length > 0 ? [`stale, run npm run generate: ${stale.join(', ')}`] : []), ...problems, ...services];
  return lines.length === 0 ? undefined : `${lines.join('\n')}\n`;
}

function lintPhp(): string | undefined {
  const files = globSync('wp-plugin/**/*.php', { cwd: projectRoot, exclude: ['**/node_modules/**', '**/build/**'] }).concat(
    'scripts/wordpress/set-up-site.php',
  );
  const problems = files.map((file) => run('php', ['-l', file])).filter((problem) => problem !== undefined);
  return problems.length === 0 ? undefined : problems.join('');
}
