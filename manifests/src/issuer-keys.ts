// The published keys of an issuer. What can't be fetched says nothing about a token: keys that were good an hour ago still are, and beyond that
// the issuer is unavailable.
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { AiguyError } from './errors.ts';

/** Keys that were withdrawn count for so long when their issuer can't be reached. */
const staleMaxMs = 3_600_000;
/** Nobody else waits for an issuer that has just not answered. */
const failurePauseMs = 5000;
const cooldownMs = 10_000;
const freshMs = 600_000;

/** What jose throws about the token, when it has the keys. */
const aboutToken = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];

/**
 * Contract: rejects with AiguyError issuer_unavailable when the key is not known and the keys can't be fetched; with an error of jose's when they
 * are there and none fits.
 */
export function fetchedKeys(jwksUri: string, options: { fetchTimeoutMs: number; nowMs: () => number }): JWTVerifyGetKey {
  const { fetchTimeoutMs, nowMs } = options;
  // The cooldown keeps unknown key ids from causing a storm of fetches.
  const remote = createRemoteJWKSet(new URL(jwksUri), { timeoutDuration: fetchTimeoutMs, cooldownDuration: cooldownMs, cacheMaxAge: freshMs });
  let freshAtMs = Number.NEGATIVE_INFINITY;
  let failure: { atMs: number; cause: unknown } | undefined;
  const known: JWTVerifyGetKey = async (header, token) => {
    const jwks = nowMs() - freshAtMs < staleMaxMs ? remote.jwks() : undefined;
    if (!jwks) throw unavailable(failure?.cause);
    // A key that isn't among them may be among those that could not be fetched.
    return await createLocalJWKSet(jwks)(header, token).catch((error: unknown) => Promise.reject(unavailable(error)));
  };
  return async (header, token) => {
    if (failure && nowMs() - failure.atMs < failurePauseMs) return await known(header, token);
    try {
      const key = await remote(header, token);
      freshAtMs = nowMs();
      failure = undefined;
      return key;
    } catch (error) {
      if (aboutToken.some((kind) => error instanceof kind)) throw error;
      failure = { atMs: nowMs(), cause: error };
      return await known(header, token);
    }
  };
}

function unavailable(cause: unknown): AiguyError {
  return new AiguyError('issuer_unavailable', { cause, retryAfterS: failurePauseMs / 1000 });
}
