import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChatError, createSession, type SendJson } from './session.ts';

type Answer = Record<string, unknown> | Error;

function site(answers: Answer[]) {
  const nonces: (string | undefined)[] = [];
  let clock = 1_000_000;
  const wishes: object[] = [];
  const send: SendJson = async ({ url, method, headers, data }) => {
    assert.deepEqual([url, method], ['https://shop.example/wp-json/aiguy/v1/session', 'POST']);
    nonces.push(headers['X-WP-Nonce']);
    wishes.push(data);
    const answer = answers.shift() ?? {};
    if (answer instanceof Error) throw Object.assign(answer, { code: answer.message });
    return answer;
  };
  const session = createSession({ rest: 'https://shop.example/wp-json/aiguy/v1/', send, now: () => clock });
  return { session, nonces, wishes, passMs: (ms: number) => (clock += ms) };
}

const guest = { sessionId: 'guest-session', visitor: 'guest', assertion: 'a', expiresAt: 1300, nonce: null };
const signedIn = { ...guest, nonce: 'n1' };
const customer = { ...guest, sessionId: 'customer-session', visitor: 'customer', nonce: 'n2' };

test('a guest asks once and sends no nonce', async () => {
  const { session, nonces } = site([guest]);
  assert.equal((await session.ensure()).sessionId, 'guest-session');
  await session.ensure();
  assert.deepEqual(nonces, [undefined]);
  assert.deepEqual(session.headers(), { 'X-Aiguy-Session': 'guest-session' });
});

test('a signed-in visitor asks again with the nonce that came, and sends it from then on', async () => {
  const { session, nonces } = site([signedIn, customer]);
  assert.equal((await session.ensure()).visitor, 'customer');
  assert.deepEqual(nonces, [undefined, 'n1']);
  assert.deepEqual(session.headers(), { 'X-Aiguy-Session': 'customer-session', 'X-WP-Nonce': 'n2' });
});

test('another session is asked for with the nonce that is known, and stays until it ends; one that is refused leaves the old one', async () => {
  const other = { ...customer, sessionId: 'earlier-session' };
  const { session, nonces, wishes } = site([signedIn, customer, other, new Error('not_found')]);
  await session.ensure();
  assert.equal((await session.change({ open: 'earlier-session' })).sessionId, 'earlier-session');
  assert.deepEqual(
    [nonces, wishes],
    [
      [undefined, 'n1', 'n2'],
      [{}, {}, { open: 'earlier-session' }],
    ],
  );
  await assert.rejects(session.change({ open: 'x' }), { code: 'not_found' });
  assert.equal((await session.ensure()).sessionId, 'earlier-session');
});

test('calls at the same time share one request', async () => {
  const { session, nonces } = site([guest]);
  await Promise.all([session.ensure(), session.ensure(), session.renew()]);
  assert.equal(nonces.length, 1);
});

test('the session is renewed before it ends, with the nonce that is known', async () => {
  const { session, nonces, passMs } = site([signedIn, customer, { ...customer, expiresAt: 1600 }]);
  await session.ensure();
  passMs(269_000);
  await session.ensure();
  assert.equal(nonces.length, 2);
  passMs(2_000);
  await session.ensure();
  assert.deepEqual(nonces, [undefined, 'n1', 'n2']);
});

test('a nonce that the site does not know any more leads to a fresh start, as whoever is signed in now', async () => {
  const other = { ...customer, sessionId: 'other-session', nonce: 'n4' };
  const { session, nonces } = site([signedIn, customer, new Error('rest_cookie_invalid_nonce'), { ...signedIn, nonce: 'n3' }, other]);
  await session.ensure();
  assert.equal((await session.renew()).sessionId, 'other-session');
  assert.deepEqual(nonces, [undefined, 'n1', 'n2', undefined, 'n3']);
});

test('a clock that is hours wrong neither asks all the time nor never', async () => {
  for (const expiresAt of [1, 9_999_999]) {
    const { session, nonces, passMs } = site([{ ...guest, expiresAt }, guest]);
    await session.ensure();
    await session.ensure();
    assert.equal(nonces.length, 1);
    passMs(300_000);
    await session.ensure();
    assert.equal(nonces.length, 2);
  }
});

test('answers that are no session, and errors, come with a code for the visitor', async () => {
  const code = async (answer: Answer) =>
    await site([answer])
      .session.ensure()
      .catch((error: unknown) => (error instanceof ChatError ? error.code : error));
  assert.equal(await code({ hello: 'world' }), 'blocked');
  assert.equal(await code(new Error('origin_not_allowed')), 'origin_not_allowed');
  assert.equal(await code(new Error('invalid_json')), 'blocked');
  assert.equal(await code(new Error('offline_error')), 'offline');
  assert.equal(await code(new Error('fetch_error')), 'connection_lost');
});

test('a request that failed does not stand in the way of the next', async () => {
  const { session } = site([new Error('fetch_error'), guest]);
  await assert.rejects(session.ensure());
  assert.equal((await session.ensure()).sessionId, 'guest-session');
});
