// Where the plugin's texts stand, and which script of the site says which of them.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type Message, messagesOfBlock, messagesOfPhp, messagesOfScript, textDomain } from './messages.ts';

export type Source = { file: string; messages: Message[] };
/** A script as WordPress loads it: its path within the plugin, by which it finds the script's texts. */
export type Script = { path: string; messages: Message[] };
export type Texts = { sources: Source[]; scripts: Script[] };

/** @param folder of the plugin */
export function readTexts(folder: string): Texts {
  const find = (...patterns: string[]) => globSync(patterns, { cwd: folder, exclude: (name) => /\.(test|fixture|d)\.tsx?$/.test(name) }).sort();
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const main = 'aiguy.php';
  const php = find(main, 'template.php', 'includes/**/*.php').map((file): Source => {
    return { file, messages: [...(file === main ? headerOf(read(file)) : []), ...messagesOfPhp(read(file), file)] };
  });
  const modules = new Map(find('src/**/*.{ts,tsx}', 'assets/**/*.js').map((file) => [file, messagesOfScript(read(file), file)]));
  const typescript = [...modules].map(([file, { messages }]): Source => ({ file, messages }));
  const blocks = find('src/**/block.json').map((file): Source => ({ file, messages: messagesOfBlock(read(file)) }));

  /** What a file says, with everything that it imports. */
  function reach(file: string, seen = new Set<string>()): Set<string> {
    if (seen.has(file) || !modules.has(file)) return seen;
    seen.add(file);
    for (const path of modules.get(file)?.imports ?? []) reach(normalize(join(dirname(file), path)), seen);
    return seen;
  }
  const said = (files: Iterable<string>) => [...new Set(files)].sort().flatMap((file) => modules.get(file)?.messages ?? []);
  const entries = [...entriesOf(read('webpack.config.js')), ...find('src/admin/*/index.tsx').map(toScreen)];
  const isEditors = ({ source }: Entry) => /^src\/(admin|block)\//.test(source);
  const plain = [...modules.keys()].filter((file) => file.startsWith('assets/'));
  return {
    sources: [...php, ...typescript, ...blocks].filter(({ messages }) => messages.length > 0),
    scripts: [
      // The launcher fetches one file of texts, for all that it may load later.
      { path: 'build/chat.js', messages: said(entries.filter((entry) => !isEditors(entry)).flatMap(({ source }) => [...reach(source)])) },
      ...entries.filter(isEditors).map(({ name, source }): Script => ({ path: `build/${name}.js`, messages: said(reach(source)) })),
      ...plain.map((file): Script => ({ path: file, messages: said([file]) })),
    ].filter(({ messages }) => messages.length > 0),
  };
}

type Entry = { name: string; source: string };

/** The entries of the build, read from its configuration without running it. */
function entriesOf(config: string): Entry[] {
  const entries = [...config.matchAll(/^\s*'?([\w/-]+)'?: resolve\('(src\/[^']+)'\)/gm)].map(
    ([, name = '', source = '']): Entry => ({ name, source }),
  );
  if (entries.length !== (config.match(/resolve\('src\//g)?.length ?? 0)) {
    throw new Error("webpack.config.js: write each entry on a line of its own, as  name: resolve('src/…'),");
  }
  return entries;
}

/** Each folder of a screen in wp-admin is an entry, named like it. */
const toScreen = (source: string): Entry => ({ name: `admin/${source.split('/')[2]}`, source });

function headerOf(php: string): Message[] {
  const description = /^ \* Description:\s+(.+)$/m.exec(php)?.[1];
  return description ? [{ id: description, comment: `Description of the plugin ${textDomain}` }] : [];
}
