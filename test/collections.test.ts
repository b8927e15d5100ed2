// An agent that is kept to some parts of the knowledge never cites the others: both services, the real search, and the answers that were kept before.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { signToken } from '@aiguy/manifests/tokens';
import { createKnowledgeModel } from '../orchestrator/src/model/create-model.ts';
import { staffScopes } from '../scripts/keys.ts';
import { newSession, startWholeSystem, type WholeSystem } from './whole-system.ts';

let system: WholeSystem;
const question = 'How much does it cost to have an upright piano tuned?';
const piano = {
  title: 'Piano tuning at home',
  url: 'https://shop.example/piano-tuning/',
  html: '<h2>Price of a tuning</h2><p>Our tuner comes to your home and tunes an upright piano for 95 dollars, on weekdays only.</p>',
  language: 'en-US',
  modified: '2026-11-20T10:00:00Z',
  collection: 'service',
};

before(async () => {
  system = await startWholeSystem({ model: createKnowledgeModel(), toolCallsMax: 5, shopOnly: false, keepsAnswers: true });
  const { app } = await system.tools.build();
  const assertion = await signToken('staff-assertion', system.tools.site.key, { sub: 'site', scopes: staffScopes, jti: crypto.randomUUID() });
  const headers = { authorization: `Bearer ${assertion}` };
  const put = await app.inject({ method: 'PUT', url: '/knowledge/documents/page-7', headers, payload: piano });
  assert.equal(put.statusCode, 200, put.body);
  await system.tools.learn();
});
after(async () => await system?.stop());

async function ask(collections: string[] | undefined) {
  const agent = { id: 'a', tools_off: ['recommend_products', 'check_inventory'], ...(collections ? { collections } : {}) };
  const guest = newSession(`anon:${crypto.randomUUID().slice(0, 23)}`);
  const answer = await system.post({ ...guest, agent }, '/ask', { message: question });
  return { cites: answer.citations?.some(({ url }) => url.startsWith(piano.url)) ?? false, says: JSON.stringify(answer).includes('95 dollars') };
}

test('the same question at agents with and without a part of the knowledge: only those with it cite it, also when its answer was kept', async () => {
  const rounds = [undefined, ['general'], ['service'], ['general', 'service'], ['no-such-part']];
  for (let round = 0; round < 2; round += 1) {
    const answers = [];
    for (const collections of rounds) answers.push(await ask(collections));
    assert.deepEqual(
      answers.map(({ cites, says }) => [cites, says]),
      [
        [true, true],
        [false, false],
        [true, true],
        [true, true],
        [false, false],
      ],
      `round ${round}`,
    );
  }
  const { body } = await system.orchestrator.inject({ url: '/metrics' });
  assert.match(body, /^aiguy_answer_cache_total\{result="hit_exact"\} 3$/m);
});
