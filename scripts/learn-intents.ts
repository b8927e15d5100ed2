// Trains the offline policy's routing on the manifests, for the file that the orchestrator ships with.
import { readFileSync, writeFileSync } from 'node:fs';
import { loadManifests } from '../manifests/src/load.ts';
import { createLocalEmbed } from '../orchestrator/src/model/offline/embedder.ts';
import { learnIntents } from '../orchestrator/src/model/offline/intents.ts';
import { toolsFor } from '../orchestrator/src/tools/catalogue.ts';

const name = 'orchestrator/generated/intents.json';
const file = new URL(`../${name}`, import.meta.url);

/** Takes some ten seconds. @returns the file's name where it was stale; with check it is only compared */
export async function learnShippedIntents(options: { check: boolean }): Promise<string[]> {
  const learnt = await learnIntents(createLocalEmbed(), toolsFor(loadManifests(), []).needingSignIn);
  const text = `${JSON.stringify(learnt, null, 1)}\n`;
  if (readFileSync(file, { encoding: 'utf8', flag: 'a+' }) === text) return [];
  if (!options.check) writeFileSync(file, text);
  return [name];
}
