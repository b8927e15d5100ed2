// A model uses what the visitor's site can look up: it reads the ability's own schema, and the call says which ability, at which pin, with which input.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { loadManifests, type Tool } from '@aiguy/manifests/load';
import { createAjv } from '@aiguy/manifests/validate';
import type { ToolOutcome } from '../src/model/port.ts';
import { callsTool, type Harness, modelThat, newVisitor, saysText, startHarness, toolsThat } from './harness.ts';

const base = loadManifests().get('run_site_ability') as Tool;
const input = { type: 'object', additionalProperties: false, required: ['day'], properties: { day: { type: 'string', maxLength: 20 } } };
const { site_abilities: _standsForAll, ...manifest } = base.manifest;
const hours: Tool = {
  ...base,
  manifest: { ...manifest, title: 'Store hours', description: 'Store hours. Of a day.', input, examples: [] },
  validateInput: createAjv().compile(input),
  ability: { name: 'shop/hours', pin: 'a'.repeat(64), takes: 'object' },
};

let harness: Harness;
let called: { name: string; args: object }[] = [];
let given: object = {};
let outcome: ToolOutcome;
const model = modelThat((_call, { messages }) =>
  messages.at(-1)?.role === 'tool' ? saysText('On Monday from 9 to 17.') : callsTool('site_shop_hours', given),
);

before(async () => {
  const tools = toolsThat(async (name, args) => {
    called.push({ name, args });
    return outcome;
  });
  harness = await startHarness({ model, tools, scopes: ['docs:read', 'ability:read'], siteTools: async () => new Map([['site_shop_hours', hours]]) });
});
after(async () => await harness.close());

async function ask() {
  called = [];
  const headers = { authorization: `Bearer ${await harness.assertionFor({ ...newVisitor(), scopes: ['docs:read', 'ability:read'] })}` };
  const payload = { message: 'When are you open on Monday?' };
  return (await harness.orchestrator.app.inject({ method: 'POST', url: '/ask', headers, payload })).json();
}

test('the ability runs with what the model filled in, and its result is what the answer may rest on', async () => {
  given = { day: 'Monday' };
  outcome = { ok: true, output: { result: { opens: '9', closes: '17' } } };
  const { text, outcome: ended } = await ask();
  assert.deepEqual([ended, text], ['success', 'On Monday from 9 to 17.']);
  assert.deepEqual(called, [{ name: 'run_site_ability', args: { ability: 'shop/hours', pin: 'a'.repeat(64), input: { day: 'Monday' } } }]);
  const [planned, answered] = model.requests;
  assert.deepEqual(planned?.tools.find(({ name }) => name === 'site_shop_hours')?.input, input);
  const result = answered?.messages.at(-1);
  assert.deepEqual(result?.role === 'tool' && result.outcome, { ok: true, output: { opens: '9', closes: '17' } });
});

test('what does not fit its schema is not sent', async () => {
  given = { town: 'Linz' };
  await ask();
  assert.deepEqual(called, []);
});

test('a number that the ability did not return is not told', async () => {
  given = { day: 'Monday' };
  outcome = { ok: true, output: { result: { closed: true } } };
  assert.doesNotMatch((await ask()).text, /17/);
});
