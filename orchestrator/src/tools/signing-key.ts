// The orchestrator's own key: signs tool tokens, publishes its public half.
import type { SigningKey } from '@aiguy/manifests/tokens';
import { calculateJwkThumbprint, importJWK, type JSONWebKeySet, type JWK } from 'jose';

export type OwnKey = SigningKey & { publicKeys: JSONWebKeySet };

/** With the id that each had while it signed. @param publicJwks public Ed25519 JWKs */
export async function readFormerKeys(publicJwks: readonly JWK[]): Promise<JWK[]> {
  return await Promise.all(publicJwks.map(async (jwk) => ({ ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'EdDSA', use: 'sig' })));
}

/** @param jwkJson private Ed25519 JWK (RFC 8037) in JSON */
export async function readSigningKey(jwkJson: string, issuer: string): Promise<OwnKey> {
  const { d, ...publicJwk } = JSON.parse(jwkJson) as JWK;
  if (!d) throw new Error('ORCHESTRATOR_SIGNING_KEY has no private part');
  const kid = await calculateJwkThumbprint(publicJwk);
  const privateKey = await importJWK({ ...publicJwk, d }, 'EdDSA');
  if (privateKey instanceof Uint8Array) throw new Error('ORCHESTRATOR_SIGNING_KEY is not an Ed25519 key');
  return { issuer, kid, privateKey, publicKeys: { keys: [{ ...publicJwk, kid, alg: 'EdDSA', use: 'sig' }] } };
}
