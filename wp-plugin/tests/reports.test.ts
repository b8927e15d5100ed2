// The site's figures through WordPress: who may see them, who gets them by mail, and where a guest comes from.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { TokenVerifier } from '@aiguy/manifests/tokens';
import { decodeJwt } from 'jose';
import { send } from '../../scripts/wordpress/http.ts';
import type { NativeWordPress } from '../../scripts/wordpress/native.ts';
import { callRoute, enter, openSession, startSite, startUpstream, type Upstream } from './site.ts';

type As = { cookie?: string; headers?: Record<string, string> };

let site: NativeWordPress;
let upstream: Upstream;
let owner: Awaited<ReturnType<typeof enter>>;
let isDown: boolean;
const total = {
  conversations: 1234,
  messages: 2000,
  outcomes: { confirmed: 5, assumed: 6, abandoned: 7, reopened: 8, escalated: 9, open: 0 },
  ratings: { up: 11, down: 12 },
  firstAnswerMs: { p50: 700, p95: null },
  toolErrors: 3,
  capped: 4,
  costMicroUsd: 3_210_000,
};

before(async () => {
  upstream = await startUpstream();
  upstream.answer = ({ url }, response) => {
    const query = new URL(url, upstream.url).searchParams;
    const body = JSON.stringify({ from: query.get('from'), to: query.get('to'), total, days: [] });
    response.writeHead(isDown ? 500 : 200, { 'content-type': 'application/json' }).end(isDown ? 'down' : body);
  };
  site = await startSite(upstream.url);
  owner = await enter(site, 'owner', 'owner-demo');
});
after(async () => {
  await site.stop();
  upstream.stop();
});
beforeEach(() => {
  isDown = false;
  upstream.received.length = 0;
});

const span = 'from=2026-11-01&to=2026-11-07';
const report = async (as: As, query = span) => await callRoute(site, `admin/reports?${query}`, as);
const put = async (json: unknown, as: As = owner) => await callRoute(site, 'admin/reports/mail', { ...as, method: 'PUT', json });

test('the staff sees the figures, asked for as the one who asks; nobody else does', async () => {
  assert.equal((await report(owner)).status, 200);
  assert.equal(upstream.received.at(-1)?.url, `/staff/reports?${span}`);
  const customer = await enter(site, 'aarav', 'aarav-demo');
  const statuses = [await report(customer), await report({}), await report({ cookie: owner.cookie })].map(({ status }) => status);
  assert.deepEqual([statuses, upstream.received.length], [[403, 401, 401], 1]);
});

test('days that are none go nowhere', async () => {
  for (const query of ['', 'from=2026-11-01', 'from=2026-11-01&to=x', 'from[]=2026-11-01&to=2026-11-02', 'from=2026-11-01%26a=b&to=2026-11-02']) {
    assert.equal((await report(owner, query)).status, 400, query);
  }
  assert.equal(upstream.received.length, 0);
});

test('who asks for the weekly mail gets it, by his own wish alone; addresses are a manager’s to enter', async () => {
  const before = JSON.parse((await callRoute(site, 'admin/reports/mail', owner)).text);
  assert.deepEqual(before, { mine: false, addresses: [], next: null });
  const after = JSON.parse((await put({ mine: true, addresses: ['boss@shop.example'] })).text);
  assert.deepEqual([after.mine, after.addresses, new Date(after.next).getUTCDay()], [true, ['boss@shop.example'], 1]);
  site.evaluate(
    "wp_insert_user(array('user_login' => 'nina', 'user_pass' => 'nina-demo', 'user_email' => 'nina@shop.example', 'role' => 'editor'));",
  );
  const editor = await enter(site, 'nina', 'nina-demo');
  assert.deepEqual(JSON.parse((await callRoute(site, 'admin/reports/mail', editor)).text).addresses, null);
  assert.equal((await put({ addresses: ['nina@elsewhere.example'] }, editor)).status, 403);
});

test('what is no wish changes nothing: unknown fields, wrong kinds, no addresses, too many, too much, no nonce, no right', async () => {
  const refused: [unknown, number][] = [
    [{ mine: true, more: 1 }, 400],
    [{ mine: 'yes' }, 400],
    [{ addresses: ['nobody'] }, 400],
    [{ addresses: { a: 'a@b.example' } }, 400],
    [{ addresses: ['a@b.example\r\nBcc: c@d.example'] }, 400],
    [{ addresses: Array.from({ length: 21 }, (_none, index) => `a${index}@b.example`) }, 400],
    [{ addresses: ['x'.repeat(70_000)] }, 413],
  ];
  for (const [json, status] of refused) assert.equal((await put(json)).status, status, JSON.stringify(json).slice(0, 60));
  const customer = await enter(site, 'aarav', 'aarav-demo');
  assert.deepEqual([(await put({ mine: true }, customer)).status, (await put({ mine: true }, { cookie: owner.cookie })).status], [403, 401]);
  assert.deepEqual(JSON.parse((await callRoute(site, 'admin/reports/mail', owner)).text).addresses, ['boss@shop.example']);
});

type Caught = { mails: { to: string; subject: string; html: string; plain: string; headers: string[] }[]; nextInS: number };

/** Has WP-Cron run the planned event now, with the mails caught where they would leave. */
async function runWeek(): Promise<Caught> {
  site.evaluate(`file_put_contents(WPMU_PLUGIN_DIR . '/catch-mail.php', <<<'PHP'
    <?php
    add_filter('pre_wp_mail', function ($sent, $mail) {
      $mailer = (object) array('AltBody' => '');
      do_action_ref_array('phpmailer_init', array(&$mailer));
      $caught = array('to' => $mail['to'], 'subject' => $mail['subject'], 'html' => $mail['message'], 'plain' => $mailer->AltBody, 'headers' => $mail['headers']);
      update_option('caught_mails', array_merge((array) get_option('caught_mails', array()), array($caught)));
      return true;
    }, 10, 2);
    PHP);
    delete_option('caught_mails');
    wp_clear_scheduled_hook('aiguy_weekly_report');
    wp_schedule_single_event(time() - 1, 'aiguy_weekly_report');`);
  await send(`${site.url}/wp-cron.php?doing_wp_cron`);
  const printed = site.evaluate(`echo 'MAILS' . json_encode(array(
    'mails' => (array) get_option('caught_mails', array()), 'nextInS' => wp_next_scheduled('aiguy_weekly_report') - time()));`);
  return JSON.parse(printed.slice(printed.indexOf('MAILS') + 5)) as Caught;
}

test('the week’s mail goes out once: text and HTML, the same numbers, the way to end it; the site asks, nobody in particular', async () => {
  isDown = true;
  const whileDown = await runWeek();
  assert.equal(whileDown.mails.length, 0);
  assert.ok(whileDown.nextInS > 3300 && whileDown.nextInS <= 3600, 'tried again in an hour');
  isDown = false;
  const { mails, nextInS } = await runWeek();
  assert.deepEqual(mails.map(({ to }) => to).sort(), ['boss@shop.example', 'owner@example.com']);
  assert.ok(nextInS > 3600);
  const [mail] = mails;
  assert.match(mail?.subject ?? '', /Test shop: 1,234 conversations last week/);
  for (const text of [mail?.html ?? '', mail?.plain ?? '']) {
    for (const figure of ['1,234', '$3.21', '11 / 12', '0.7 s / –', 'page=aiguy-reports#weekly'])
      assert.ok(text.includes(figure), `${figure} in ${text}`);
  }
  assert.ok(mail?.headers.some((header) => header.startsWith('List-Unsubscribe: <http')));
  const asked = new URL(upstream.received.at(-1)?.url ?? '', upstream.url).searchParams;
  const [from, to] = [asked.get('from') ?? '', asked.get('to') ?? ''];
  assert.deepEqual([new Date(from).getUTCDay(), (Date.parse(to) - Date.parse(from)) / 86_400_000], [1, 6]);
  assert.deepEqual((await runWeek()).mails, []);
});

test('assertions of visitors and of staff name the site’s time zone, where it is not UTC', async (t) => {
  t.after(() => void site.evaluate("update_option( 'timezone_string', '' ); update_option( 'gmt_offset', 0 );"));
  const named = async () => {
    const { session } = await openSession(site);
    assert.equal((await report(owner)).status, 200);
    const staff = upstream.received.at(-1)?.headers.authorization?.replace('Bearer ', '') ?? '';
    return [session.assertion, staff].map((assertion) => decodeJwt(assertion).time_zone);
  };
  assert.deepEqual(await named(), [undefined, undefined]);
  site.evaluate("update_option( 'timezone_string', 'Europe/Berlin' );");
  assert.deepEqual(await named(), ['Europe/Berlin', 'Europe/Berlin']);
  site.evaluate("update_option( 'timezone_string', '' ); update_option( 'gmt_offset', -3.5 );");
  assert.deepEqual(await named(), ['-03:30', '-03:30']);
});

test('a guest’s assertion names his network by a digest, not by his address; a customer’s names none', async () => {
  const claims = async (as: As) => {
    const jwks = JSON.parse((await send(`${site.url}/wp-json/aiguy/v1/jwks`)).text);
    const verifier = new TokenVerifier([{ issuer: site.url, kinds: ['visitor-assertion'], jwks, scopes: [] }]);
    return await verifier.verify('visitor-assertion', (await openSession(site, as)).session.assertion);
  };
  const [one, other] = [await claims({}), await claims({ headers: { 'x-forwarded-for': '198.51.100.7' } })];
  assert.match(one.network ?? '', /^[A-Za-z0-9_-]{43}$/);
  assert.equal(other.network, one.network, 'nobody trusts the header');
  assert.equal((await claims(await enter(site, 'aarav', 'aarav-demo'))).network, undefined);
});

test('the address behind trusted proxies counts, as far as they vouch for it', () => {
  const of = (remote: string, forwarded: string, proxies: string[]) =>
    site
      .evaluate(`$_SERVER['REMOTE_ADDR'] = '${remote}'; $_SERVER['HTTP_X_FORWARDED_FOR'] = '${forwarded}';
      echo 'A:' . (new Aiguy\\Session\\Visitor_Network(fn() => 's', fn() => json_decode('${JSON.stringify(proxies)}')))->address();`)
      .split('A:')[1];
  const cases: [string, string, string[], string][] = [
    ['203.0.113.9', '198.51.100.7', [], '203.0.113.9'],
    ['10.1.2.3', '198.51.100.7', ['10.0.0.0/8'], '198.51.100.7'],
    ['10.1.2.3', '1.1.1.1, 198.51.100.7, 10.9.9.9', ['10.0.0.0/8'], '198.51.100.7'],
    ['10.1.2.3', 'unknown', ['10.0.0.0/8'], '10.1.2.3'],
    ['11.1.2.3', '198.51.100.7', ['10.0.0.0/8', 'nonsense', '/'], '11.1.2.3'],
    ['2001:db8::1', '2001:db8:1:2::3', ['2001:db8::1'], '2001:db8:1:2::3'],
    ['::ffff:10.1.2.3', '198.51.100.7:4711', ['10.0.0.0/8'], '198.51.100.7'],
  ];
  for (const [remote, forwarded, proxies, expected] of cases) assert.equal(of(remote, forwarded, proxies), expected, `${remote} ${forwarded}`);
});
