// A real WordPress with the plugin, and an orchestrator that the test plays itself, frame by frame.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { TokenVerifier, type VisitorAssertion } from '@aiguy/manifests/tokens';
import { dataDirectory, projectRoot } from '../../scripts/data-directory.ts';
import { chatPage, demoUsers, frontPage } from '../../scripts/demo-site.ts';
import { freePort } from '../../scripts/free-port.ts';
import { allScopes } from '../../scripts/keys.ts';
import { type Answer, cookiesOf, type Sent, send } from '../../scripts/wordpress/http.ts';
import { type NativeOptions, type NativeWordPress, startNativeWordPress } from '../../scripts/wordpress/native.ts';
import type { SitePage } from '../../scripts/wordpress/site.ts';

export type Received = { method: string; url: string; headers: IncomingMessage['headers']; body: string };
export type Upstream = { url: string; received: Received[]; answer: (request: Received, response: ServerResponse) => void; stop: () => void };

/** Plays the orchestrator; `answer` may be replaced at any time. */
export async function startUpstream(): Promise<Upstream> {
  const upstream: Upstream = { url: '', received: [], answer: (_request, response) => void response.writeHead(404).end(), stop: () => undefined };
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const received = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      upstream.received.push(received);
      upstream.answer(received, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  upstream.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  upstream.stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return upstream;
}

export type SiteOptions = Pick<NativeOptions, 'host' | 'database' | 'layout' | 'workers' | 'release'> & {
  /** Where in its address WordPress is at home, such as «/shop». */
  path?: string;
};

export async function startSite(
  orchestratorUrl: string,
  pages: SitePage[] = [],
  { path = '', ...options }: SiteOptions = {},
): Promise<NativeWordPress> {
  const port = await freePort();
  const site = {
    siteUrl: `http://127.0.0.1:${port}${path}`,
    siteTitle: 'Test shop',
    orchestratorUrl,
    users: demoUsers(),
    pages,
    frontPage,
    chatPage,
  };
  return await startNativeWordPress({
    cacheDir: join(dataDirectory(), 'cache'),
    pluginDir: join(projectRoot, 'wp-plugin'),
    port,
    site,
    log: () => undefined,
    ...options,
  });
}

/** Calls a route as a script on a page of the site would: with its Origin, and JSON where there is a body. */
export async function callRoute(site: NativeWordPress, path: string, sent: Sent & { cookie?: string; json?: unknown } = {}): Promise<Answer> {
  const { cookie, json, headers, ...rest } = sent;
  const body = json === undefined ? sent.body : JSON.stringify(json);
  return await send(`${site.url}/wp-json/aiguy/v1/${path}`, {
    ...rest,
    headers: { origin: site.url, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(cookie ? { cookie } : {}), ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

export type SessionAnswer = {
  sessionId: string;
  visitor: string;
  assertion: string;
  expiresAt: number;
  nonce: string | null;
  transport: string;
  orchestratorUrl: string | null;
};

export async function openSession(
  site: NativeWordPress,
  sent: { cookie?: string; headers?: Record<string, string> } = {},
): Promise<{ session: SessionAnswer; cookie: string; answer: Answer }> {
  const answer = await callRoute(site, 'session', { method: 'POST', json: {}, ...sent });
  return { session: JSON.parse(answer.text) as SessionAnswer, cookie: [sent.cookie, cookiesOf(answer)].filter(Boolean).join('; '), answer };
}

/** As the services do it. @returns the claims */
export async function verifyAssertion(site: NativeWordPress, assertion: string): Promise<VisitorAssertion> {
  const jwks = JSON.parse((await send(`${site.url}/wp-json/aiguy/v1/jwks`)).text);
  const verifier = new TokenVerifier([{ issuer: site.url, kinds: ['visitor-assertion'], jwks, scopes: allScopes }]);
  return await verifier.verify('visitor-assertion', assertion);
}

/** Signs in by the login form. @returns the cookies */
export async function signIn(site: NativeWordPress, login: string, password: string): Promise<string> {
  const form = new URLSearchParams({ log: login, pwd: password, testcookie: '1' }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded', cookie: 'wordpress_test_cookie=WP%20Cookie%20check' };
  const answer = await send(`${site.url}/wp-login.php`, { method: 'POST', headers, body: form });
  return cookiesOf(answer);
}

/** A signed-in user as a script on his page has him: login cookie, session and nonce. */
export async function enter(site: NativeWordPress, login: string, password: string): Promise<{ cookie: string; headers: Record<string, string> }> {
  const cookie = await signIn(site, login, password);
  return { cookie, headers: { 'x-wp-nonce': (await openSession(site, { cookie })).session.nonce ?? '' } };
}

/** What a page hands to the chat: the first one's data attribute. */
export const optionsOf = (html: string) =>
  JSON.parse((/data-aiguy="([^"]*)"/.exec(html)?.[1] ?? 'null').replaceAll('&quot;', '"').replaceAll('&#039;', "'").replaceAll('&amp;', '&'));
