// The key that hashes what guests type. It comes from the configuration, so that who reads the database alone can try neither codes nor addresses.
import { createHmac, randomBytes } from 'node:crypto';
import type { Database } from '@aiguy/manifests/database';
import { ConfigError, type VariableSchema } from '@aiguy/manifests/environment';

/** HMAC-SHA-256 of what is hashed, base64url; parts can't run into each other. */
export type GuestHash = (...parts: readonly string[]) => string;

export type GuestVariables = Readonly<{ GUEST_CODES_KEY: string | undefined; SMTP_URL: string | undefined }>;

export const guestVariables: Record<'GUEST_CODES_KEY', VariableSchema> = {
  GUEST_CODES_KEY: {
    type: 'string',
    pattern: '^[A-Za-z0-9+/_-]{43,128}={0,2}$',
    description: 'Makes and hashes one-time codes of guests: base64 of 32 to 96 random bytes; required with SMTP_URL.',
  },
};

/** So many different characters have 43 that are drawn by chance; fewer are an example or a word over and over. */
const differentCharactersMin = 16;

/** @throws ConfigError where codes are mailed without a key, or with one that isn't random; never the key */
export function checkGuestKey({ GUEST_CODES_KEY: key, SMTP_URL: url }: GuestVariables): void {
  if (key === undefined && url !== undefined)
    throw new ConfigError('GUEST_CODES_KEY', 'is not set, and codes mailed by SMTP_URL need it; set it (openssl rand -base64 32), or unset SMTP_URL');
  if (key !== undefined && new Set(key).size < differentCharactersMin)
    throw new ConfigError('GUEST_CODES_KEY', 'is too regular to be random; take the output of openssl rand -base64 32');
}

/** @param configured without it nobody is mailed a code, and what is counted is hashed with a key that is made once and kept in the database */
export async function openGuestHash(database: Database, configured: string | undefined): Promise<GuestHash> {
  const key = configured ?? (await keyInDatabase(database));
  return (...parts) => createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');
}

async function keyInDatabase(database: Database): Promise<string> {
  await database.query('INSERT INTO guest_key (key) VALUES ($1) ON CONFLICT DO NOTHING', [randomBytes(32).toString('base64url')]);
  const { rows } = await database.query<{ key: string }>('SELECT key FROM guest_key');
  const [row] = rows;
  if (!row) throw new Error('the key of guests could not be kept');
  return row.key;
}
