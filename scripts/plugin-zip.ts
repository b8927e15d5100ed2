// npm run plugin-zip: the installable plugin, wp-plugin/aiguy.zip.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from './data-directory.ts';
import { packPlugin } from './pack-plugin.ts';
import { buildWidget } from './widget.ts';

const help = `Usage: npm run plugin-zip [-- --json]

Builds the chat's files where they are stale and writes wp-plugin/aiguy.zip, which WordPress installs under Plugins → Add plugin → Upload.
The same tree makes the same bytes; at most 1 MB.
  --json    the last line is one JSON object: file, bytes, sha256, entries
`;

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } });

if (values.help) process.stdout.write(help);
else await main();

async function main(): Promise<void> {
  await buildWidget();
  const file = 'wp-plugin/aiguy.zip';
  const { bytes, sha256, entries } = packPlugin();
  writeFileSync(join(projectRoot, file), bytes);
  const kilobytes = Math.ceil(bytes.length / 1024);
  const said = values.json
    ? JSON.stringify({ file, bytes: bytes.length, sha256, entries })
    : `${file}, ${entries.length} files, ${kilobytes} kB\nsha256 ${sha256}`;
  process.stdout.write(`${said}\n`);
}
