import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { fakeSite, finished, frame, idle, openStream, refusal, settle, step, stream, unreachable } from './fake-site.fixture.ts';
import { ChatError } from './session.ts';

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
});

const begun = (id: number, messageId: string) =>
  frame(id, { type: 'RUN_STARTED', runId: messageId, input: { messages: [{ id: messageId, role: 'user', content: 'Hi' }] } });
const continued = (id: number) => frame(id, { type: 'RUN_STARTED', runId: 'c', input: { messages: [], resume: [{}] } });
const queued = (id: number, messageId: string) =>
  frame(id, { type: 'CUSTOM', name: 'aiguy.queued', value: { runId: 'r2', messageId, text: 'Hi', position: 1 } });
const settled = (id: number, interruptId: string) =>
  frame(id, { type: 'CUSTOM', name: 'aiguy.interrupt_settled', value: { interruptId, outcome: 'approved' } });
const approval = { type: 'decision', interruptId: 'c1', decision: 'approve' } as const;
const codeOf = async (promise: Promise<unknown>) =>
  await settle(promise).then(
    () => 'none',
    (error: unknown) => (error instanceof ChatError ? error.code : String(error)),
  );

test('a second message goes out during an answer, takes the log over, and ends with its own run only', async () => {
  const first = openStream();
  const second = openStream();
  const site = fakeSite([first.answer, second.answer]);
  const one = site.transport.send('One', 'message-01');
  await idle();
  first.push(begun(1, 'message-01') + step(2));
  await idle();
  const two = site.transport.send('Two', 'message-02');
  await idle();
  assert.equal(site.requests[0]?.signal.aborted, false, 'until the second is taken the first is read on');
  first.push(step(3));
  await idle();
  second.push(queued(4, 'message-02') + step(5));
  await settle(one);
  assert.equal(site.requests[0]?.signal.aborted, true);
  second.push(finished(6));
  await idle();
  second.push(begun(7, 'message-02'));
  await idle();
  assert.equal(site.requests[1]?.signal.aborted, false);
  second.push(finished(8));
  await settle(two);
  assert.deepEqual(
    [site.sent(), site.ids()],
    [
      ['POST chat', 'POST chat'],
      [1, 2, 3, 4, 5, 6, 7, 8],
    ],
  );
});

test('what the first answer had not yet brought when the second message was taken is fetched', async () => {
  const first = openStream();
  const site = fakeSite([
    first.answer,
    stream([queued(5, 'message-02')], 'hang'),
    stream([step(3) + step(4) + queued(5, 'message-02') + finished(6) + begun(7, 'message-02') + finished(8)]),
  ]);
  const one = site.transport.send('One', 'message-01');
  await idle();
  first.push(begun(1, 'message-01') + step(2));
  await idle();
  await settle(site.transport.send('Two', 'message-02'));
  await settle(one);
  assert.deepEqual(site.sent(), ['POST chat', 'POST chat', 'GET chat?after=2']);
  assert.deepEqual(site.ids(), [1, 2, 3, 4, 5, 6, 7, 8]);
});

test('a second message that is refused leaves the first answer alone', async () => {
  const first = openStream();
  const site = fakeSite([first.answer, refusal(429, 'rate_limited')]);
  const one = site.transport.send('One', 'message-01');
  await idle();
  first.push(begun(1, 'message-01'));
  await idle();
  assert.equal(await codeOf(site.transport.send('Two', 'message-02')), 'rate_limited');
  first.push(step(2) + finished(3));
  await settle(one);
  assert.deepEqual(site.ids(), [1, 2, 3]);
  assert.deepEqual(
    site.taken.map((command) => command.type === 'message' && command.messageId),
    ['message-01'],
  );
});

test('an answer goes on until what waits in another tab is answered too', async () => {
  const site = fakeSite([stream([begun(1, 'message-01') + queued(2, 'elsewhere') + finished(3)]), stream([begun(4, 'elsewhere') + finished(5)])]);
  await settle(site.transport.send('One', 'message-01'));
  assert.deepEqual(
    [site.sent(), site.ids()],
    [
      ['POST chat', 'GET chat?after=3'],
      [1, 2, 3, 4, 5],
    ],
  );
});

test('clicks, forms and undos go to their routes, and their run is followed', async () => {
  for (const [command, path, body] of [
    [approval, 'chat/confirmations', { interruptId: 'c1', decision: 'approve' }],
    [{ type: 'input', interruptId: 'i1', answer: { values: { a: 1 } } }, 'chat/inputs', { interruptId: 'i1', values: { a: 1 } }],
    [{ type: 'input', interruptId: 'i1', answer: { cancel: true } }, 'chat/inputs', { interruptId: 'i1', cancel: true }],
    [{ type: 'undo', effectId: 'e1' }, 'chat/undo', { effectId: 'e1' }],
  ] as const) {
    const site = fakeSite([stream([continued(1) + settled(2, 'c1')], 'break'), stream([finished(3)])]);
    await settle(site.transport.submit(command));
    assert.deepEqual([site.sent(), site.requests[0]?.body], [[`POST ${path}`, 'GET chat?after=2'], body]);
    assert.deepEqual([site.ids(), site.taken], [[1, 2, 3], [command]]);
  }
});

test('refused clicks are told by their code, with the fields that are wrong', async () => {
  for (const [status, code] of [
    [409, 'interrupt_decided'],
    [410, 'interrupt_expired'],
  ] as const) {
    assert.equal(await codeOf(fakeSite([refusal(status, code)]).transport.submit(approval)), code);
  }
  const details = [{ pointer: '/email', rule: 'format' }];
  const site = fakeSite([() => Response.json({ code: 'form_invalid', message: '', requestId: 'r', details }, { status: 400 })]);
  await assert.rejects(settle(site.transport.submit({ type: 'input', interruptId: 'i1', answer: { values: {} } })), {
    code: 'form_invalid',
    details,
  });
});

test('a click whose answer was lost and that is then refused as decided was this one: its outcome is followed', async () => {
  const site = fakeSite([unreachable, refusal(409, 'interrupt_decided'), stream([continued(1) + settled(2, 'c1') + finished(3)])]);
  await settle(site.transport.submit(approval));
  assert.deepEqual(site.sent(), ['POST chat/confirmations', 'POST chat/confirmations', 'GET chat?after=0']);
  assert.deepEqual([site.ids(), site.taken], [[1, 2, 3], [approval]]);
});

test('a receipt is fetched with the visitor’s headers', async () => {
  const site = fakeSite([() => Response.json({ number: 3 })]);
  const blob = await settle(site.transport.receipt(3));
  assert.deepEqual(
    [await blob.text(), site.sent(), site.requests[0]?.headers['X-WP-Nonce']],
    ['{"number":3}', ['GET chat/receipt?number=3'], 'nonce-0'],
  );
});

test('a file is fetched as what it is; a page of somebody else’s in its place is an error', async () => {
  const pdf = () => new Response('%PDF-', { headers: { 'Content-Type': 'application/pdf' } });
  const page = () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } });
  const site = fakeSite([pdf, page, refusal(404, 'not_found')]);
  const blob = await settle(site.transport.file('abc'));
  assert.deepEqual(
    [await blob.text(), site.sent(), site.requests[0]?.headers.Accept, site.requests[0]?.headers['X-WP-Nonce']],
    ['%PDF-', ['GET chat/file?id=abc'], 'application/pdf', 'nonce-0'],
  );
  await assert.rejects(settle(site.transport.file('abc')), { code: 'blocked' });
  await assert.rejects(settle(site.transport.file('abc')), { code: 'not_found' });
});

test('another route of the site is asked with what proves the visitor, and its refusal has its code', async () => {
  const site = fakeSite([() => Response.json({ sessions: [] }), refusal(429, 'rate_limited')]);
  assert.deepEqual(await settle(site.transport.call('sessions')), { sessions: [] });
  assert.equal(await codeOf(site.transport.call('feedback', { score: 5 })), 'rate_limited');
  assert.deepEqual(
    site.requests.map(({ method, path, body, headers }) => [method, path, body, headers['X-WP-Nonce']]),
    [
      ['GET', 'chat/sessions', undefined, 'nonce-0'],
      ['POST', 'chat/feedback', { score: 5 }, 'nonce-0'],
    ],
  );
});
