import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SiteSession } from '@aiguy/manifests/generated/http';
import { createArticleSuggestions } from './article-suggestions.ts';

const article = { document_id: 'returns', title: 'Return an item', heading: '', url: 'https://shop.example/help/returns/' };
const offered = { href: 'https://shop.example/help/returns/', title: 'Return an item' };

type Request = { url: string; headers: Record<string, string>; body: unknown; signal: AbortSignal };
type Answer = () => Response | Promise<Response>;

/** A text box with a clock that the test moves; each request gets the next answer, or the same article. */
function box(options: { answers?: Answer[]; base?: string; ensure?: () => Promise<SiteSession> } = {}) {
  const requests: Request[] = [];
  const waits: { ms: number; signal: AbortSignal; end: () => void }[] = [];
  let sessions = 0;
  const suggestions = createArticleSuggestions({
    rest: 'https://shop.example/wp-json/aiguy/v1/',
    base: options.base ?? 'https://shop.example/support/',
    session: {
      ensure: async () => {
        sessions += 1;
        return (await options.ensure?.()) ?? ({ sessionId: 'a' } as SiteSession);
      },
      renew: async () => assert.fail('no renewal for a suggestion'),
      change: async () => assert.fail('no other session for a suggestion'),
      headers: () => ({ 'X-WP-Nonce': 'n1' }),
    },
    fetch: (async (url: string, init: RequestInit) => {
      const { headers, body, signal } = init as RequestInit & Request;
      requests.push({ url, headers, body: JSON.parse(String(body)), signal });
      return await (options.answers?.shift() ?? (() => Response.json({ articles: [article] })))();
    }) as typeof fetch,
    wait: async (ms, signal) =>
      await new Promise<void>((end) => {
        waits.push({ ms, signal, end });
        signal.addEventListener('abort', () => end());
      }),
  });
  let changes = 0;
  suggestions.subscribe(() => {
    changes += 1;
  });
  const settle = async () => await new Promise((resolve) => setImmediate(resolve));
  return {
    suggestions,
    requests,
    waits,
    settle,
    /** Lets the pause pass. */
    pause: async () => {
      waits.at(-1)?.end();
      await settle();
    },
    sessions: () => sessions,
    changes: () => changes,
    titles: () => suggestions.snapshot().articles.map(({ title }) => title),
  };
}

test('after 350 ms of quiet the text is sent once, with the visitor’s session, and the articles are there', async () => {
  const { suggestions, requests, waits, pause, titles } = box();
  for (const typed of ['how do I r', 'how do I re', 'how do I return ']) suggestions.type(typed);
  assert.deepEqual(
    waits.map(({ ms, signal }) => [ms, signal.aborted]),
    [
      [350, true],
      [350, true],
      [350, false],
    ],
  );
  await pause();
  assert.deepEqual(
    requests.map(({ url, body }) => [url, body]),
    [['https://shop.example/wp-json/aiguy/v1/suggestions', { text: 'how do I return' }]],
  );
  assert.equal(requests[0]?.headers['X-WP-Nonce'], 'n1');
  assert.deepEqual(suggestions.snapshot(), { articles: [offered], announced: 1 });
  suggestions.type('how do I return');
  assert.equal(waits.length, 3, 'a blank at the end asks nothing new');
  assert.deepEqual(titles(), ['Return an item']);
});

test('short texts, addresses and long numbers are not sent, and begin no session', async () => {
  const { suggestions, waits, sessions, titles } = box();
  for (const typed of ['', '  ', 'hi', 'return item', 'a b', 'where is 2530531 now', 'my card 4111 1111 1111 1111', 'I am ada@example.com'])
    suggestions.type(typed);
  assert.deepEqual([waits.length, sessions(), titles()], [0, 0, []]);
  for (const typed of ['one two three', 'return-items', 'in 2026 it was late']) suggestions.type(typed);
  assert.equal(waits.length, 3);
});

test('of a long text the first 200 characters are sent, whole ones', async () => {
  const { suggestions, requests, waits, pause } = box();
  suggestions.type('😀'.repeat(300));
  await pause();
  assert.deepEqual(requests[0]?.body, { text: '😀'.repeat(200) });
  suggestions.type('😀'.repeat(301));
  assert.equal(waits.length, 1);
});

test('typing on aborts the request that is out; its late answer is not shown', async () => {
  let arrive: ((response: Response) => void) | undefined;
  const late = new Promise<Response>((resolve) => {
    arrive = resolve;
  });
  const { suggestions, requests, pause, settle, titles } = box({ answers: [() => late] });
  suggestions.type('how do I return');
  await pause();
  suggestions.type('how do I return a kettle');
  assert.equal(requests[0]?.signal.aborted, true);
  arrive?.(Response.json({ articles: [{ ...article, title: 'Too late' }] }));
  await settle();
  assert.deepEqual(titles(), []);
  await pause();
  assert.deepEqual(titles(), ['Return an item']);
});

test('articles stay while more is typed, and go when the box is emptied, the text too short or the message sent', async () => {
  const { suggestions, requests, pause, titles } = box();
  suggestions.type('how do I return');
  await pause();
  suggestions.type('how do I return it');
  assert.deepEqual(titles(), ['Return an item']);
  suggestions.type('how');
  assert.deepEqual(titles(), []);
  suggestions.type('how do I return it');
  await pause();
  assert.deepEqual(titles(), ['Return an item']);
  suggestions.type('how do I return it by post');
  suggestions.type('');
  await pause();
  assert.deepEqual([titles(), requests.length], [[], 2]);
});

test('a visitor who has waved them away is not asked for again until the box was empty', async () => {
  const { suggestions, requests, pause, titles } = box();
  suggestions.type('how do I return');
  await pause();
  suggestions.dismiss();
  suggestions.type('how do I return a kettle');
  await pause();
  assert.deepEqual([titles(), requests.length], [[], 1]);
  suggestions.type('');
  suggestions.type('how do I pay');
  await pause();
  assert.deepEqual([titles(), requests.length], [['Return an item'], 2]);
});

test('what is said about them is said once for one message', async () => {
  const two = () => Response.json({ articles: [article, { ...article, title: 'Another' }] });
  const { suggestions, pause } = box({ answers: [() => Response.json({ articles: [] }), two] });
  suggestions.type('how do I');
  await pause();
  assert.equal(suggestions.snapshot().announced, 0);
  suggestions.type('how do I return');
  await pause();
  assert.equal(suggestions.snapshot().announced, 2);
  suggestions.type('how do I return it');
  await pause();
  assert.deepEqual([suggestions.snapshot().articles.length, suggestions.snapshot().announced], [1, 2]);
  suggestions.type('');
  assert.equal(suggestions.snapshot().announced, 0);
});

test('whatever goes wrong shows nothing, and takes away what no longer fits', async () => {
  const failures: Answer[] = [
    () => Response.json({ code: 'rate_limited' }, { status: 429 }),
    () => Response.json({ hello: 'world' }),
    () => Response.json(null),
    () => new Response('<h1>Hello</h1>'),
    () => Promise.reject(new TypeError('Failed to fetch')),
  ];
  for (const failure of failures) {
    const { suggestions, pause, titles } = box({ answers: [() => Response.json({ articles: [article] }), failure] });
    suggestions.type('how do I return');
    await pause();
    assert.deepEqual(titles(), ['Return an item']);
    suggestions.type('how do I return it');
    await pause();
    assert.deepEqual(titles(), []);
  }
  const { suggestions, pause, requests, changes } = box({ ensure: async () => Promise.reject(new Error('blocked')) });
  suggestions.type('how do I return');
  await pause();
  assert.deepEqual([requests.length, changes()], [0, 0]);
});

test('only web addresses become links, titles are text, and at most three are shown', async () => {
  const urls = [
    'javascript:alert(1)',
    'mailto:a@shop.example',
    'data:text/html,x',
    'https://u:p@evil.example/',
    'http://shop.example/a',
    'https://shop.example/b',
    '/c#d',
  ];
  const strange = [null, 5, {}, { title: 'x' }, { url: 'https://shop.example/' }];
  const answer = () =>
    Response.json({ articles: [...strange, ...urls.map((url) => ({ ...article, url, title: '<b>\u202eReturn</b>', heading: 'By post' }))] });
  const hrefs = async (base: string) => {
    const { suggestions, pause } = box({ answers: [answer], base });
    suggestions.type('how do I return');
    await pause();
    for (const { title } of suggestions.snapshot().articles) assert.equal(title, '<b>Return</b> – By post');
    return suggestions.snapshot().articles.map(({ href }) => href);
  };
  assert.deepEqual(await hrefs('https://shop.example/support/'), ['https://shop.example/b', 'https://shop.example/c#d']);
  assert.deepEqual(await hrefs('http://shop.example/support/'), ['http://shop.example/a', 'https://shop.example/b', 'http://shop.example/c#d']);
});
