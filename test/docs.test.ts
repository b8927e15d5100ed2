// Documentation is executed: what a README names exists, and what exists and must be known is named.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { errorCodes, errorEntry, isErrorCode } from '@aiguy/manifests/errors';
import { variables as orchestratorVariables } from '../orchestrator/src/config.ts';
import { projectRoot } from '../scripts/data-directory.ts';
import { variables as toolsVariables } from '../tools-api/src/config.ts';

const read = (file: string) => readFileSync(join(projectRoot, file), 'utf8');
const documents = [
  'README.md',
  '.github/CONTRIBUTING.md',
  '.github/SECURITY.md',
  ...globSync('{manifests,orchestrator,tools-api,wp-plugin,bench}/README.md', { cwd: projectRoot }),
];
const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;

for (const document of documents) {
  const text = read(document);

  test(`${document}: every relative link leads to a file`, () => {
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)) {
      assert.ok(existsSync(join(projectRoot, dirname(document), target)), target);
    }
  });

  test(`${document}: every path in backticks exists`, () => {
    const base = dirname(document);
    for (const [, path = ''] of text.matchAll(/`((?:[\w.-]+\/)+[\w.-]*)`/g)) {
      const candidates = [join(base, path), path, join(base, 'src', path), join(base, 'includes', path)].map((candidate) =>
        normalize(join(projectRoot, candidate)),
      );
      assert.ok(candidates.some((candidate) => existsSync(candidate)) || isNoFile(path), path);
    }
  });

  test(`${document}: every npm verb is in package.json`, () => {
    for (const [, verb = ''] of text.matchAll(/npm run (?:-s )?([a-z][a-z-]*)/g))
      assert.ok(verb in scripts || verb in workspaceScripts(document), verb);
  });

  test(`${document}: a printed tree names what is there`, () => {
    for (const [, block = ''] of text.matchAll(/```text tree\n([\s\S]*?)```/g)) assertTree(dirname(document), block);
  });
}

test('the orchestrator’s README names every variable of its configuration, and no other', () => {
  assertVariables('orchestrator/README.md', Object.keys(orchestratorVariables));
});

test('the tools API’s README names every variable of its configuration, and no other', () => {
  assertVariables('tools-api/README.md', Object.keys(toolsVariables));
});

test('the page of error codes names every code of the table, and no other', () => {
  const named = [...read('manifests/README.md').matchAll(/^\| `([a-z_]+)` +\| +\d{3} +\|/gm)].map(([, code]) => code);
  assert.deepEqual(named.toSorted(), errorCodes.toSorted());
});

test('the plugin answers its own errors with the statuses and texts of the table', () => {
  const php = read('wp-plugin/includes/Rest/Error_Response.php');
  const statuses = [...php.matchAll(/^\t\t'([a-z_]+)'\s+=> (\d{3}),$/gm)];
  assert.ok(statuses.length > 10);
  for (const [, code = '', status] of statuses) {
    assert.ok(isErrorCode(code), code);
    assert.equal(Number(status), errorEntry(code).status, code);
    const text =
      new RegExp(`'${code}'\\s+=> __\\( (['"])(.*?)\\1, 'aiguy' \\)`).exec(php)?.[2] ?? /default\s+=> __\( '(.*?)', 'aiguy' \)/.exec(php)?.[1];
    assert.equal(text, errorEntry(code).text, code);
  }
});

/** A workspace's README may name the workspace's own verbs. */
function workspaceScripts(document: string): Record<string, string> {
  const file = join(projectRoot, dirname(document), 'package.json');
  return existsSync(file) ? ((JSON.parse(readFileSync(file, 'utf8')) as { scripts?: Record<string, string> }).scripts ?? {}) : {};
}

function assertVariables(document: string, variables: string[]): void {
  const named = [...read(document).matchAll(/^\| `([A-Z_]+)` +\|/gm)].map(([, name]) => name);
  assert.deepEqual(named.toSorted(), variables.toSorted());
}

/** Lines «  name   what it is», indented by two blanks a level; a folder ends in a slash. */
function assertTree(base: string, block: string): void {
  const folders: string[] = [];
  for (const line of block.split('\n').filter((candidate) => candidate.trim())) {
    const depth = (/^ */.exec(line)?.[0].length ?? 0) / 2;
    const name = line.trim().split(/\s{2,}/)[0] ?? '';
    folders.splice(depth);
    for (const one of name.split(' · ')) assert.ok(existsSync(join(projectRoot, base, ...folders, one)), [...folders, one].join(''));
    if (name.endsWith('/')) folders.push(name);
  }
}

/** Routes, package names and media types look like paths. */
function isNoFile(path: string): boolean {
  return /^(text|application|image)\//.test(path) || path.startsWith('aiguy/v1') || /^\.(data|cache)\//.test(path) || path.startsWith('wp-');
}
