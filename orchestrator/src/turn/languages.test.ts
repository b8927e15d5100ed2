// What is said of a result in German and French is measured by the same claim gate as in English; nothing true may be held back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadManifests, type ToolManifest } from '@aiguy/manifests/load';
import { languages, wordsIn } from '@aiguy/manifests/words';
import { describeResult } from '../model/offline/describe-result.ts';
import { whatIsSaid } from './follow-tasks.ts';

type Output = Record<string, unknown>;
const catalogue = loadManifests();
const nowMs = Date.parse('2026-11-22T10:00:00Z');

/** Statuses as tools-api/src/tools/get_order_status writes them, with the fields that bear them out. */
const orders: Output[] = [
  {
    status: 'pending',
    status_text: 'Order W2530531 was placed on 11 November 2026 and has not been shipped yet.',
    created_at: '2026-11-11T15:40:00Z',
  },
  { status: 'processed', status_text: 'Order W2530531 was shipped on 13 November 2026 and is on its way.', shipped_at: '2026-11-13T19:40:00Z' },
  { status: 'processed', status_text: 'Order W2530531 has been processed and is being made ready.' },
  {
    status: 'delivered',
    status_text: 'Order W2530531 was delivered on 1 March 2026. A return was requested on 4 March 2026.',
    delivered_at: '2026-03-01T10:00:00Z',
  },
  { status: 'delivered', status_text: 'Order W2530531 was completed on 1 March 2026.' },
  { status: 'delivered', status_text: 'Order W2530531 has been delivered.' },
  { status: 'cancelled', status_text: 'Order W2530531 was cancelled on 1 March 2026.', cancelled_at: '2026-03-01T10:00:00Z' },
  { status: 'cancelled', status_text: 'Order W2530531 has been cancelled.' },
].map((order) => ({
  order_id: 'W2530531',
  currency: 'EUR',
  total: 1098.82,
  items: [
    { name: 'Tea Kettle', quantity: 2 },
    { name: 'Mug', quantity: 1 },
  ],
  shipments: [{ tracking_numbers: ['687098298881'] }],
  refunds: [{ amount: 10 }],
  ...order,
}));

const results: { manifest: ToolManifest; output: Output }[] = [
  ...[...catalogue.values()].flatMap(({ manifest }) => {
    const output = manifest.examples.find((example) => example.output)?.output as Output | undefined;
    return output && manifest.answer && describeResult(manifest, output) !== '' ? [{ manifest, output }] : [];
  }),
  ...orders.map((output) => ({ manifest: catalogue.get('get_order_status')?.manifest ?? assert.fail(), output })),
];

for (const language of languages) {
  const words = wordsIn(language);

  test(`nothing that is said of a result in ${language} is withheld, and none of it is English`, () => {
    assert.ok(results.length > 15);
    for (const { manifest, output } of results) {
      const told = describeResult({ answer: manifest.answer }, output, words);
      const status = { id: 't', title: 't', state: 'done' as const, updated_at: '', output };
      assert.equal(whatIsSaid({ manifest }, status, { words, nowMs }), told, manifest.name);
      assert.notEqual(told, describeResult({ answer: manifest.answer }, output), manifest.name);
      const own = told.replaceAll(/«[^»]*»|\([^)]*\)/g, '');
      assert.doesNotMatch(own, /\b(?:the|been|your|within|goes)\b/i);
    }
  });
}

test('a state or an amount that the result does not bear out is withheld in German as it is in English', () => {
  const { manifest } = catalogue.get('get_order_status') ?? assert.fail();
  const output = { ...orders[0], status_text: 'Order W2530531 was delivered on 1 March 2026.' };
  const said = whatIsSaid(
    { manifest },
    { id: 't', title: 't', state: 'done', updated_at: '', output: { ...output, delivered_at: undefined } },
    {
      words: wordsIn('de'),
      nowMs,
    },
  );
  // The sentence stands in the record itself, so the record bears it out; a number that stands nowhere is not said.
  assert.match(said ?? '', /geliefert/);
  const wrong = { ...manifest, answer: 'Die Bestellung {order_id} kostet 12,50 €.' };
  assert.doesNotMatch(
    whatIsSaid({ manifest: wrong }, { id: 't', title: 't', state: 'done', updated_at: '', output }, { words: wordsIn('de'), nowMs }) ?? '',
    /12,50/,
  );
});
