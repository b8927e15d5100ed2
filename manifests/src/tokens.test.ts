import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { AiguyError } from './errors.ts';
import { type SigningKey, signToken, TokenVerifier } from './tokens.ts';

const issuer = 'https://shop.example';

async function makeKey(kid: string): Promise<SigningKey & { jwk: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  return { issuer, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA' } };
}

/** A site that publishes its keys, until it is told to do something else. */
async function startSite(t: TestContext, keys: JWK[]) {
  const site = { requests: 0, status: 200, isSilent: false, keys };
  const server = createServer((_request, response) => {
    site.requests += 1;
    if (!site.isSilent) response.writeHead(site.status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ keys: site.keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { site, jwksUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks` };
}

async function startVerifier(t: TestContext, keys: JWK[]) {
  const { site, jwksUri } = await startSite(t, keys);
  const clock = { ms: Date.now() };
  const trusted = [{ issuer, kinds: ['tools-access'], jwksUri, scopes: ['order:read'] }] as const;
  const verifier = new TokenVerifier(trusted, { nowMs: () => clock.ms, fetchTimeoutMs: 200 });
  const codeFor = async (key: SigningKey) => {
    const token = await signToken('tools-access', key, { sub: 'customer:a', scopes: ['order:read'], jti: randomUUID(), lifetimeS: 3600 });
    return await verifier.verify('tools-access', token).then(
      () => 'ok',
      (error: unknown) => (error instanceof AiguyError ? error.code : String(error)),
    );
  };
  return { site, clock, codeFor };
}

for (const [what, change] of [
  ['answers 503', { status: 503 }],
  ['does not answer', { isSilent: true }],
  ['publishes what are no keys', { keys: 'none' as never }],
] as const) {
  test(`a site that ${what} when its keys are needed is unavailable; its tokens are not called invalid`, async (t) => {
    const key = await makeKey('k1');
    const { site, clock, codeFor } = await startVerifier(t, [key.jwk]);
    const good = { ...site };
    Object.assign(site, change);
    assert.equal(await codeFor(key), 'issuer_unavailable');
    assert.equal(await codeFor(key), 'issuer_unavailable');
    assert.equal(site.requests, 1, 'within five seconds nobody asks again');
    Object.assign(site, { ...good, requests: site.requests });
    clock.ms += 5000;
    assert.equal(await codeFor(key), 'ok');
  });
}

test('while a site can’t be reached, its keys of the last hour count, and a key of nobody’s knowing is not called invalid', async (t) => {
  const [key, unknown, forger] = [await makeKey('k1'), await makeKey('k2'), await makeKey('k1')];
  const { site, clock, codeFor } = await startVerifier(t, [key.jwk]);
  assert.deepEqual([await codeFor(key), await codeFor(forger)], ['ok', 'invalid_token']);
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
  t.mock.timers.setTime(Date.now() + 1_000_000);
  clock.ms += 1_000_000;
  site.status = 500;
  assert.equal(await codeFor({ ...key }), 'ok');
  assert.equal(await codeFor(forger), 'invalid_token');
  assert.equal(await codeFor(unknown), 'issuer_unavailable');
  clock.ms += 3_600_000;
  assert.equal(await codeFor(key), 'issuer_unavailable');
});

test('a key that the reachable site does not publish makes a token invalid', async (t) => {
  const [key, unknown] = [await makeKey('k1'), await makeKey('k2')];
  const { codeFor } = await startVerifier(t, [key.jwk]);
  assert.equal(await codeFor(unknown), 'invalid_token');
});
