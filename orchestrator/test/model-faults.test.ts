// Every way in which the Messages API fails, through the whole orchestrator and the real SDK: each has one defined outcome.
import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import type { ChatAnswer } from '@aiguy/manifests/generated/http';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../scripts/embedded-postgres.ts';
import { type Script, startMessagesApi } from '../../test/doubles/messages-api.ts';
import {
  cutAfter,
  drip,
  errorAfter,
  httpError,
  inBytes,
  malformedAfter,
  messageEvents,
  type Reply,
  silentAfter,
  streamed,
  text,
  thinking,
  toolUse,
  type WireBlock,
  type WireStop,
} from '../../test/doubles/messages-api-replies.ts';
import type { Config } from '../src/config.ts';
import { createModel } from '../src/model/create-model.ts';
import type { ModelPort } from '../src/model/port.ts';
import { type Harness, modelThat, newVisitor, parseFrames, startHarness, toolsThat } from './harness.ts';
import { listen } from './socket-client.ts';

const said = 'Here is what I found — café ☕. Ask me anything else.';
const [firstSentence = ''] = /^.*?\./.exec(said) ?? [];
const say = (stop: WireStop = 'end_turn', ...blocks: WireBlock[]) => streamed(messageEvents(blocks.length > 0 ? blocks : [text(said)], stop));
const answer = say();
const orderCall = toolUse('toolu_1', 'get_order_status', '{"order_id":"W2530531"}');
const call = say('tool_use', orderCall);
const sayAndCall = say('tool_use', text('One moment. I am looking.'), orderCall);
/** Frames of `answer` before the first word, after it, and after the first sentence with the word that shows its end. */
const [beforeText, midSentence, midText] = [1, 5, 12];
/** Frames of `call` up to the middle of its arguments. */
const midArguments = 6;
const always = (reply: Reply) => () => reply;
const insert = (reply: Reply, at: number, ...parts: string[]): Reply => ({ ...reply, parts: reply.parts.toSpliced(at, 0, ...parts) });
const changed = (reply: Reply, change: (text: string) => string): Reply => ({ ...reply, parts: reply.parts.map((part) => change(String(part))) });
const waiting = (seconds: number) => httpError(429, 'rate_limit_error', { headers: { 'retry-after': String(seconds) } });
const overloaded = httpError(529, 'overloaded_error');
const longPrompt = httpError(400, 'invalid_request_error', { message: 'prompt is too long: 212431 tokens > 200000 maximum' });

type Expected = { outcome: string; attempts: number; tools?: number; text?: string; withinMs?: number; afterMs?: number };
type Row = { fault: string; script: Script; config?: Partial<Config>; expect: Expected };
const fine = (attempts: number, more: Partial<Expected> = {}): Expected => ({ outcome: 'success', attempts, text: said, ...more });
const fails = (outcome: string, attempts: number, more: Partial<Expected> = {}): Expected => ({ outcome, attempts, text: '', ...more });

const rows: Row[] = [
  { fault: 'none, with a tool', script: [call, answer], expect: fine(2, { tools: 1 }) },
  { fault: '429, retry-after 2 s', script: [waiting(2), answer], expect: fine(2, { afterMs: 2000 }) },
  { fault: '429, retry-after 120 s', script: always(waiting(120)), expect: fails('model_rate_limited', 1, { withinMs: 1000 }) },
  {
    fault: '429, retry-after 2 s, no time left',
    script: always(waiting(2)),
    config: { TURN_WALL_MS: 1500 },
    expect: fails('model_rate_limited', 1, { withinMs: 1000 }),
  },
  { fault: '429 for ever', script: always(httpError(429, 'rate_limit_error')), expect: fails('model_rate_limited', 3) },
  { fault: '500 once', script: [httpError(500, 'api_error'), answer], expect: fine(2) },
  { fault: '500 for ever', script: always(httpError(500, 'api_error')), expect: fails('model_unavailable', 3) },
  { fault: '503 of a proxy for ever', script: always(httpError(503, 'x')), expect: fails('model_unavailable', 3) },
  { fault: '529 once', script: [overloaded, answer], expect: fine(2) },
  { fault: '529 behind a tool', script: [call, overloaded, answer], expect: fine(3, { tools: 1 }) },
  { fault: '529 for ever', script: always(overloaded), expect: fails('model_unavailable', 3) },
  { fault: '529 for ever behind a tool', script: [call, overloaded, overloaded], expect: fails('model_unavailable', 3, { tools: 1 }) },
  { fault: 'error in HTTP 200 before text', script: [errorAfter(answer, beforeText, 'overloaded_error'), answer], expect: fine(2) },
  { fault: 'error in HTTP 200 in a sentence', script: [errorAfter(answer, midSentence, 'overloaded_error'), answer], expect: fine(2) },
  {
    fault: 'error in HTTP 200 behind a sentence',
    script: [errorAfter(answer, midText, 'overloaded_error'), answer],
    expect: fails('model_interrupted', 1, { text: firstSentence }),
  },
  { fault: 'error in HTTP 200 in a call', script: [errorAfter(call, midArguments, 'overloaded_error'), call, answer], expect: fine(3, { tools: 1 }) },
  {
    fault: 'error in HTTP 200 in a call for ever',
    script: always(errorAfter(call, midArguments, 'overloaded_error')),
    expect: fails('model_unavailable', 3),
  },
  {
    fault: 'cut behind an introduction',
    script: [cutAfter(say('end_turn', text('Here are the steps:\n\n1. Open the page')), 8), answer],
    expect: fine(2),
  },
  { fault: 'silent behind the headers', script: [silentAfter(answer, 0), answer], expect: fine(2) },
  { fault: 'silent behind message_start', script: [silentAfter(answer, 1), answer], expect: fine(2) },
  { fault: 'silent in a sentence', script: [silentAfter(answer, midSentence), answer], expect: fine(2) },
  { fault: 'silent in a call', script: [silentAfter(call, midArguments), call, answer], expect: fine(3, { tools: 1 }) },
  { fault: 'silent behind a sentence', script: always(silentAfter(answer, midText)), expect: fails('model_interrupted', 1, { text: firstSentence }) },
  { fault: 'silent for ever', script: always(silentAfter(answer, 0)), expect: fails('model_interrupted', 3, { withinMs: 4000 }) },
  {
    fault: 'pings only',
    script: always(drip({ ...answer, parts: Array(200).fill(String(answer.parts[1])) }, 20)),
    expect: fails('model_interrupted', 3, { withinMs: 4000 }),
  },
  {
    fault: 'a word now and then',
    script: always(drip(say('end_turn', text('word '.repeat(400))), 60)),
    config: { TURN_WALL_MS: 700 },
    expect: fails('budget_exhausted', 1, { afterMs: 690, withinMs: 1500 }),
  },
  { fault: 'malformed JSON before text', script: [malformedAfter(answer, beforeText), answer], expect: fine(2) },
  {
    fault: 'malformed JSON behind a sentence',
    script: always(malformedAfter(answer, midText)),
    expect: fails('model_interrupted', 1, { text: firstSentence }),
  },
  { fault: 'malformed JSON in a call', script: [malformedAfter(call, midArguments), call, answer], expect: fine(3, { tools: 1 }) },
  { fault: 'each byte a chunk', script: [inBytes(call), inBytes(answer)], expect: fine(2, { tools: 1 }) },
  {
    fault: 'lines end in CR LF, split',
    script: [inBytes(changed(call, (part) => part.replaceAll('\n', '\r\n'))), inBytes(changed(answer, (part) => part.replaceAll('\n', '\r\n')))],
    expect: fine(2, { tools: 1 }),
  },
  { fault: 'byte order mark', script: [insert(answer, 0, '\uFEFF')], expect: fine(1) },
  { fault: 'unknown events, blocks and deltas', script: [unknown(answer)], expect: fine(1) },
  { fault: 'an unknown event of 5 MB', script: [insert(answer, 3, frameOf({ type: 'news', text: 'x'.repeat(5_000_000) }))], expect: fine(1) },
  {
    fault: 'a text of 5 MB',
    script: always(say('end_turn', { ...text(''), deltas: [{ type: 'text_delta', text: 'word '.repeat(1_000_000) }] })),
    expect: fails('model_interrupted', 3),
  },
  { fault: 'message_start twice', script: [insert(answer, 2, String(answer.parts[0])), answer], expect: fine(2) },
  { fault: 'a second message spliced in', script: [insert(answer, midSentence, ...answer.parts.map(String)), answer], expect: fine(2) },
  { fault: 'max_tokens in text', script: [say('max_tokens', text(said))], expect: fine(1) },
  { fault: 'max_tokens in a call', script: [cutInside(call, 'max_tokens')], expect: fails('model_interrupted', 1) },
  { fault: 'refusal', script: always(say('refusal', text(''))), expect: fails('model_refused', 1) },
  { fault: 'pause_turn', script: [say('pause_turn', text('')), answer], expect: fine(2) },
  { fault: 'pause_turn for ever', script: always(say('pause_turn', text(''))), expect: fails('model_interrupted', 3) },
  { fault: 'context overflow, as 400', script: always(longPrompt), expect: fails('budget_exhausted', 1) },
  { fault: 'context overflow, as 413', script: always(httpError(413, 'request_too_large')), expect: fails('budget_exhausted', 1) },
  { fault: 'context overflow, as stop reason', script: always(say('model_context_window_exceeded', text(''))), expect: fails('budget_exhausted', 1) },
  { fault: 'another 400', script: always(httpError(400, 'invalid_request_error')), expect: fails('model_unavailable', 1) },
  { fault: 'nothing', script: always(streamed(messageEvents([]))), expect: fails('model_interrupted', 1) },
  { fault: 'empty text', script: always(say('end_turn', text(' '))), expect: fails('model_interrupted', 1) },
  { fault: 'only thinking', script: always(say('end_turn', thinking('Hm, let me see.', 'sig'))), expect: fails('model_interrupted', 1) },
  { fault: '401', script: always(httpError(401, 'authentication_error')), expect: fails('model_misconfigured', 1) },
  { fault: '402', script: always(httpError(402, 'billing_error')), expect: fails('model_misconfigured', 1) },
  { fault: '403', script: always(httpError(403, 'permission_error')), expect: fails('model_misconfigured', 1) },
  { fault: '404', script: always(httpError(404, 'not_found_error')), expect: fails('model_misconfigured', 1) },
  ...cuts('cut in a call', call, (frames) => ({ script: [cutAfter(call, frames), call, answer], expect: fine(3, { tools: 1 }) })),
  ...cuts('ended in order in a call', call, (frames) => ({
    script: [{ ...cutAfter(call, frames), ending: 'end' }, call, answer],
    expect: fine(3, { tools: 1 }),
  })),
  ...cuts('cut in the answer behind a tool', answer, (frames) => ({
    script: [call, cutAfter(answer, frames), answer],
    expect: frames < midText ? fine(3, { tools: 1 }) : fails('model_interrupted', 2, { text: firstSentence, tools: 1 }),
  })),
  ...cuts('cut in text and call', sayAndCall, (frames) => ({
    script: [cutAfter(sayAndCall, frames), call, answer],
    expect: frames < 6 ? fine(3, { tools: 1 }) : fails('model_interrupted', 1, { text: 'One moment.' }),
  })),
];

/** A row for each place at which the line can break before message_stop. */
function cuts(fault: string, reply: Reply, at: (frames: number) => Omit<Row, 'fault'>): Row[] {
  return reply.parts.map((_, frames) => ({ fault: `${fault}, behind frame ${frames} of ${reply.parts.length}`, ...at(frames) }));
}

function frameOf(event: { type: string } & Record<string, unknown>): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Things that a newer API might send, wherever they may stand. */
function unknown(reply: Reply): Reply {
  const news = [
    frameOf({ type: 'news', what: 1 }),
    frameOf({ type: 'content_block_start', index: 7, content_block: { type: 'hologram' } }),
    frameOf({ type: 'content_block_delta', index: 7, delta: { type: 'hologram_delta', data: 'x' } }),
    frameOf({ type: 'content_block_stop', index: 7 }),
    ': a comment\n\n',
  ];
  return insert(insert(reply, 5, ...news), 1, ...news.slice(0, 1));
}

/** The message ends in order, but in the middle of its call. */
function cutInside(reply: Reply, stop: WireStop): Reply {
  const end = messageEvents([], stop).slice(-2);
  return {
    ...reply,
    parts: [...reply.parts.slice(0, midArguments), frameOf({ type: 'content_block_stop', index: 0 }), ...end.map((event) => frameOf(event))],
  };
}

const terminal = ['RUN_FINISHED', 'RUN_ERROR'];
const lines: string[] = [];
let postgres: EmbeddedPostgres;
let usual: Running;

type Running = { harness: Harness; url: string };
/** What the row at hand has: its own provider and its own count of tools that ran. */
const current: { model: ModelPort | undefined; toolsRun: number } = { model: undefined, toolsRun: 0 };

async function start(config: Partial<Config>): Promise<Running> {
  const harness = await startHarness({
    model: modelThat((_, request, signal) => current.model?.stream(request, signal) ?? []),
    tools: toolsThat(async () => {
      current.toolsRun += 1;
      return { ok: true, output: { order_id: 'W2530531', status: 'processed' } };
    }),
    databaseUrl: postgres.url,
    config,
  });
  return { harness, url: await listen(harness) };
}

before(async () => {
  postgres = await startEmbeddedPostgres();
  usual = await start({});
});
after(async () => {
  await usual.harness.close();
  await postgres.stop();
});

for (const row of rows) {
  test(`${row.fault}: ${row.expect.outcome}`, { timeout: 10_000 }, async (t) => await assertRow(t, row));
}

test('the table of what came of each fault', (t) => {
  assert.equal(lines.length, rows.length);
  t.diagnostic(['fault'.padEnd(62), 'outcome'.padEnd(20), 'attempts  tools  text'].join(''));
  for (const line of lines) t.diagnostic(line);
});

async function assertRow(t: TestContext, { fault, script, config, expect }: Row): Promise<void> {
  const api = await startMessagesApi(script);
  t.after(async () => await api.stop());
  current.toolsRun = 0;
  current.model = createModel({
    tools: [],
    anthropicApiKey: 'key-for-tests',
    anthropicBaseUrl: api.url,
    planModel: 'claude-haiku-5-5',
    answerModel: 'claude-sonnet-5-5',
    requestTimeoutMs: 5000,
    idleTimeoutMs: 500,
  });
  const { harness, url } = config ? await start(config) : usual;
  if (config) t.after(harness.close);
  const visitor = newVisitor();
  const headers = { authorization: `Bearer ${await harness.assertionFor(visitor)}`, 'content-type': 'application/json', accept: 'application/json' };
  const startedMs = performance.now();
  const response = await fetch(`${url}/chat`, { method: 'POST', headers, body: '{"message":"Where is my order W2530531?"}' });
  const said = (await response.json()) as ChatAnswer;
  const tookMs = performance.now() - startedMs;
  const log = parseFrames(
    await (await fetch(`${url}/sessions/${visitor.sid}/events`, { headers: { ...headers, accept: 'text/event-stream' } })).text(),
  );
  const outcome = said.error?.code ?? said.outcome;
  const count = (type: string) => log.filter(({ event }) => event.type === type).length;
  lines.push(`${fault.padEnd(62)}${outcome.padEnd(20)}${String(api.requests.length).padEnd(10)}${String(current.toolsRun).padEnd(7)}${said.text}`);

  assert.deepEqual(
    { outcome, attempts: api.requests.length, tools: current.toolsRun, text: said.text.trim() },
    { outcome: expect.outcome, attempts: expect.attempts, tools: expect.tools ?? 0, text: expect.text ?? '' },
  );
  assert.ok(api.requests.length <= 3);
  assert.equal(count('RUN_FINISHED') + count('RUN_ERROR'), 1);
  assert.ok(terminal.includes(log.at(-1)?.event.type ?? ''));
  assert.equal(count('TOOL_CALL_START'), current.toolsRun, 'a call that is shown is one that ran');
  assert.equal(count('TEXT_MESSAGE_START'), count('TEXT_MESSAGE_END'));
  assert.deepEqual(
    log.map(({ id }) => id),
    log.map((_, index) => index + 1),
  );
  assert.ok(tookMs >= (expect.afterMs ?? 0) && tookMs <= (expect.withinMs ?? 9000), `took ${Math.round(tookMs)} ms`);
}
