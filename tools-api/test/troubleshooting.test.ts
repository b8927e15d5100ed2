// Guides one step at a time: found as passages are, walked without anything being kept, and never past the end without a person on offer.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Service } from '@aiguy/manifests/service';
import { type Harness, newSid, startHarness } from './harness.ts';
import { bent, sendFor } from './write-harness.ts';

type Step = {
  outcome: string;
  answerable?: boolean;
  corpus_version?: string;
  passages?: { id: string; document_id: string; text: string; url: string }[];
  guide?: { id: string; title: string; url: string; passage_id?: string };
  step?: { number: number; of: number; heading: string; text: string };
  caution?: { text: string; passage_id: string };
  choices?: { title: string; step: number }[];
  text?: string;
};

let harness: Harness;
let service: Service;
const guest = { sub: `anon:${newSid()}`, sid: newSid() };
const call = async (args: object) => await sendFor(harness, guest, { on: service, tool: 'run_troubleshooting', args });
const walk = async (args: object) => (await call(args)).body.output as Step;
const articleOf = (id: string) => readFileSync(new URL(`../demo/articles/${id}.md`, import.meta.url), 'utf8').replaceAll('**', '');

before(async () => {
  harness = await startHarness();
  service = await harness.build({ catalogue: bent() });
});
after(async () => await harness.close());

const headphones = 'My wireless headphones do not pair with my phone';

test('a problem begins with the first step of the article that fits, and with the passage that it stands in', async () => {
  const { outcome, guide, step, passages, choices } = await walk({ problem: headphones });
  assert.deepEqual([outcome, guide?.id, step?.number], ['step', 'headphones-do-not-pair', 1]);
  const [passage] = passages ?? [];
  assert.deepEqual([passages?.length, passage?.id, passage?.document_id], [1, guide?.passage_id, 'headphones-do-not-pair']);
  assert.ok(passage?.text.includes(step?.text ?? '-') && passage.url.startsWith(guide?.url ?? '-'));
  assert.ok(choices?.some(({ title }) => /sound breaks up/.test(title)));
  const docs = await sendFor(harness, guest, { on: service, tool: 'retrieve_docs', args: { query: headphones } });
  const passagesOfDocs = docs.body.output?.passages as Step['passages'];
  assert.equal(passagesOfDocs?.[0]?.document_id, guide?.id);
});

for (const problem of [headphones, 'the electric kettle stays dead when i press the switch']) {
  test(`«${problem}»: each «no» leads one step on, in the article’s order, to the end and then to a person`, async () => {
    const said: string[] = [];
    let at = await walk({ problem });
    const article = articleOf(at.guide?.id ?? '');
    for (let steps = 0; at.outcome === 'step' && steps < 60; steps += 1) {
      assert.equal(at.step?.number, steps + 1);
      said.push(at.step?.text ?? '');
      at = await walk({ problem, guide: at.guide?.id, step: at.step?.number, helped: false });
    }
    const places = said.map((text) => article.indexOf(text));
    assert.ok(said.length > 5 && places.every((place) => place > 0), said[places.indexOf(-1)]);
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
    assert.equal(at.outcome, 'exhausted');
    assert.match(at.text ?? '', /A person from our team can take it up/);
    assert.equal(at.passages, undefined);
  });
}

test('without the guide’s id the same problem goes on in the same guide', async () => {
  const byId = await walk({ problem: headphones, guide: 'headphones-do-not-pair', step: 2, helped: false });
  const byProblem = await walk({ problem: headphones, step: 2, helped: false });
  assert.deepEqual([byProblem.step, byProblem.guide], [byId.step, byId.guide]);
  assert.equal(byId.step?.number, 3);
});

test('«yes» ends it; a step without an answer is told again', async () => {
  const solved = await walk({ problem: headphones, guide: 'headphones-do-not-pair', step: 3, helped: true });
  assert.deepEqual([solved.outcome, solved.step], ['solved', undefined]);
  assert.equal((await walk({ problem: headphones, guide: 'headphones-do-not-pair', step: 3 })).step?.number, 3);
});

test('a case of its own is begun where the problem is that case, and is a way of its own', async () => {
  const { choices } = await walk({ problem: headphones });
  const branch = choices?.find(({ title }) => /sound breaks up/.test(title));
  const begun = await walk({ problem: 'my headphones are paired but the sound keeps breaking up' });
  assert.deepEqual([begun.step?.number, begun.step?.heading], [branch?.step, 'Headphones pair, but the sound breaks up']);
  const last = await walk({ problem: headphones, guide: 'headphones-do-not-pair', step: begun.step?.of, helped: false });
  assert.deepEqual([last.outcome, last.choices?.[0]?.step], ['exhausted', 1]);
});

test('what to mind stands before the first step', async () => {
  const { caution, guide, passages } = await walk({ problem: 'my electric kettle does not switch on' });
  assert.ok(caution?.text && articleOf(guide?.id ?? '').includes(caution.text.slice(0, 60)), caution?.text);
  assert.ok(passages?.find(({ id }) => id === caution?.passage_id)?.text.includes(caution.text));
  assert.equal((await walk({ problem: 'x y', guide: guide?.id, step: 1, helped: false })).caution, undefined);
});

test('what the help centre does not have is no guide, and an article without steps is answered from its passages', async () => {
  const none = await walk({ problem: 'my spaceship does not land on Mars' });
  assert.deepEqual([none.outcome, none.answerable, none.guide], ['none', false, undefined]);
});

test('a guide that is not there, and one that is for customers alone, are the same answer to a guest', async () => {
  await harness.database.query("UPDATE documents SET audience = 'customers' WHERE document_id = 'warranty'");
  const none = await call({ problem: 'x y', guide: 'no-such-guide' });
  const hidden = await call({ problem: 'x y', guide: 'warranty' });
  assert.deepEqual([none.status, none.body.code, hidden.body.code], [404, 'not_found', 'not_found']);
});

test('a step beyond the last is refused with the number of steps', async () => {
  const { body } = await call({ problem: headphones, guide: 'headphones-do-not-pair', step: 99 });
  assert.deepEqual([body.code, body.details?.[0]?.pointer], ['invalid_input', '/step']);
});
