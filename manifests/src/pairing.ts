// Pairing a site: the operator prints a code, the site proves that it has it and signs with the key that is to be trusted. Each service keeps its own
// record: what one of them is told is no use for pairing at the other.
import { createHmac, randomInt, timingSafeEqual } from 'node:crypto';
import { createLocalJWKSet, createRemoteJWKSet, decodeJwt, type JSONWebKeySet, type JWTHeaderParameters, type JWTPayload, jwtVerify } from 'jose';
import type { PairedSite, PairSite } from '../generated/http.ts';
import type { Database } from './database.ts';
import { AiguyError } from './errors.ts';
import type { FindIssuer } from './paired-issuers.ts';
import { validatorOf } from './protocol.ts';
import type { TokenKind } from './tokens.ts';
import { check, createAjv } from './validate.ts';

export type PairingService = 'orchestrator' | 'tools-api';
type Pairing = { database: Database; service: PairingService /** Names that the configuration trusts. */; configured: ReadonlySet<string> };
type Checked = { codeId: string; issuer: string; jwks: JSONWebKeySet; jwksUri: string | undefined; kid: string };

export const codeMinutes = 10;
/** Without letters that look like digits: 20 of 32 signs are 100 bits. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const codeSigns = 20;
const keysMax = 10;
const requestLifetimeMaxS = 300;
const clockToleranceS = 30;
const fetchTimeoutMs = 3000;

const claimsSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['iss', 'aud', 'code', 'jwks', 'iat', 'exp'],
  properties: {
    iss: { type: 'string', pattern: '^https?://[^\\s@?#]{1,290}$' },
    aud: { const: 'pairing' },
    code: { type: 'string' },
    jwks_uri: { type: 'string', pattern: '^https?://[^\\s@#]{1,1990}$' },
    jwks: {
      type: 'object',
      additionalProperties: false,
      required: ['keys'],
      properties: {
        keys: {
          type: 'array',
          minItems: 1,
          maxItems: keysMax,
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['kty', 'crv', 'x', 'kid'],
            properties: {
              kty: { const: 'OKP' },
              crv: { const: 'Ed25519' },
              x: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' },
              kid: { type: 'string', minLength: 1, maxLength: 100 },
              alg: { const: 'EdDSA' },
              use: { const: 'sig' },
            },
          },
        },
      },
    },
    iat: { type: 'integer' },
    exp: { type: 'integer' },
  },
};
type Claims = { iss: string; code: string; jwks: JSONWebKeySet; jwks_uri?: string; iat: number; exp: number };
const ajv = createAjv();
const validateBody = validatorOf<PairSite>('PairSite');
const validateClaims = ajv.compile<Claims>(claimsSchema);

/** @returns a new code as it is printed and typed, in four groups */
export function newPairingCode(): string {
  const signs = Array.from({ length: codeSigns }, () => alphabet[randomInt(alphabet.length)]).join('');
  return signs.replaceAll(/(.{5})(?!$)/g, '$1-');
}

/** Lets the services take the code once, for ten minutes; codes that are over are deleted. */
export async function admitCode(database: Database, service: PairingService, code: string): Promise<void> {
  await database.query('DELETE FROM pairing_codes WHERE expires_at < now()');
  await database.query(`INSERT INTO pairing_codes (id, proof_key, expires_at) VALUES ($1, $2, now() + $3 * interval '1 minute')`, [
    hmac(plain(code), 'aiguy-pairing id'),
    proofKey(code, service),
    codeMinutes,
  ]);
}

/** What a site sends besides its signed request. */
export function proofsOf(code: string, request: string): Pick<PairSite, 'proofs'> & { code: string } {
  return {
    code: hmac(plain(code), 'aiguy-pairing id'),
    proofs: { orchestrator: hmac(proofKey(code, 'orchestrator'), request), 'tools-api': hmac(proofKey(code, 'tools-api'), request) },
  };
}

/**
 * @param between done after everything was checked and before anything is kept; what it throws leaves the code as it was
 * @throws AiguyError invalid_request, pairing_refused, site_configured
 */
export async function pairSite(
  pairing: Pairing,
  body: unknown,
  between: (body: PairSite) => Promise<void> = async () => undefined,
): Promise<PairedSite> {
  const checked = check(validateBody, body);
  if (!checked.ok) throw new AiguyError('invalid_request', { details: checked.violations });
  const site = await checkRequest(pairing, checked.value);
  if (pairing.configured.has(site.issuer)) throw new AiguyError('site_configured');
  await between(checked.value);
  const { rowCount } = await pairing.database.query('DELETE FROM pairing_codes WHERE id = $1 AND expires_at > now()', [site.codeId]);
  if (rowCount !== 1) throw new AiguyError('pairing_refused');
  const isPublished = site.jwksUri !== undefined && (await publishes(site.jwksUri, site.kid));
  await pairing.database.query(
    `INSERT INTO paired_sites (issuer, jwks_uri, jwks) VALUES ($1, $2, $3)
     ON CONFLICT (issuer) DO UPDATE SET jwks_uri = $2, jwks = $3, paired_at = now()`,
    [site.issuer, isPublished ? site.jwksUri : null, isPublished ? null : JSON.stringify(site.jwks)],
  );
  return { issuer: site.issuer, keys: isPublished ? 'fetched' : 'pinned' };
}

/** @throws AiguyError pairing_refused, one answer for whatever does not hold */
async function checkRequest({ database, service }: Pairing, { code, request, proofs }: PairSite): Promise<Checked> {
  const { rows } = await database.query<{ proof_key: string }>('SELECT proof_key FROM pairing_codes WHERE id = $1 AND expires_at > now()', [code]);
  const expected = hmac(rows[0]?.proof_key ?? '', request);
  const isProven = timingSafeEqual(Buffer.from(expected), Buffer.from(proofs[service]));
  if (!(isProven && rows[0])) throw new AiguyError('pairing_refused');
  try {
    const claims = check(validateClaims, decodeJwt(request));
    if (!claims.ok || claims.value.code !== code || claims.value.exp - claims.value.iat > requestLifetimeMaxS) throw new Error('claims');
    const { iss, jwks, jwks_uri } = claims.value;
    const options = { algorithms: ['EdDSA'], typ: 'pairing-request+jwt', audience: 'pairing', clockTolerance: clockToleranceS };
    const { protectedHeader } = await jwtVerify(request, createLocalJWKSet(jwks), options);
    return { codeId: code, issuer: iss, jwks, jwksUri: jwks_uri, kid: protectedHeader.kid ?? '' };
  } catch (error) {
    throw new AiguyError('pairing_refused', { cause: error });
  }
}

/** Whether the key can be fetched where the site says; if not, the key itself is kept. */
async function publishes(jwksUri: string, kid: string): Promise<boolean> {
  const keys = createRemoteJWKSet(new URL(jwksUri), { timeoutDuration: fetchTimeoutMs });
  return await keys({ alg: 'EdDSA', kid } as JWTHeaderParameters, {} as JWTPayload as never).then(
    () => true,
    () => false,
  );
}

/** For a TokenVerifier. @param scopes the most that such a site may grant */
export function findPairedSite(database: Database, { kinds, scopes }: { kinds: readonly TokenKind[]; scopes: readonly string[] }): FindIssuer {
  return async (issuer) => {
    const { rows } = await database.query<{ jwks_uri: string | null; jwks: JSONWebKeySet | null }>(
      'SELECT jwks_uri, jwks FROM paired_sites WHERE issuer = $1',
      [issuer],
    );
    const row = rows[0];
    return row && { issuer, kinds, scopes, jwksUri: row.jwks_uri ?? undefined, jwks: row.jwks ?? undefined };
  };
}

export type ListedSite = { issuer: string; keys: 'fetched' | 'pinned'; pairedAt: string };

export async function listPairedSites(database: Database): Promise<ListedSite[]> {
  const { rows } = await database.query<{ issuer: string; pinned: boolean; paired_at: Date }>(
    'SELECT issuer, jwks_uri IS NULL AS pinned, paired_at FROM paired_sites ORDER BY issuer',
  );
  return rows.map((row) => ({ issuer: row.issuer, keys: row.pinned ? 'pinned' : 'fetched', pairedAt: row.paired_at.toISOString() }));
}

/** @returns whether it was there */
export async function removePairedSite(database: Database, issuer: string): Promise<boolean> {
  return (await database.query('DELETE FROM paired_sites WHERE issuer = $1', [issuer])).rowCount === 1;
}

function proofKey(code: string, service: PairingService): string {
  return hmac(plain(code), `aiguy-pairing proof ${service}`);
}

/** As it is typed: in small letters, with or without the hyphens. */
function plain(code: string): string {
  return code.toUpperCase().replaceAll(/[^0-9A-Z]/g, '');
}

function hmac(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}
