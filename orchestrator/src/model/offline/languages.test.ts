// What the policy without a model says by itself, in German and French; what it quotes stays as it stands.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wordsIn } from '@aiguy/manifests/words';
import type { ToolDefinition, ToolOutcome, TranscriptMessage } from '../port.ts';
import { call, called, collect, docsTool, makeRequest, orderTool, retrieved, returnsPassage, textOf, user } from '../requests.fixture.ts';
import { failureAnswer } from './failure-answer.ts';
import { fakeEmbed } from './fake-embed.fixture.ts';
import { tellStep, walkOn } from './guide-walk.ts';
import { createOfflineModel } from './offline.ts';

const model = createOfflineModel({ embed: fakeEmbed });
const say = async (language: string, ...messages: TranscriptMessage[]) => textOf(await collect(model, makeRequest(messages, { language })));

test('a greeting, a question back and what is not found are said in the visitor’s language', async () => {
  assert.match(await say('de', user('hello')), /^Guten Tag! Fragen Sie mich nach/);
  assert.match(await say('fr', user('thanks')), /^Je vous en prie\. Puis-je/);
  assert.match(await say('de', user('Where is my order?')), /^Welche Bestellung meinen Sie\? .*sie sieht aus wie W1234567/);
  const search = call('retrieve_docs', { query: 'bitcoin' });
  const nothing: TranscriptMessage = {
    role: 'tool',
    call: search,
    outcome: { ok: true, output: { answerable: false, confidence: 0, passages: [] } },
  };
  assert.match(await say('de', user('bitcoin?'), called(search), nothing), /^Das finde ich in unserer Hilfe nicht\./);
});

test('the help centre is quoted in its own words, only the lead is ours', async () => {
  const search = call('retrieve_docs', { query: 'How long do I have to return something?' });
  const said = await say('de', user('How long do I have to return something?'), called(search), retrieved(search, returnsPassage));
  assert.match(said, /^Laut \*\*Return an item\*\*: You have 30 days/);
});

test('a guide that is told in German or French goes on by «nein», «oui» and the number of a step', () => {
  const guide: ToolDefinition = { ...docsTool, name: 'run_troubleshooting' };
  const step = {
    title: 'Reset it',
    heading: '',
    text: 'Hold the button.',
    number: 2,
    of: 3,
    passageId: 'p',
    caution: undefined,
    choices: [{ title: 'No light', step: 3 }],
  };
  for (const [language, told, answer, args] of [
    ['de', 'Schritt 2 von 3', 'nein', { helped: false }],
    ['de', 'schreiben Sie «ja»', 'ja, danke', { helped: true }],
    ['fr', 'étape 2 sur 3', 'oui', { helped: true }],
    ['fr', '«\u00a0étape 3\u00a0»', 'étape 3', { step: 3 }],
  ] as const) {
    const text = [...tellStep(wordsIn(language), step)].map((event) => (event.type === 'text' ? event.delta : '')).join('');
    assert.match(text, new RegExp(told, 'i'));
    const route = walkOn(makeRequest([user('it is broken'), { role: 'assistant', text, toolCalls: [] }, user(answer)], { tools: [guide] }));
    assert.deepEqual(route?.kind === 'call' && route.args, { problem: 'Reset it', step: 2, ...args });
  }
});

test('a rule of the shop is told; one of a schema, which is English, is left away', () => {
  const failed = (code: string, pointer: string, rule: string): Extract<ToolOutcome, { ok: false }> => ({
    ok: false,
    code,
    message: '',
    details: [{ pointer, rule }],
  });
  const told = (language: string, outcome: Extract<ToolOutcome, { ok: false }>) =>
    failureAnswer(wordsIn(language), { call: call(orderTool.name, {}), outcome });
  assert.equal(
    told('de', failed('not_allowed_now', '/order_id', 'the order is not cancelled')),
    'Das geht leider nicht: die Bestellung ist nicht storniert.',
  );
  assert.equal(
    told('de', failed('not_allowed_now', '/order_id', 'a rule of a tool of your own')),
    'Das geht leider nicht: a rule of a tool of your own.',
  );
  assert.equal(
    told('de', failed('invalid_input', '/zip', 'must match pattern "^x$"')),
    'Das ist nicht vollständig oder kann nicht stimmen: die Angabe «Postleitzahl». Bitte fragen Sie mich noch einmal.',
  );
  assert.match(
    told('de', failed('invalid_input', '/zip', 'is missing; a complete address in this country has a zip')),
    /«Postleitzahl» fehlt; .*: Postleitzahl\./,
  );
});
