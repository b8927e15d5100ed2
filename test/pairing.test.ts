// Pairing: a site with a code is trusted by both services at once, and nobody without one ever is.
import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { admitCode, newPairingCode, pairSite, proofsOf, removePairedSite } from '@aiguy/manifests/pairing';
import { type SigningKey, signToken } from '@aiguy/manifests/tokens';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JSONWebKeySet, SignJWT } from 'jose';
import { createToolClient } from '../orchestrator/src/tools/client.ts';
import { callsTool, type Harness, modelThat, saysText, startHarness } from '../orchestrator/test/harness.ts';
import { startHarness as startTools, type Harness as Tools } from '../tools-api/test/harness.ts';

type Site = { key: SigningKey; jwks: JSONWebKeySet };
type Asked = { site: Site; code: string; claims?: object; signWith?: Site; typ?: string; lifetimeS?: number };

let tools: Tools;
let orchestrator: Harness;

before(async () => {
  tools = await startTools({ shopOnly: true });
  const service = await tools.build({});
  const url = await service.app.listen({ host: '127.0.0.1', port: 0 });
  orchestrator = await startHarness({
    model: modelThat((call) => (call % 2 === 0 ? callsTool('list_orders', {}) : saysText('That is all.'))),
    tools: createToolClient({ url, key: tools.orchestrator.key }),
    scopes: ['order:read'],
    config: { TRUSTED_ISSUERS: [tools.site.issuer], TOOLS_API_URL: url },
  });
});
after(async () => {
  await orchestrator?.close();
  await tools?.close();
});

async function newSite(issuer = `https://shop-${randomUUID().slice(0, 8)}.example`): Promise<Site> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { key: { issuer, kid, privateKey }, jwks: { keys: [{ ...jwk, kid, alg: 'EdDSA', use: 'sig' }] } };
}

async function newCode(): Promise<string> {
  const code = newPairingCode();
  await admitCode(orchestrator.database, 'orchestrator', code);
  await admitCode(tools.database, 'tools-api', code);
  return code;
}

async function bodyOf({ site, code, claims = {}, signWith = site, typ = 'pairing-request+jwt', lifetimeS = 60 }: Asked) {
  const iat = Math.floor(Date.now() / 1000);
  const payload = { iss: site.key.issuer, aud: 'pairing', code: proofsOf(code, '').code, jwks: site.jwks, iat, exp: iat + lifetimeS, ...claims };
  const header = { alg: 'EdDSA', kid: signWith.key.kid, typ };
  const request = await new SignJWT(payload as never).setProtectedHeader(header).sign(signWith.key.privateKey);
  return { request, ...proofsOf(code, request) };
}

async function pair(payload: object, remoteAddress = `10.${randomInt(255)}.${randomInt(255)}.${randomInt(255)}`) {
  const response = await orchestrator.orchestrator.app.inject({ method: 'POST', url: '/sites/pair', payload, remoteAddress });
  return [response.statusCode, response.json().code ?? response.json().keys];
}

async function ask(site: Site, scopes = ['order:read', 'everything:write']) {
  const assertion = await signToken('visitor-assertion', site.key, {
    sub: 'wp:1:1008',
    sid: randomUUID().replaceAll('-', ''),
    scopes,
    jti: randomUUID(),
  });
  const headers = { authorization: `Bearer ${assertion}`, accept: 'application/json' };
  const response = await orchestrator.orchestrator.app.inject({ method: 'POST', url: '/chat', headers, payload: { message: 'My orders?' } });
  return { status: response.statusCode, body: response.body };
}

test('with a code a site is trusted by both services at once', async () => {
  const site = await newSite();
  assert.equal((await ask(site)).status, 401);
  const code = await newCode();
  assert.deepEqual(await pair(await bodyOf({ site, code: code.toLowerCase().replaceAll('-', ' ') })), [200, 'pinned']);
  const { status, body } = await ask(site);
  assert.equal(status, 200, body);
  assert.match(body, /"tool":"list_orders"|list_orders/);
  assert.ok(!/"code":"(invalid_token|tool_failed|subject_mismatch|insufficient_scope)"/.test(body), body);
});

test('a code is used once, by whoever has it, in ten minutes', async () => {
  const site = await newSite();
  const code = await newCode();
  assert.deepEqual(await pair(await bodyOf({ site, code })), [200, 'pinned']);
  assert.deepEqual(await pair(await bodyOf({ site: await newSite(), code })), [403, 'pairing_refused']);
  assert.deepEqual(await pair(await bodyOf({ site, code: newPairingCode() })), [403, 'pairing_refused']);
  const old = await newCode();
  for (const { database } of [orchestrator, tools]) await database.query(`UPDATE pairing_codes SET expires_at = now() - interval '1 second'`);
  assert.deepEqual(await pair(await bodyOf({ site, code: old })), [403, 'pairing_refused']);
});

test('of two who come with one code at the same time, one is paired', async () => {
  const code = await newCode();
  const place = { database: orchestrator.database, service: 'orchestrator', configured: new Set<string>() } as const;
  const [first, second] = [await bodyOf({ site: await newSite(), code }), await bodyOf({ site: await newSite(), code })];
  // The second is done while the first is between its check and its end.
  const late = pairSite(place, first, async () => void (await pairSite(place, second)));
  await assert.rejects(late, { code: 'pairing_refused' });
});

test('a request that is not signed with the key it brings, or not for this code, is refused, and the code is not lost by it', async () => {
  const site = await newSite();
  const code = await newCode();
  const refused: Partial<Asked>[] = [
    { signWith: await newSite() },
    { typ: 'visitor-assertion+jwt' },
    { claims: { code: proofsOf(newPairingCode(), '').code } },
    { claims: { aud: 'orchestrator' } },
    { claims: { iss: 'javascript:alert(1)' } },
    { claims: { jwks: { keys: [] } } },
    { claims: { extra: 1 } },
    { claims: { jwks_uri: 'file:///etc/passwd' } },
    { lifetimeS: 3600 },
  ];
  for (const change of refused)
    assert.deepEqual(await pair(await bodyOf({ site, code, ...change })), [403, 'pairing_refused'], JSON.stringify(change));
  const body = await bodyOf({ site, code });
  assert.deepEqual(await pair({ ...body, proofs: { ...body.proofs, orchestrator: body.proofs['tools-api'] } }), [403, 'pairing_refused']);
  assert.deepEqual(await pair({ ...body, more: 1 }), [400, 'invalid_request']);
  assert.deepEqual(await pair({}), [400, 'invalid_request']);
  assert.deepEqual(await pair(body), [200, 'pinned']);
});

test('an orchestrator can’t pair another key at the tools API with what it was sent', async () => {
  const site = await newSite();
  const code = await newCode();
  const body = await bodyOf({ site, code });
  const forged = await bodyOf({ site: await newSite(site.key.issuer), code });
  const service = await tools.build({});
  const post = async (payload: object) => (await service.app.inject({ method: 'POST', url: '/sites/pair', payload })).json().code;
  // Its own proof is of no use there, and the site's proof is for the site's own request.
  assert.equal(await post({ ...forged, proofs: { ...forged.proofs, 'tools-api': forged.proofs.orchestrator } }), 'pairing_refused');
  assert.equal(await post({ ...forged, proofs: body.proofs }), 'pairing_refused');
});

test('the key of a paired site is replaced by another code alone, and a configured site by none', async () => {
  const site = await newSite();
  await pair(await bodyOf({ site, code: await newCode() }));
  const thief = await newSite(site.key.issuer);
  const code = await newCode();
  assert.deepEqual(await pair(await bodyOf({ site: thief, code, signWith: site })), [403, 'pairing_refused']);
  const { rows } = await orchestrator.database.query('SELECT jwks FROM paired_sites WHERE issuer = $1', [site.key.issuer]);
  assert.deepEqual(rows[0].jwks, site.jwks);
  const { issuer } = tools.site.issuer;
  assert.deepEqual(await pair(await bodyOf({ site: await newSite(issuer), code })), [409, 'site_configured']);
});

test('keys that can be fetched are fetched, so that the site may replace them; a site that is removed is trusted no longer', async () => {
  const site = await newSite();
  const server = createServer(
    (_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(site.jwks)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const jwks_uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
    assert.deepEqual(await pair(await bodyOf({ site, code: await newCode(), claims: { jwks_uri } })), [200, 'fetched']);
    assert.ok(await removePairedSite(orchestrator.database, site.key.issuer));
    assert.equal((await ask(site)).status, 401);
  } finally {
    server.close();
  }
});

test('codes are tried ten times a minute', async () => {
  const site = await newSite();
  const codes: unknown[] = [];
  for (let tries = 0; tries < 12; tries += 1) codes.push((await pair(await bodyOf({ site, code: newPairingCode() }), '10.0.0.1'))[1]);
  assert.ok(codes.includes('rate_limited'), codes.join());
});
