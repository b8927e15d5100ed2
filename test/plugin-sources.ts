// The plugin's files as the rules of the plugin directory look at them.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../scripts/data-directory.ts';
import { type Node, parsePhp, visit } from '../scripts/translations/messages.ts';

export const plugin = join(projectRoot, 'wp-plugin');
export const read = (file: string) => readFileSync(join(plugin, file), 'utf8');
export const written = globSync(['*.php', 'includes/**/*.php'], { cwd: plugin }).sort();
export const generated = globSync(['languages/*.php', 'build/**/*.php'], { cwd: plugin }).sort();
export const sources = written.map((file) => ({ file, lines: read(file).split('\n'), tree: parsePhp(read(file), file) }));

/** @returns what is wrong with the node */
export type Finding = (node: Node) => string | undefined;

/** @returns «file:line: what» */
export function find(rule: Finding): string[] {
  return sources.flatMap(({ file, tree }) =>
    visit(tree, (node) => {
      const problem = rule(node);
      const line = (node.loc as { start: { line: number } } | undefined)?.start.line ?? 0;
      return problem === undefined ? undefined : `${file}:${line}: ${problem}`;
    }),
  );
}

export const fileOf = (found: string) => found.split(':')[0] ?? '';

export const nameOf = (call: Node) =>
  call.kind === 'call' && (call.what as Node).kind === 'name' ? String((call.what as Node).name).replace(/^\\/, '') : '';
export const argumentsOf = (call: Node) => call.arguments as Node[];

/** The method that a call asks $wpdb for. */
export function queryOf(node: Node): string {
  const what = node.kind === 'call' ? (node.what as Node) : {};
  return what.kind === 'propertylookup' && (what.what as Node).name === 'wpdb' ? String((what.offset as Node).name) : '';
}
