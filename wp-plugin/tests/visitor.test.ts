// What a visitor does beside writing, on a real WordPress: rating, other conversations, links, transcripts by mail. Never another one's, never to an unproved address.
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, test } from 'node:test';
import { decodeJwt } from 'jose';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { callRoute, openSession, type Received, signIn, startSite, startUpstream, type Upstream } from './site.ts';

let site: NativeWordPress;
let upstream: Upstream;

before(async () => {
  upstream = await startUpstream();
  site = await startSite(upstream.url);
  // Every mail is caught; one to «broken» fails.
  site.evaluate(
    `wp_mkdir_p( WPMU_PLUGIN_DIR ); file_put_contents( WPMU_PLUGIN_DIR . '/mails.php', '<?php add_filter( "pre_wp_mail", function ( $none, $mail ) {
      if ( str_starts_with( $mail["to"], "broken" ) ) { return false; }
      update_option( "caught_mails", array( ...get_option( "caught_mails", array() ), $mail ), false ); return true; }, 10, 2 );' );`,
  );
});
after(async () => {
  await site.stop();
  upstream.stop();
});

const json = (response: ServerResponse, body: unknown, status = 200) =>
  void response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
const refuse = (response: ServerResponse, status: number, code: string) => json(response, { code, message: code, requestId: 'r' }, status);

type Mail = { to: string; subject: string; message: string; headers: string[] | string };
const mails = (): Mail[] => JSON.parse(site.evaluate("echo wp_json_encode( get_option( 'caught_mails', array() ) );")) as Mail[];
const noMails = () => void site.evaluate("delete_option( 'caught_mails' );");
/** Nobody has had any mail this hour. */
const newHour = () => void site.evaluate(`global $wpdb; $wpdb->query( "DELETE FROM $wpdb->options WHERE option_name LIKE 'aiguy_row_%'" );`);

const lines = [
  { from: 'visitor', text: 'Is <script>alert(1)</script> ok?\u202e', at: '2026-11-21T10:15:00.000Z', sources: [] },
  {
    from: 'assistant',
    text: 'Yes.\nVery.',
    at: '2026-11-21T10:15:04.000Z',
    sources: [
      { number: 1, title: 'Return an <i>item</i>', url: 'https://shop.example/?a=1&b=2' },
      { number: 2, title: 'Bad', url: 'javascript:alert(1)' },
    ],
  },
];
const hasSpoken = () => {
  upstream.answer = ({ url }, response) => {
    if (url.endsWith('/transcript')) json(response, { sessionId: 's'.repeat(32), isShortened: false, lines });
    else refuse(response, 404, 'not_found');
  };
};

async function customer(login = 'aarav') {
  const cookie = await signIn(site, login, `${login}-demo`);
  const nonce = (await openSession(site, { cookie })).session.nonce ?? '';
  const headers = { 'x-wp-nonce': nonce };
  return { ...(await openSession(site, { cookie, headers })), headers, login: cookie };
}
const post = async (who: { cookie: string; headers?: Record<string, string> }, path: string, body: unknown) =>
  await callRoute(site, path, { method: 'POST', json: body, cookie: who.cookie, headers: who.headers ?? {} });
const codeOf = (answer: { text: string }) => JSON.parse(answer.text).code as string;
const last = () => upstream.received.at(-1) as Received;

test('a rating goes to the visitor’s own session, and the orchestrator’s answer comes back', async () => {
  const guest = await openSession(site);
  upstream.answer = (_request, response) => json(response, { lastEventId: 9 });
  const rating = { runId: 'run-12345', score: -1, reason: 'wrong', comment: 'é' };
  const answer = await post(guest, 'chat/feedback', rating);
  assert.deepEqual([answer.status, JSON.parse(answer.text)], [200, { lastEventId: 9 }]);
  assert.deepEqual([last().method, last().url, JSON.parse(last().body)], ['POST', `/sessions/${guest.session.sessionId}/feedback`, rating]);
  const before_ = upstream.received.length;
  for (const [body, status] of [
    [{}, 400],
    [{ score: '5' }, 400],
    [{ score: 5, reason: ['x'] }, 400],
    [{ score: 5, sessionId: 'x' }, 400],
    [{ score: 5, comment: 'x'.repeat(9000) }, 413],
  ] as const)
    assert.equal((await post(guest, 'chat/feedback', body)).status, status, JSON.stringify(body).slice(0, 80));
  assert.equal((await post({ cookie: '' }, 'chat/feedback', rating)).status, 401);
  assert.equal(upstream.received.length, before_);
});

test('a new conversation is another session of the same visitor; the old one is left', async () => {
  const guest = await openSession(site);
  const next = await post(guest, 'session', { start: 'new' });
  assert.notEqual(JSON.parse(next.text).sessionId, guest.session.sessionId);
  assert.match(String(next.headers['set-cookie']), /aiguy_session=/);
  const { session, ...who } = await customer();
  const other = JSON.parse((await post(who, 'session', { start: 'new' })).text);
  assert.notEqual(other.sessionId, session.sessionId);
  assert.equal(decodeJwt(other.assertion).sub, 'wp:1:1008');
});

test('a signed-in visitor goes on with an earlier conversation that is his by the orchestrator’s word', async () => {
  const { session, ...who } = await customer();
  const earlier = 'e'.repeat(32);
  upstream.answer = ({ url }, response) => json(response, { sessionId: url.split('/').at(-1), createdAt: '', lastEventId: 3, running: false });
  const opened = await post(who, 'session', { open: earlier });
  assert.deepEqual([opened.status, JSON.parse(opened.text).sessionId], [200, earlier]);
  const asked = decodeJwt(String(last().headers.authorization).slice(7));
  assert.deepEqual([last().url, asked.sid, asked.sub], [`/sessions/${earlier}`, earlier, 'wp:1:1008']);
  const cookie = `${who.login}; ${(opened.headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ')}`;
  assert.equal((await openSession(site, { cookie, headers: who.headers })).session.sessionId, earlier, 'and stays there after a reload');
});

test('what the orchestrator does not call his he does not get, and a guest gets none', async () => {
  const { session, ...who } = await customer();
  upstream.answer = (_request, response) => refuse(response, 404, 'not_found');
  const refused = await post(who, 'session', { open: 'f'.repeat(32) });
  assert.deepEqual([refused.status, codeOf(refused), refused.headers['set-cookie']], [404, 'not_found', undefined]);
  assert.equal((await openSession(site, who)).session.sessionId, session.sessionId);
  upstream.answer = (_request, response) => json(response, { sessionId: 'g'.repeat(32) });
  assert.equal(codeOf(await post(who, 'session', { open: 'f'.repeat(32) })), 'orchestrator_unavailable', 'another session than was asked for');
  const asked = upstream.received.length;
  const guest = await openSession(site);
  assert.equal(codeOf(await post(guest, 'session', { open: 'f'.repeat(32) })), 'insufficient_scope');
  const withoutNonce = await post({ cookie: who.login }, 'session', { open: 'f'.repeat(32) });
  assert.equal(JSON.parse(withoutNonce.text).visitor, 'guest', 'the login cookie alone opens nothing');
  assert.equal(upstream.received.length, asked);
});

test('an earlier conversation is read as the visitor without opening it; guests and odd ids read nothing', async () => {
  const { session, ...who } = await customer();
  hasSpoken();
  const earlier = 'e'.repeat(32);
  const read = async (id: string, as: { cookie: string; headers?: Record<string, string> }) =>
    await callRoute(site, `chat/sessions?read=${id}`, { cookie: as.cookie, headers: { ...as.headers, 'sec-fetch-site': 'same-origin' } });
  const answer = await read(earlier, who);
  assert.deepEqual([answer.status, JSON.parse(answer.text).lines, answer.headers['set-cookie']], [200, lines, undefined]);
  const asked = decodeJwt(String(last().headers.authorization).slice(7));
  assert.deepEqual([last().url, asked.sid, asked.sub], [`/sessions/${earlier}/transcript`, earlier, 'wp:1:1008']);
  assert.equal((await openSession(site, who)).session.sessionId, session.sessionId);
  const count = upstream.received.length;
  const guest = await openSession(site);
  assert.deepEqual([(await read(earlier, guest)).status, (await read('../x', who)).status, (await read('', who)).status], [403, 400, 400]);
  assert.equal(upstream.received.length, count);
});

test('wishes of another shape are refused', async () => {
  const guest = await openSession(site);
  for (const body of [
    { start: 'old' },
    { open: 'short' },
    { open: '../../x'.repeat(5) },
    { start: 'new', open: 'f'.repeat(32) },
    { link: '' },
    { open: 7 },
    { sid: 'x' },
  ])
    assert.deepEqual(
      [(await post(guest, 'session', body)).status, codeOf(await post(guest, 'session', body))],
      [400, 'invalid_request'],
      JSON.stringify(body),
    );
});

test('the list is asked for as the visitor, and a link is made for his session and redeemed in a new one', async () => {
  const { session, ...who } = await customer();
  upstream.answer = (_request, response) => json(response, { sessions: [] });
  const list = await callRoute(site, 'chat/sessions', { cookie: who.cookie, headers: { ...who.headers, 'sec-fetch-site': 'same-origin' } });
  assert.deepEqual([list.status, list.text, last().url], [200, '{"sessions":[]}', '/sessions']);
  upstream.answer = (_request, response) => json(response, { token: 't'.repeat(43), expiresAt: '2026-11-21T10:00:00Z' }, 201);
  const link = await post(who, 'chat/link', {});
  assert.deepEqual([link.status, JSON.parse(link.text).token], [201, 't'.repeat(43)]);
  assert.deepEqual([last().method, last().url], ['POST', `/sessions/${session.sessionId}/continue-links`]);
  const guest = await openSession(site);
  upstream.answer = (_request, response) => json(response, { sessionId: 'x' });
  const redeemed = await post(guest, 'session', { link: 't'.repeat(43) });
  assert.equal(redeemed.status, 200, redeemed.text);
  const sid = JSON.parse(redeemed.text).sessionId;
  assert.notEqual(sid, guest.session.sessionId);
  assert.deepEqual(
    [last().url, JSON.parse(last().body), decodeJwt(String(last().headers.authorization).slice(7)).sid],
    ['/continue-links/redeem', { token: 't'.repeat(43) }, sid],
  );
  upstream.answer = (_request, response) => refuse(response, 404, 'link_invalid');
  const used = await post(guest, 'session', { link: 't'.repeat(43) });
  assert.deepEqual([used.status, codeOf(used), used.headers['set-cookie']], [404, 'link_invalid', undefined]);
});

test('a tab that shows another session than the cookie’s is told so instead of being served from it', async () => {
  const guest = await openSession(site);
  upstream.answer = (_request, response) => json(response, { events: [], lastEventId: 0, running: false });
  const follow = async (shown: string) =>
    await callRoute(site, 'chat?after=0', {
      cookie: guest.cookie,
      headers: { 'sec-fetch-site': 'same-origin', accept: 'application/json', 'x-aiguy-session': shown },
    });
  assert.equal((await follow(guest.session.sessionId)).status, 200);
  const other = await follow('f'.repeat(32));
  assert.deepEqual([other.status, codeOf(other)], [401, 'session_required']);
});

test('the transcript to keep is plain text with who, when and the sources', async () => {
  hasSpoken();
  const guest = await openSession(site);
  const answer = await callRoute(site, 'chat/transcript', { cookie: guest.cookie, headers: { 'sec-fetch-site': 'same-origin' } });
  const { name, text } = JSON.parse(answer.text);
  assert.match(name, /^conversation-\d{4}-\d\d-\d\d\.txt$/);
  assert.match(
    text,
    /^Your chat with Test shop\n\nYou, November 21, 2026 10:15 am\nIs <script>alert\(1\)<\/script> ok\?\n\nAssistant, .*\nYes\.\nVery\.\n\[1\] Return an <i>item<\/i> https:/,
  );
  assert.match(String(answer.headers['content-type']), /^application\/json/);
});

test('a signed-in visitor’s transcript goes to his account’s address, escaped, and to no other', async () => {
  hasSpoken();
  noMails();
  const who = await customer();
  assert.equal(codeOf(await post(who, 'chat/transcript', { email: 'evil@example.com' })), 'invalid_request');
  const answer = await post(who, 'chat/transcript', {});
  assert.equal(answer.status, 200, answer.text);
  const [mail, ...more] = mails();
  const address = site.evaluate("echo get_user_by( 'login', 'aarav' )->user_email;");
  assert.deepEqual([mail?.to, mail?.subject, more.length], [address, 'Your chat with Test shop', 0]);
  assert.ok(mail?.message.includes('Is &lt;script&gt;alert(1)&lt;/script&gt; ok?'));
  assert.ok(mail.message.includes('Yes.<br />\nVery.') && mail.message.includes('href="https://shop.example/?a=1&#038;b=2"'));
  assert.ok(!/<script|<i>|javascript:|\u202e/.test(mail.message), mail.message);
  assert.match(String(mail.headers), /text\/html; charset=UTF-8/);
  assert.equal(JSON.parse(answer.text).sentTo, `${address[0]}…@${address.split('@')[1]}`);
  assert.ok(!upstream.received.some(({ body, url }) => (body + url).includes(address)));
});

const codeIn = (mail: Mail | undefined) => /\b\d{6}\b/.exec(mail?.message ?? '')?.[0] ?? '';
const otherThan = (code: string) => (code === '111111' ? '222222' : '111111');

test('a guest’s transcript goes to an address that he has shown to be his, once, and the orchestrator never hears of it', async () => {
  hasSpoken();
  noMails();
  newHour();
  const guest = await openSession(site);
  const email = 'zebrawood@example.com';
  const asked = await post(guest, 'chat/transcript', { email });
  assert.deepEqual([asked.status, JSON.parse(asked.text)], [200, { codeSentTo: 'z…@example.com' }]);
  const code = codeIn(mails()[0]);
  assert.deepEqual([mails().length, mails()[0]?.to], [1, email]);
  assert.ok(!mails()[0]?.message.includes('Very.'));
  const refused = [
    await post(guest, 'chat/transcript', { email, code: otherThan(code) }),
    await post(guest, 'chat/transcript', { email: 'other@example.com', code }),
    await post(await openSession(site), 'chat/transcript', { email, code }),
    await post(guest, 'chat/transcript', { email, code: '1' }),
  ];
  assert.deepEqual(refused.map(codeOf), Array(4).fill('code_wrong'));
  const sent = await post(guest, 'chat/transcript', { email, code });
  assert.deepEqual([sent.status, JSON.parse(sent.text)], [200, { sentTo: 'z…@example.com' }]);
  assert.ok(mails()[1]?.message.includes('Very.'));
  assert.equal(codeOf(await post(guest, 'chat/transcript', { email, code })), 'code_wrong', 'used once');
  assert.ok(!upstream.received.some(({ body, url, headers }) => `${body}${url}${JSON.stringify(headers)}`.includes('zebrawood')));
  assert.ok(
    !site
      .evaluate(
        `global $wpdb; echo wp_json_encode( $wpdb->get_col( "SELECT option_value FROM $wpdb->options WHERE option_name LIKE 'aiguy_row_%'" ) );`,
      )
      .includes('zebrawood'),
  );
});

test('after five tries a code is worth nothing, at once or one after another, and after ten minutes neither', async () => {
  hasSpoken();
  noMails();
  newHour();
  const guest = await openSession(site);
  const email = 'guest@example.com';
  await post(guest, 'chat/transcript', { email });
  const code = codeIn(mails().at(-1));
  await Promise.all(Array.from({ length: 6 }, async () => await post(guest, 'chat/transcript', { email, code: otherThan(code) })));
  for (let tries = 0; tries < 5; tries += 1) await post(guest, 'chat/transcript', { email, code: otherThan(code) });
  assert.equal(codeOf(await post(guest, 'chat/transcript', { email, code })), 'code_wrong');
  await post(guest, 'chat/transcript', { email });
  const fresh = codeIn(mails().at(-1));
  site.evaluate(
    `global $wpdb; $wpdb->query( "UPDATE $wpdb->options SET option_value = CONCAT( '0000000001', SUBSTR( option_value, 11 ) ) WHERE option_name LIKE 'aiguy_row_%'" );`,
  );
  assert.equal(codeOf(await post(guest, 'chat/transcript', { email, code: fresh })), 'code_wrong');
});

test('mails are few: by session, by address, and none where nothing was said or the address is none', async () => {
  hasSpoken();
  noMails();
  newHour();
  const guest = await openSession(site);
  const statuses: number[] = [];
  for (let index = 0; index < 6; index += 1) statuses.push((await post(guest, 'chat/transcript', { email: 'many@example.com' })).status);
  assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429]);
  assert.equal((await post(await openSession(site), 'chat/transcript', { email: 'MANY@example.com' })).status, 429);
  const wrong = ['x', 'a@b', 'a@b.c\r\nBcc: all@example.com', `${'a'.repeat(250)}@example.com`, ['a@example.com'], 7];
  for (const email of wrong) assert.equal(codeOf(await post(guest, 'chat/transcript', { email })), 'invalid_request', String(email));
  const count = mails().length;
  upstream.answer = (_request, response) => json(response, { sessionId: 's'.repeat(32), isShortened: false, lines: [] });
  assert.equal(codeOf(await post(await openSession(site), 'chat/transcript', { email: 'new@example.com' })), 'not_found');
  assert.equal(mails().length, count);
});

test('visitors behind a trusted proxy are counted one by one', async () => {
  hasSpoken();
  newHour();
  const trust = (proxies: string) =>
    void site.evaluate(`update_option( 'aiguy_settings', array( 'trusted_proxies' => '${proxies}' ) + get_option( 'aiguy_settings' ) );`);
  trust('127.0.0.1');
  const statuses = new Set<number>();
  for (let visitor = 1; visitor <= 21; visitor += 1) {
    const { cookie } = await openSession(site);
    const as = { cookie, headers: { 'x-forwarded-for': `198.51.100.${visitor}` } };
    statuses.add((await post(as, 'chat/transcript', { email: `visitor${visitor}@example.com` })).status);
  }
  trust('');
  assert.deepEqual([...statuses], [200]);
});

test('of two first mails at the same moment both are counted', () => {
  newHour();
  const counted = site.evaluate(`
    $rows = new Aiguy\\Storage\\Kept_Rows( static fn(): string => 'secret' );
    $limits = new Aiguy\\Transcript\\Mail_Limits( new Aiguy\\Storage\\Kept_Counts( $rows ), static fn(): string => '192.0.2.1' );
    $other = static function ( string $sql ) use ( $limits, &$other ): string {
      if ( str_starts_with( $sql, 'INSERT' ) ) {
        remove_filter( 'query', $other );
        $limits->take( 'session', 'a@example.com' );
      }
      return $sql;
    };
    add_filter( 'query', $other );
    $limits->take( 'session', 'a@example.com' );
    echo Aiguy\\Storage\\Kept_Rows::fields( $rows->read( 'mails session session', time() ) )['times'];`);
  assert.equal(counted, '2');
});

test('a mail that can’t be sent is said', async () => {
  hasSpoken();
  newHour();
  assert.equal(codeOf(await post(await openSession(site), 'chat/transcript', { email: 'broken@example.com' })), 'mail_failed');
});
