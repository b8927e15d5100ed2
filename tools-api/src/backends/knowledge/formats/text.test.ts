import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DocumentError } from '../sources/source.ts';
import { decodeText } from './text.ts';

function encode(text: string, encoding: string): Uint8Array {
  const decoder = new TextDecoder(encoding);
  const bytes = new Map(Array.from({ length: 256 }, (_, byte) => [decoder.decode(new Uint8Array([byte])), byte]));
  return new Uint8Array([...text].map((letter) => bytes.get(letter) ?? assert.fail(`no ${letter} in ${encoding}`)));
}

const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();

test('text is read as UTF-8, with or without a byte order mark', () => {
  assert.equal(decodeText(Buffer.from('Größe\r\n“x” 日本')), 'Größe\n“x” 日本');
  assert.equal(decodeText(Buffer.from('\uFEFFGröße')), 'Größe');
  assert.equal(decodeText(Buffer.from(`${'word '.repeat(200)}a\u001bb`)).slice(-3), 'a b', 'one stray control character does no harm');
});

test('UTF-16 is recognised by its mark or by its zeros', () => {
  for (const text of ['\uFEFFGröße', 'Größe of the thing']) {
    assert.equal(decodeText(Buffer.from(text, 'utf16le')), text.replace('\uFEFF', ''));
    assert.equal(decodeText(utf16be(text)), text.replace('\uFEFF', ''));
  }
});

test('an older encoding is read when it is beyond doubt', () => {
  const french =
    'Vous pouvez retourner un article dans les 30 jours après la livraison. Le remboursement est crédité sur votre compte où vous avez payé. Ça coûte 5 €. Les frais de port sont à votre charge, sauf si l’article est arrivé abîmé ou s’il a été livré à la mauvaise adresse.';
  const english = 'You’ll get your money back within 5 days — that’s the rule, and it costs £5 at most.';
  const german = 'Sie können Ihre Bestellung zurückgeben. Für größere Artikel gilt: “Rückgabe” – kostenlos.';
  const russian = 'Вы можете вернуть товар в течение 30 дней после доставки. Деньги вернутся на счёт.';
  for (const text of [french, english, german]) assert.equal(decodeText(encode(text, 'windows-1252')), text);
  assert.equal(decodeText(encode(russian, 'windows-1251')), russian);
});

test('an encoding that shares most letters with the Western one is never taken for it', () => {
  const texts: [encoding: string, text: string][] = [
    ['windows-1250', 'Můžete vrátit'],
    ['windows-1250', 'Zboží můžete vrátit do 30 dnů od doručení. Peníze vám vrátíme na účet, ze kterého jste platili.'],
    ['windows-1250', 'Przesyłka dojdzie w ciągu dwóch dni. Możesz zwrócić zamówienie w ciągu 30 dni od dostawy.'],
    [
      'windows-1250',
      'A terméket az átvételtől számított 30 napon belül küldheti vissza. A pénzt arra a számlára utaljuk, amelyről fizetett, körülbelül öt munkanapon belül. A sérült csomagot fényképezze le, és írjon nekünk.',
    ],
    [
      'windows-1250',
      'Narudžbu možete vratiti u roku od 30 dana od dostave. Novac vraćamo na račun s kojeg ste platili, najkasnije pet dana nakon što nam pošaljete proizvod.',
    ],
    ['windows-1254', 'Ürünü teslimattan sonra 30 gün içinde iade edebilirsiniz. Paranız hesabınıza geri ödenir, kargo ücretsizdir.'],
    ['windows-1257', 'Prekę galite grąžinti per 30 dienų nuo pristatymo. Pinigus grąžinsime į sąskaitą, iš kurios mokėjote.'],
    ['windows-1257', 'Preci varat atgriezt 30 dienu laikā pēc piegādes. Naudu atmaksāsim kontā, no kura maksājāt, piecu darba dienu laikā.'],
  ];
  for (const [encoding, text] of texts) assert.throws(() => decodeText(encode(text, encoding)), DocumentError, text);
  for (const [encoding, text] of texts) assert.equal(decodeText(encode(text, encoding), encoding), text);
});

test('an encoding in doubt is refused, unless it is declared', () => {
  const bytes = encode('Déjà payé?', 'windows-1252');
  assert.throws(() => decodeText(bytes), new DocumentError('is not UTF-8, and its encoding is in doubt; save it as UTF-8'));
  assert.equal(decodeText(bytes, 'iso-8859-1'), 'Déjà payé?');
  assert.throws(() => decodeText(bytes, 'shift_jis'), /neither UTF-8 nor shift_jis/);
  assert.throws(() => decodeText(bytes, 'klingon'), /neither UTF-8 nor klingon/);
});

test('a wrong declaration does not spoil what is UTF-8', () => {
  assert.equal(decodeText(Buffer.from('Größe'), 'windows-1252'), 'Größe');
});

test('binary bytes are refused', () => {
  assert.throws(() => decodeText(new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0, 0, 3])), /is a binary file/);
  assert.throws(() => decodeText(Uint8Array.from({ length: 4096 }, (_, index) => (index * 7919) % 251)), DocumentError);
});

test('five million characters are the limit', () => {
  assert.throws(() => decodeText(new Uint8Array(5_000_001).fill(97)), /has 5,000,001 characters; the limit is 5,000,000/);
});
