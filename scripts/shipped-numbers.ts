// What is reckoned once for all processes, a byte a number, in the files that the services ship with.
import { readFileSync, writeFileSync } from 'node:fs';
import { loadManifests } from '../manifests/src/load.ts';
import { createLocalEmbed } from '../orchestrator/src/model/offline/embedder.ts';
import { learnIntents } from '../orchestrator/src/model/offline/intents.ts';
import { toolsFor } from '../orchestrator/src/tools/catalogue.ts';
import { createLocalEmbedder } from '../tools-api/src/backends/embedding/local.ts';
import { packReference } from '../tools-api/src/backends/knowledge/reference-vectors.ts';

const timeoutMs = 120_000;

const files: Record<string, () => Promise<object>> = {
  // The offline policy's routing, trained on the manifests.
  'orchestrator/generated/intents.json': async () => await learnIntents(createLocalEmbed(), toolsFor(loadManifests(), []).needingSignIn),
  // How the local model reads the questions that are asked everywhere.
  'tools-api/generated/reference-vectors.json': async () => await packReference(createLocalEmbedder(), AbortSignal.timeout(timeoutMs)),
};

/** Takes some fifteen seconds. @returns the names of the stale files; with check they are only compared */
export async function reckonShippedNumbers(options: { check: boolean }): Promise<string[]> {
  const stale: string[] = [];
  for (const [name, reckon] of Object.entries(files)) {
    const file = new URL(`../${name}`, import.meta.url);
    const text = `${JSON.stringify(await reckon(), null, 1)}\n`;
    if (readFileSync(file, { encoding: 'utf8', flag: 'a+' }) === text) continue;
    if (!options.check) writeFileSync(file, text);
    stale.push(name);
  }
  return stale;
}
