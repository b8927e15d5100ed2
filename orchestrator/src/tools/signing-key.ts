// The orchestrator's own key: signs tool tokens, publishes its public half.
import type { SigningKey } from '@aiguy/manifests/tokens';
import { calculateJwkThumbprint, importJWK, type JSONWebKeySet, type JWK } from 'jose';

export type OwnKey = SigningKey & { publicKeys: JSONWebKeySet };

/** @param jwkJson private Ed25519 JWK (RFC 8037) in JSON */
export async function readSigningKey(jwkJson: string, issuer: string): Promise<OwnKey> {
  const { d, ...publicJwk } = JSON.parse(jwkJson) as JWK;
  if (!d) throw new Error('ORCHESTRATOR_SIGNING_KEY has no private part');
  const kid = await calculateJwkThumbprint(publicJwk);
  const privateKey = await importJWK({ ...publicJwk, d }, 'EdDSA');
  if (privateKey instanceof Uint8Array) throw new Error('ORCHESTRATOR_SIGNING_KEY is not an Ed25519 key');
  return { issuer, kid, privateKey, publicKeys: { keys: [{ ...publicJwk, kid, alg: 'EdDSA', use: 'sig' }] } };
}
