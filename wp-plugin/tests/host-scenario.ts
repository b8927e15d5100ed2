// What a visitor's chat does with a site, whatever server, database and layout that has: it begins at the page, as a browser does.
import assert from 'node:assert/strict';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';
import { chatPageSlug } from '../../scripts/demo-site.ts';
import { type Answer, cookiesOf, open, type Sent, send } from '../../scripts/wordpress/http.ts';
import type { PlayedOrchestrator, PlayedSession } from '../../test/doubles/orchestrator.ts';

export type PageOptions = { rest: string; door: string; chat: string; style: string; suggestArticles: boolean };

/** Reads what the page says about its chat. */
export function optionsIn(html: string): PageOptions {
  const json = /data-aiguy="([^"]*)"/.exec(html)?.[1] ?? assert.fail('no chat on the page');
  return JSON.parse(json.replaceAll('&quot;', '"').replaceAll('&#039;', "'").replaceAll('&amp;', '&')) as PageOptions;
}

export class Browser {
  readonly origin: string;
  /** The page, which any other guest may have as well. */
  readonly html: string;
  readonly options: PageOptions;
  cookie = '';
  sessionId = '';
  nonce: string | null = null;
  /** The door that it uses. */
  base: string;

  /** @param html the page, as it was got or cached */
  constructor(pageUrl: string, html: string) {
    this.origin = new URL(pageUrl).origin;
    this.html = html;
    this.options = optionsIn(html);
    this.base = this.options.rest;
  }

  static async visit(pageUrl: string): Promise<Browser> {
    const page = await send(pageUrl);
    assert.deepEqual([page.status, page.headers['set-cookie']], [200, undefined], 'the page is a page and sets no cookie');
    return new Browser(pageUrl, page.text);
  }

  /** As the chat calls a route: with the page's origin, what a browser can unpack, and no nonce. */
  request({ json, headers, ...rest }: Sent & { json?: unknown }): Sent {
    const body = json === undefined ? {} : { body: JSON.stringify(json) };
    const type: Record<string, string> = json === undefined ? {} : { 'content-type': 'application/json' };
    const own = { origin: this.origin, 'accept-encoding': 'gzip', 'user-agent': 'Mozilla/5.0', cookie: this.cookie };
    return { ...rest, ...body, headers: { ...own, ...type, ...headers } };
  }

  url(path: string): string {
    return this.base + (this.base.includes('?') ? path.replace('?', '&') : path);
  }

  async call(path: string, sent: Sent & { json?: unknown } = {}): Promise<Answer> {
    const response = await open(this.url(path), this.request(sent));
    const chunks: Buffer[] = [];
    for await (const chunk of this.unpacked(response)) chunks.push(chunk as Buffer);
    return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString('utf8') };
  }

  async openSession(headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await this.call('session', { method: 'POST', json: {}, headers });
    if (answer.status === 200) {
      ({ sessionId: this.sessionId, nonce: this.nonce } = JSON.parse(answer.text));
      this.keepCookies(answer);
    }
    return answer;
  }

  keepCookies(answer: { headers: IncomingHttpHeaders }): void {
    const pairs = [this.cookie, cookiesOf(answer)].flatMap((cookies) => cookies.split('; ')).filter(Boolean);
    this.cookie = [...new Map(pairs.map((pair) => [pair.split('=')[0], pair])).values()].join('; ');
  }

  /** What has come so far is given at once, as browsers do. */
  unpacked(response: IncomingMessage): Readable {
    return response.headers['content-encoding'] === 'gzip' ? response.pipe(createGunzip({ flush: constants.Z_SYNC_FLUSH })) : response;
  }
}

/** The whole of it: session, an answer that streams, a file, errors. */
export async function playScenario(played: PlayedOrchestrator, browser: Browser): Promise<void> {
  const opened = await browser.openSession();
  assert.equal(opened.status, 200, opened.text);
  assert.match(String(opened.headers['cache-control']), /no-store/);
  await seesAnswerGrow(played, browser);
  await getsFile(played, browser);
  await readsErrors(browser);
}

/** The second half of the answer is said only after the first half was seen. */
export async function seesAnswerGrow(played: PlayedOrchestrator, browser: Browser): Promise<void> {
  let session: PlayedSession | undefined;
  played.onMessage = (given) => {
    session = given;
    given.emit(
      { type: 'TEXT_MESSAGE_START', messageId: 'a', role: 'assistant' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'a', delta: 'First half.' },
    );
  };
  const json = { message: 'Hi', messageId: `message-${crypto.randomUUID()}` };
  const response = await open(browser.url('chat'), browser.request({ method: 'POST', json, headers: { accept: 'text/event-stream' } }));
  assert.equal(response.statusCode, 200);
  assert.match(String(response.headers['content-type']), /^text\/event-stream/);
  let text = '';
  for await (const chunk of browser.unpacked(response)) {
    text += String(chunk);
    if (!text.includes('First half.') || session?.runId === undefined) continue;
    assert.equal((await browser.call('chat', { method: 'DELETE' })).text, '{"cancelled":true}', 'the visitor can stop it meanwhile');
    session.emit({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'a', delta: 'Second half.' }, { type: 'TEXT_MESSAGE_END', messageId: 'a' });
    session.finish();
  }
  assert.match(text, /^id: \d+\ndata: \{[^\n]*"RUN_STARTED"/, 'nothing stands before the stream');
  assert.match(text, /Second half\.[\s\S]*RUN_FINISHED[\s\S]*\n\n$/);
}

async function getsFile(played: PlayedOrchestrator, browser: Browser): Promise<void> {
  const session = played.sessions.get(browser.sessionId) ?? assert.fail('the session is not known');
  session.file = Buffer.from('%PDF-1.7 \u0000 played');
  const answer = await browser.call(`chat/file?id=${'f'.repeat(43)}`);
  assert.deepEqual([answer.status, answer.headers['content-type'], answer.text], [200, 'application/pdf', session.file.toString('utf8')]);
}

async function readsErrors(browser: Browser): Promise<void> {
  const long = await browser.call('chat', { method: 'POST', json: { message: 'x'.repeat(4001) } });
  const elsewhere = await browser.call('chat', { method: 'POST', json: { message: 'Hi' }, headers: { origin: 'https://evil.example' } });
  const nobody = await browser.call('chat?after=0', { headers: { cookie: '' } });
  const unknown = await browser.call(`chat/confirmations`, { method: 'POST', json: { interruptId: 'none', decision: 'approve' } });
  for (const [answer, status, code] of [
    [long, 400, 'message_too_long'],
    [elsewhere, 403, 'origin_not_allowed'],
    [nobody, 401, 'session_required'],
    [unknown, 404, 'not_found'],
  ] as const) {
    const body = JSON.parse(answer.text) as { code: string; requestId: string };
    assert.deepEqual([answer.status, body.code], [status, code], answer.text);
    assert.ok(body.requestId);
    assert.match(String(answer.headers['cache-control']), /no-store/);
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
  }
}

export function chatPageOf(siteUrl: string): string {
  return `${siteUrl}/${chatPageSlug}/`;
}
