import assert from 'node:assert/strict';
import { test } from 'node:test';
import JSZip from 'jszip';
import { chunkMarkdown } from '../chunk.ts';
import { DocumentError } from '../sources/source.ts';
import { convertDocument } from './convert-document.ts';
import { readDocument } from './read-document.ts';

const { signal } = new AbortController();

/** A PDF of one font; each page is a list of operators. */
function makePdf(pages: string[], trailer = ''): Buffer {
  const objects = pages.flatMap((content, index) => [
    `<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents ${5 + index * 2} 0 R/Resources<</Font<</F 3 0 R>>>>>>`,
    `<</Length ${content.length}>>stream\n${content}\nendstream`,
  ]);
  const all = [
    '<</Type/Catalog/Pages 2 0 R>>',
    `<</Type/Pages/Kids[${pages.map((_page, index) => `${4 + index * 2} 0 R`).join(' ')}]/Count ${pages.length}>>`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>',
    ...objects,
  ];
  let file = '%PDF-1.4\n';
  const offsets = all.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const table = `xref\n0 ${all.length + 1}\n0000000000 65535 f \n${offsets.join('')}`;
  return Buffer.from(`${file}${table}trailer\n<</Size ${all.length + 1}/Root 1 0 R${trailer}>>\nstartxref\n${file.length}\n%%EOF\n`, 'latin1');
}

const page = (lines: [y: number, text: string][]) => `BT /F 12 Tf ${lines.map(([y, text]) => `1 0 0 1 72 ${y} Tm (${text}) Tj`).join(' ')} ET`;
const read = (bytes: Uint8Array, key = 'manual.pdf') => readDocument({ key, bytes, documentId: 'manual', siteUrl: 'https://shop.example' }, signal);
const refused = async (bytes: Uint8Array, reason: RegExp, key?: string) =>
  await assert.rejects(read(bytes, key), (error) => error instanceof DocumentError && reason.test(error.message));

async function makeDocx(body: string, more: Record<string, string | Uint8Array> = {}): Promise<Buffer> {
  const archive = new JSZip();
  archive.file(
    '[Content_Types].xml',
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
  );
  archive.file(
    '_rels/.rels',
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
  );
  archive.file(
    'word/document.xml',
    `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`,
  );
  for (const [name, content] of Object.entries(more)) archive.file(name, content);
  return await archive.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE' });
}

const paragraph = (text: string, style = '') => `<w:p>${style && `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`}<w:r><w:t>${text}</w:t></w:r></w:p>`;

test('a PDF is read page by page, in paragraphs, without what every page repeats', async () => {
  const pages = [1, 2, 3, 4].map((number) =>
    page([
      [780, 'Fernhill manual'],
      [700, `Charge the lamp for ${number} hours. It is deliv-`],
      [686, 'ered half full.'],
      [640, '\\225 Never open it.'],
      [20, `Page ${number}`],
    ]),
  );
  const article = await read(makePdf(pages, '/Info<</Title(Lamp manual)/ModDate(D:20260304050607Z)>>'));
  assert.deepEqual([article.title, article.lastUpdated, article.url], ['Lamp manual', '2026-03-04', 'https://shop.example/manual/']);
  assert.ok(
    article.markdown.startsWith('## Page 1\n\nCharge the lamp for 1 hours. It is delivered half full.\n\n- Never open it.\n\n## Page 2\n\n'),
    article.markdown,
  );
  assert.doesNotMatch(article.markdown, /Fernhill|Page 4\n*$/);
  assert.deepEqual(
    chunkMarkdown(article.markdown).map(({ anchor }) => anchor),
    ['page-1', 'page-2', 'page-3', 'page-4'],
  );
});

test('a PDF is known by its first bytes, whatever its name', async () => {
  assert.match((await read(makePdf([page([[700, 'Some text.']])]), 'notes.md')).markdown, /Some text/);
  await refused(Buffer.from('Just text'), /^is no PDF file, whatever its name says$/);
});

test('a PDF that is damaged, encrypted, of pictures only, or too long is refused with its reason', async () => {
  await refused(Buffer.from('%PDF-1.7\ngarbage'), /^is a damaged PDF$/);
  const password = `/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<${'ab'.repeat(32)}>/U<${'cd'.repeat(32)}>>>/ID[<00><00>]`;
  await refused(makePdf([page([[700, 'Secret']])], password), /^is encrypted; save it without a password$/);
  await refused(makePdf(['']), /^has no text, only pictures; run text recognition/);
  await refused(makePdf(Array.from({ length: 2001 }, () => '')), /^has 2,001 pages; the limit is 2,000$/);
});

test('a Word document gives headings, lists and tables, and its title and date', async () => {
  const row = (cells: string[]) => `<w:tr>${cells.map((cell) => `<w:tc>${paragraph(cell)}</w:tc>`).join('')}</w:tr>`;
  const body = `${paragraph('Delivery', 'Heading1')}${paragraph('It takes three days.')}<w:tbl>${row(['Canada', '3'])}${row(['Austria', '2'])}</w:tbl>`;
  const properties = '<x xmlns:dcterms="d"><dcterms:modified xsi:type="dcterms:W3CDTF">2026-03-04T05:06:07Z</dcterms:modified></x>';
  const article = await read(await makeDocx(body, { 'docProps/core.xml': properties }), 'delivery.docx');
  assert.deepEqual([article.title, article.lastUpdated], ['Delivery', '2026-03-04']);
  assert.equal(article.markdown, '# Delivery\n\nIt takes three days.\n\n|  |  |\n| --- | --- |\n| Canada | 3 |\n| Austria | 2 |');
});

test('an archive that would swell is refused before it does, also when it lies about its size', async () => {
  const zeros = new Uint8Array(60_000_000);
  await refused(await makeDocx(paragraph('Text.'), { 'word/a.xml': zeros }), /^would unpack to more than 200 times its size$/, 'a.docx');
  const stored = await makeDocx(paragraph('Text.'), { 'word/a.xml': zeros.subarray(0, 2_000_000) });
  const honest = Buffer.alloc(4);
  honest.writeUInt32LE(2_000_000);
  const lie = Buffer.alloc(4);
  lie.writeUInt32LE(1000);
  for (let at = stored.indexOf(honest); at >= 0; at = stored.indexOf(honest, at)) lie.copy(stored, at);
  await refused(stored, /^is a damaged Word document$/, 'a.docx');
  const large = JSZip();
  for (const name of ['a', 'b'])
    large.file(name, Buffer.from(Array.from({ length: 60_000 }, (_, index) => `${name}${index * 7919} `.repeat(120)).join('')));
  await refused(await large.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE' }), /^would unpack to more than 100 MB$/, 'a.docx');
});

test('another archive, and half a Word document, are refused', async () => {
  const other = await JSZip().file('a.txt', 'Text.').generateAsync({ type: 'nodebuffer' });
  await refused(other, /^is an archive, but no Word document$/, 'a.docx');
  const whole = await makeDocx(paragraph('Text.'));
  await refused(whole.subarray(0, whole.length / 2), /^is a damaged Word document$/, 'a.docx');
  await refused(await makeDocx('<w:p>'), /damaged|understood/, 'a.docx');
});

test('reading ends at its limits of time and memory, and when it is cancelled', async () => {
  const bytes = makePdf(Array.from({ length: 500 }, () => page([[700, 'Some text. '.repeat(2000)]])));
  const convert = (limits?: { timeoutMs?: number; memoryMb?: number }, cancel = signal) => convertDocument({ format: 'pdf', bytes }, cancel, limits);
  await assert.rejects(convert({ timeoutMs: 300 }), new DocumentError("can't be read within 0.3 s"));
  await assert.rejects(convert({ memoryMb: 12 }), new DocumentError("can't be read with 12 MB of memory"));
  const cancel = AbortSignal.timeout(300);
  await assert.rejects(convert({}, cancel), { name: 'TimeoutError' });
});
