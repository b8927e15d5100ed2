// npm run generate: writes every generated file anew.
import { generate } from '../manifests/src/generate.ts';
import { learnShippedIntents } from './learn-intents.ts';

const written = [...(await generate({ check: false })), ...(await learnShippedIntents({ check: false }))];
process.stdout.write(written.length > 0 ? `${written.join('\n')}\n` : 'Everything is up to date.\n');
