// The pairing verbs of npm run token: prints a code for a site, lists the sites that were paired, forgets one.
import { type Database, migrate, openDatabase } from '@aiguy/manifests/database';
import { admitCode, listPairedSites, newPairingCode, removePairedSite } from '@aiguy/manifests/pairing';
import { dataDirectory, projectRoot } from './data-directory.ts';
import { holdPostgres, readHolder } from './held-postgres.ts';

const places = {
  orchestrator: { variable: 'DATABASE_URL', name: 'sessions', folder: 'orchestrator/migrations' },
  'tools-api': { variable: 'TOOLS_DATABASE_URL', name: 'shop', folder: 'tools-api/migrations' },
} as const;
const services = ['orchestrator', 'tools-api'] as const;
const connectTimeoutMs = 5000;
const statementTimeoutMs = 30_000;

/** @returns a code that pairs one site with both services within ten minutes */
export async function printPairingCode(): Promise<string> {
  const code = newPairingCode();
  for (const service of services) await inDatabase(service, async (database) => await admitCode(database, service, code));
  return code;
}

/** @returns a line a site: its name, how its keys are had, since when */
export async function describePairedSites(): Promise<string> {
  return await inDatabase('orchestrator', async (database) => {
    const sites = await listPairedSites(database);
    return sites.map(({ issuer, keys, pairedAt }) => `${issuer}  ${keys}  ${pairedAt}`).join('\n') || 'No site was paired.';
  });
}

/** Neither service trusts it any more, within seconds. @returns whether one of them did */
export async function forgetSite(issuer: string): Promise<boolean> {
  const forgotten: boolean[] = [];
  for (const service of services) forgotten.push(await inDatabase(service, async (database) => await removePairedSite(database, issuer)));
  return forgotten.includes(true);
}

async function inDatabase<T>(service: (typeof services)[number], work: (database: Database) => Promise<T>): Promise<T> {
  const { variable, name, folder } = places[service];
  const holder = process.env[variable] ? undefined : await readHolder(dataDirectory(), name);
  const known = process.env[variable] ?? holder?.url;
  const held = known === undefined ? await holdPostgres(dataDirectory(), name) : undefined;
  const url = known ?? held?.url ?? '';
  try {
    await migrate({ url, folder: `${projectRoot}/${folder}` });
    const database = openDatabase({ url, connectionsMax: 1, connectTimeoutMs, statementTimeoutMs });
    try {
      return await work(database);
    } finally {
      await database.end();
    }
  } finally {
    await held?.stop();
  }
}
