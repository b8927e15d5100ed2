// npm run generate: writes every generated file anew, and says which texts of the plugin are not translated.
import { parseArgs } from 'node:util';
import { generate } from '../manifests/src/generate.ts';
import { reckonShippedNumbers } from './shipped-numbers.ts';
import { generateTranslations } from './translations/generate.ts';

const help = `Usage: npm run generate [-- translations]

Writes the generated files anew: types from the schemas, the numbers that the services ship with, and the plugin's language files.
  translations   the language files alone: collects the texts into wp-plugin/languages/aiguy.pot, merges them into each .po file, compiles these
                 for WordPress, and prints a line for each text that is not translated yet. Translate it in the .po file and run this again.
`;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { help: { type: 'boolean', default: false } } });
const [part] = positionals;

if (values.help) process.stdout.write(help);
else if (part !== undefined && part !== 'translations') throw new Error(`There is no «${part}» to generate.\n${help}`);
else await main();

async function main(): Promise<void> {
  const translations = generateTranslations({ check: false });
  const others = part === undefined ? [...(await generate({ check: false })), ...(await reckonShippedNumbers({ check: false }))] : [];
  const written = [...others, ...translations.stale];
  process.stdout.write(written.length > 0 ? `${written.join('\n')}\n` : 'Everything is up to date.\n');
  for (const problem of translations.problems) process.stdout.write(`${problem}\n`);
}
