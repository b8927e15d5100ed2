// The page that a visitor is on: asked of his browser when a tool wants it, given to that tool alone, and not kept.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { PageSnapshot } from '@aiguy/manifests/generated/http';
import type { ToolOutcome } from '../src/model/port.ts';
import { callsTool, type Harness, modelThat, newVisitor, readFrames, saysText, startHarness, toolsThat } from './harness.ts';

const scopes = ['docs:read', 'page:read'];
const page: PageSnapshot = { url: 'https://shop.example/cart/', title: 'Cart', landmarks: [], headings: [], controls: [], messages: [] };
let harness: Harness;
let url: string;
let given: Record<string, unknown>[] = [];

const model = modelThat((_call, { messages }) =>
  messages.at(-1)?.role === 'tool' ? saysText('You are in the cart.') : callsTool('navigate_page', { question: 'where am I' }),
);
const refusal: ToolOutcome = { ok: false, code: 'invalid_input', message: 'no page' };

before(async () => {
  const tools = toolsThat(async (_name, args) => {
    given.push(args);
    return refusal;
  });
  harness = await startHarness({ model, scopes, tools });
  url = await harness.orchestrator.app.listen({ host: '127.0.0.1', port: 0 });
});
after(async () => await harness.close());
beforeEach(() => {
  given = [];
});

type Visitor = ReturnType<typeof newVisitor>;
const newGuest = (): Visitor => ({ ...newVisitor(), scopes });
const headersOf = async (visitor: Visitor) => ({
  authorization: `Bearer ${await harness.assertionFor(visitor)}`,
  'content-type': 'application/json',
  accept: 'text/event-stream',
});

async function tell(visitor: Visitor, body: unknown, sid = visitor.sid): Promise<[number, unknown]> {
  const response = await fetch(`${url}/sessions/${sid}/page`, { method: 'POST', headers: await headersOf(visitor), body: JSON.stringify(body) });
  const { code, taken } = (await response.json()) as { code?: string; taken?: boolean };
  return [response.status, code ?? taken];
}

/** Asks where the visitor is, and answers as his browser does. */
async function ask(visitor: Visitor, whenWanted: (requestId: string) => Promise<void>): Promise<void> {
  const response = await fetch(`${url}/chat`, {
    method: 'POST',
    headers: await headersOf(visitor),
    body: JSON.stringify({ message: 'Where am I?' }),
  });
  let answering: Promise<void> | undefined;
  await readFrames(response, (frames) => {
    const wanted = frames
      .map(({ event }) => event as { name?: string; value?: { requestId: string } })
      .find(({ name }) => name === 'aiguy.page_wanted');
    if (wanted?.value) answering ??= whenWanted(wanted.value.requestId);
    return frames.at(-1)?.event.type === 'RUN_FINISHED';
  });
  await answering;
}

async function kept(): Promise<number> {
  return (await harness.database.query('SELECT FROM page_requests')).rowCount ?? 0;
}

test('the page that the browser tells goes to the tool beside the arguments, once, and nothing of it is left', async () => {
  const visitor = newGuest();
  let requestId = '';
  await ask(visitor, async (id) => {
    requestId = id;
    assert.deepEqual(await tell(visitor, { requestId: id, page }), [200, true]);
  });
  assert.deepEqual([given, await kept()], [[{ question: 'where am I', page }], 0]);
  assert.deepEqual(await tell(visitor, { requestId, page }), [404, 'not_found']);
  const { rows } = await harness.database.query<{ event: string }>('SELECT event::text AS event FROM events WHERE session_id = $1', [visitor.sid]);
  assert.ok(rows.every(({ event }) => !event.includes('shop.example/cart')));
});

test('a client that tells no page is not waited for long: the tool is called without', async () => {
  await ask(newGuest(), async () => undefined);
  assert.deepEqual([given, await kept()], [[{ question: 'where am I' }], 0]);
});

test('another session’s answer, and one that is no page, are refused and do not count', async () => {
  const visitor = newGuest();
  const stranger = newGuest();
  await ask(stranger, async () => undefined);
  given = [];
  await ask(visitor, async (requestId) => {
    assert.deepEqual(await tell(stranger, { requestId, page }), [404, 'not_found']);
    assert.deepEqual(await tell(stranger, { requestId, page }, visitor.sid), [404, 'not_found']);
    for (const wrong of [
      { requestId, page: { ...page, values: ['secret'] } },
      { requestId, page: { ...page, title: 'x'.repeat(401) } },
      { requestId, page: { ...page, title: 'a\0b' } },
      { requestId, page: { ...page, title: '\ud800' } },
      { requestId: 'x', page },
      { requestId },
    ])
      assert.deepEqual(await tell(visitor, wrong), [400, 'invalid_request'], JSON.stringify(wrong));
    assert.deepEqual(await tell(visitor, { requestId, page, more: 'x'.repeat(70_000) }), [413, 'payload_too_large']);
    assert.deepEqual(await tell(visitor, { requestId, page }), [200, true]);
  });
  assert.deepEqual(given, [{ question: 'where am I', page }]);
});
