// Keys of the development issuers, made on first use in the data directory and readable by their owner only.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { staffScopes, visitorScopes } from '@aiguy/manifests/scopes';
import type { SigningKey, TrustedIssuer } from '@aiguy/manifests/tokens';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JSONWebKeySet, type JWK } from 'jose';

/** Name of the issuer that `npm run token` signs for. */
export const developmentIssuer = 'urn:aiguy:development';
export { staffScopes, visitorScopes as allScopes };

/** Reads dataDir/keys/<name>.jwk, making it first where it is missing. `site` is the key of the demo WordPress. */
export async function developmentKey(dataDir: string, name: 'orchestrator' | 'development' | 'site'): Promise<JWK> {
  const file = join(dataDir, 'keys', `${name}.jwk`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as JWK;
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const jwk = await exportJWK(privateKey);
  mkdirSync(join(dataDir, 'keys'), { recursive: true, mode: 0o700 });
  writeFileSync(file, JSON.stringify(jwk), { mode: 0o600 });
  return jwk;
}

/** Reads dataDir/keys/<name>.secret, making it first where it is missing: 32 random bytes, base64. */
export function developmentSecret(dataDir: string, name: 'guest-codes'): string {
  const file = join(dataDir, 'keys', `${name}.secret`);
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const secret = randomBytes(32).toString('base64');
  mkdirSync(join(dataDir, 'keys'), { recursive: true, mode: 0o700 });
  writeFileSync(file, secret, { mode: 0o600 });
  return secret;
}

export async function developmentSigner(dataDir: string): Promise<SigningKey> {
  const jwk = await developmentKey(dataDir, 'development');
  const privateKey = await importJWK(jwk, 'EdDSA');
  if (privateKey instanceof Uint8Array) throw new Error('the development key is not an Ed25519 key');
  return { issuer: developmentIssuer, kid: await calculateJwkThumbprint(jwk), privateKey };
}

/** The development issuer as both services are told to trust it. */
export async function trustedDevelopmentIssuer(dataDir: string): Promise<TrustedIssuer> {
  const jwks = await publicKeys(await developmentKey(dataDir, 'development'));
  return {
    issuer: developmentIssuer,
    kinds: ['visitor-assertion', 'staff-assertion', 'tools-access'],
    jwks,
    scopes: [...visitorScopes, ...staffScopes],
  };
}

/** The key set that publishes the public half of a key. */
export async function publicKeys({ d: _private, ...jwk }: JWK): Promise<JSONWebKeySet> {
  return { keys: [{ ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'EdDSA' }] };
}
