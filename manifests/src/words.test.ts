import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wordsFor, wordsIn } from './words.ts';

const german = wordsIn('de');
const french = wordsIn('fr-CA');

test('a language of a region is spoken as the language; an unknown one, and none, is English', () => {
  for (const [language, spoken] of [
    ['de-AT', 'de-AT'],
    ['de-DE-formal', 'de-DE'],
    ['fr', 'fr'],
    ['pt-PT-ao90', 'en'],
    ['de_DE', 'en'],
    ['constructor', 'en'],
    [undefined, 'en'],
  ] as const)
    assert.equal(wordsIn(language).language, spoken, String(language));
  assert.equal(wordsIn('de-AT').text('Cancel the order'), 'Bestellung stornieren');
  assert.equal(wordsIn('nl').text('Cancel the order'), 'Cancel the order');
});

test('the page’s language counts before the agent’s', () => {
  assert.equal(wordsFor({ language: 'fr', agent: { language: 'de' } }).language, 'fr');
  assert.equal(wordsFor({ agent: { language: 'de' } }).language, 'de');
  assert.equal(wordsFor({}).language, 'en');
});

test('a text without a translation stays English, with its values', () => {
  assert.equal(german.say('Nobody has translated {this}.', { this: 'yet' }), 'Nobody has translated yet.');
  assert.equal(german.say('order {order:any}', { order: '{order} $&' }), 'Bestellung {order} $&');
});

test('an English sentence with its values in it is known again; amounts, days and times are written as the language does', () => {
  const told: [string, string][] = [
    ['Cancel order W2403075', 'Bestellung W2403075 stornieren'],
    [
      '$1,188.67 to your Visa card ending in 4249 and your gift card',
      '1.188,67 $ auf Ihre Visa-Karte mit den Endziffern 4249 und Ihre Geschenkkarte',
    ],
    [
      'within 5 to 7 business days after the items have arrived and were checked',
      'innerhalb von 5 bis 7 Werktagen, nachdem die Artikel angekommen sind und geprüft wurden',
    ],
    [
      'Order W1 was delivered on 1 March 2026. A return was requested on 4 March 2026.',
      'Die Bestellung W1 wurde am 1. März 2026 geliefert. Am 4. März 2026 wurde eine Rücksendung angemeldet.',
    ],
    [
      'Nobody is there at this hour: it will be read from Monday 23 November at 09:00 Pacific Time.',
      'Um diese Zeit ist niemand da: Gelesen wird es ab Montag, 23. November, 09:00 Uhr (Nordamerikanische Westküstenzeit).',
    ],
    ['Taken back: Cancel order W1', 'Zurückgenommen: Bestellung W1 stornieren'],
    [
      'This is the page «Returns». It says: «Oops. Try again». Look for the button «Buy» or the link «Help».',
      'Das ist die Seite «Returns». Sie meldet: «Oops. Try again». Suchen Sie die Schaltfläche «Buy» oder den Link «Help».',
    ],
    ['Near to it: $5.00 above your limit; color is red, not blue.', 'Kommt dem nahe: 5,00 $ über Ihrer Grenze; color ist red, nicht blue.'],
    [
      '- Tea Kettle (material: glass), €94.68: in stock, only 2 left\n- Mug, CHF 5.00: out of stock',
      '- Tea Kettle (material: glass), 94,68 €: vorrätig, nur noch 2 da\n- Mug, 5,00 CHF: nicht vorrätig',
    ],
    [
      '- Boots, $90.00. Fits what you asked for (waterproof: yes), and is the cheapest that does.',
      '- Boots, 90,00 $. Passt zu dem, was Sie suchen (waterproof: yes), und ist am günstigsten.',
    ],
  ];
  for (const [english, said] of told) assert.equal(german.tell(english), said.replaceAll(/(\d) ([$€]|CHF)/g, '$1\u00a0$2'));
  assert.equal(french.tell('$12.50 to your PayPal account'), '12,50\u00a0$\u00a0US sur votre compte PayPal');
});

test('what is nobody’s sentence of ours is left as it is: a visitor’s words, a name, a time that is none', () => {
  for (const text of [
    'Salt and pepper, Road to Nowhere',
    'I paid $12.50 to my neighbour',
    'Our team is there now, until whenever',
    'Cancel order of the day, please',
    'order of magnitude',
    `${'to '.repeat(400)}`,
    '',
  ])
    assert.equal(german.tell(text), text);
});

test('a long line of what nearly fits is given up at once', () => {
  const startedMs = performance.now();
  for (const piece of [' is , not ', ' («', ', $1', 'Ticket T ( is . ']) german.tell(piece.repeat(800 / piece.length));
  assert.ok(performance.now() - startedMs < 1000);
});
