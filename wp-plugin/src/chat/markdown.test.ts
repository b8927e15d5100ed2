import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Block, type Inline, type MarkdownContext, parseMarkdown, plainText } from './markdown.ts';

const context: MarkdownContext = { base: 'https://shop.example/help/', knownHosts: new Set(['docs.example']), citations: new Set([1, 2]) };
const parse = (text: string): Block[] => parseMarkdown(text, context).blocks;
const text = (value: string): Inline => ({ type: 'text', text: value });

function inline(source: string): Inline[] {
  const [block, ...others] = parse(source);
  assert.equal(others.length, 0);
  assert.equal(block?.type, 'paragraph');
  return block?.type === 'paragraph' ? block.children : [];
}

test('bold, italic and code, nested and side by side', () => {
  assert.deepEqual(inline('a **b** *c* `d`'), [
    text('a '),
    { type: 'strong', children: [text('b')] },
    text(' '),
    { type: 'emphasis', children: [text('c')] },
    text(' '),
    { type: 'code', text: 'd' },
  ]);
  assert.deepEqual(inline('***both***'), [{ type: 'strong', children: [{ type: 'emphasis', children: [text('both')] }] }]);
  assert.deepEqual(inline('**a *b* c**'), [{ type: 'strong', children: [text('a '), { type: 'emphasis', children: [text('b')] }, text(' c')] }]);
});

test('signs that mark nothing stay as they are', () => {
  for (const source of ['2 * 3 * 4', 'snake_case_name', '**open', '*', '`', 'a [b] c', '[b](', '![', 'a****', '5 < 6 & 7 > 2', '\\'])
    assert.deepEqual(inline(source), [text(source)], source);
  assert.deepEqual(inline('\\*not\\* \\[this\\]'), [text('*not* [this]')]);
});

test('raw HTML is text', () => {
  const source = '<img src=x onerror=alert(1)><script>alert(1)</script><b>x</b>';
  assert.deepEqual(inline(source), [text(source)]);
});

test('markers of known sources become citations and stay with their word; other numbers stay text', () => {
  assert.deepEqual(inline('30 days [1].'), [text('30 days'), { type: 'citation', number: 1 }, text('.')]);
  assert.deepEqual(inline('see [3] and [x]'), [text('see [3] and [x]')]);
  assert.deepEqual(inline('[1](https://shop.example/)'), [{ type: 'link', href: 'https://shop.example/', host: undefined, children: [text('1')] }]);
});

test('links lead to web and mail addresses only, and foreign ones show their host', () => {
  const link = (source: string) => inline(source)[0];
  assert.deepEqual(link('[a](/returns)'), { type: 'link', href: 'https://shop.example/returns', host: undefined, children: [text('a')] });
  assert.deepEqual(link('[a](https://docs.example/x "Title")'), {
    type: 'link',
    href: 'https://docs.example/x',
    host: undefined,
    children: [text('a')],
  });
  assert.deepEqual(link('[a](https://evil.example/?q=1)'), {
    type: 'link',
    href: 'https://evil.example/?q=1',
    host: 'evil.example',
    children: [text('a')],
  });
  assert.deepEqual(link('[a](mailto:help@shop.example)'), { type: 'link', href: 'mailto:help@shop.example', host: undefined, children: [text('a')] });
  assert.deepEqual(link('[a](https://раураl.example/)'), {
    type: 'link',
    href: 'https://xn--l-7sba6dbr.example/',
    host: 'xn--l-7sba6dbr.example',
    children: [text('a')],
  });
});

const harmful = [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\u0000script:alert(1)',
  '\u0001javascript:alert(1)',
  'vbscript:x',
  'data:text/html,<script>alert(1)</script>',
  'file:///etc/passwd',
  'blob:https://shop.example/x',
  'https://user:pass@shop.example/',
  'https://shop.example@evil.example/',
  'ftp://x.example/',
  'about:blank',
];

test('any other address is shown as its label, without a link', () => {
  for (const address of harmful)
    assert.deepEqual(
      inline(`[label](${address})`).filter(({ type }) => type === 'link'),
      [],
      address,
    );
});

test('an image is never loaded: it is a link with its description', () => {
  assert.deepEqual(inline('![a cat](https://sink.example/?d=secret)'), [
    { type: 'link', href: 'https://sink.example/?d=secret', host: 'sink.example', children: [text('a cat')] },
  ]);
});

test('a bare address is a link that shows where it leads', () => {
  assert.deepEqual(inline('see https://evil.example/a?b=c.'), [
    text('see '),
    { type: 'link', href: 'https://evil.example/a?b=c', host: undefined, children: [text('https://evil.example/a?b=c')] },
    text('.'),
  ]);
});

test('paragraphs, headings, line breaks, quotes and rules', () => {
  assert.deepEqual(parse('# Title\none\ntwo\n\n> quoted\n\n---\n'), [
    { type: 'paragraph', isHeading: true, children: [text('Title')] },
    { type: 'paragraph', isHeading: false, children: [text('one'), { type: 'break' }, text('two')] },
    { type: 'paragraph', isHeading: false, children: [text('quoted')] },
  ]);
});

test('lists, numbered and nested, with lines that go on', () => {
  const item = (value: string, lists: never[] | object[] = []) => ({ children: [text(value)], lists });
  assert.deepEqual(parse('3. a\n4. b\n   - c\n   - d\n\n5. e'), [
    {
      type: 'list',
      isOrdered: true,
      start: 3,
      items: [item('a'), item('b', [{ type: 'list', isOrdered: false, start: 1, items: [item('c'), item('d')] }]), item('e')],
    },
  ]);
  assert.deepEqual(parse('- a\n  b'), [
    { type: 'list', isOrdered: false, start: 1, items: [{ children: [text('a'), { type: 'break' }, text('b')], lists: [] }] },
  ]);
});

test('a code block keeps its text, even without its end', () => {
  assert.deepEqual(parse('```js\n**a** <b>\n```\nafter'), [
    { type: 'code', text: '**a** <b>' },
    { type: 'paragraph', isHeading: false, children: [text('after')] },
  ]);
  assert.deepEqual(parse('```\nx'), [{ type: 'code', text: 'x' }]);
});

test('what is invisible or turns the direction around is taken out; joiners of scripts and emoji stay', () => {
  assert.deepEqual(inline('a\u202eb\u200bc\u2066d\u0007e\u{e0041}f\ufeffg\u00adh'), [text('abcdefgh')]);
  assert.deepEqual(inline('👩\u200d👩 می\u200cخواهم'), [text('👩\u200d👩 می\u200cخواهم')]);
  assert.deepEqual(inline('pay\u200dpal'), [text('paypal')]);
});

test('nothing nests deeper than eight levels', () => {
  const depth = (nodes: Inline[]): number => Math.max(0, ...nodes.map((node) => ('children' in node ? 1 + depth(node.children) : 0)));
  const source = `${'**a *b '.repeat(100)}c${'*c**c'.repeat(100)}`;
  assert.equal(depth(inline(source)), 8);
});

test('plain text for speech holds no marks and no markers', () => {
  assert.equal(plainText(parseMarkdown('**Yes** [1]: [here](/x)\n\n- `a`', context)), 'Yes: here\na');
});

const bombs: [string, string][] = [
  ['brackets', '['.repeat(50_000)],
  ['closed brackets', '[]('.repeat(50_000)],
  ['image brackets', '![a]('.repeat(20_000)],
  ['stars', '*a '.repeat(50_000)],
  ['alternating marks', '**a _b *c __d '.repeat(10_000)],
  ['backticks', Array.from({ length: 190 }, (_, index) => '`'.repeat(index)).join(' ')],
  ['quotes', `${'> '.repeat(10_000)}x`],
  ['nested lists', Array.from({ length: 5000 }, (_, index) => `${' '.repeat(index % 24)}- x`).join('\n')],
  ['fences', '```\n'.repeat(20_000)],
  ['a table of 5,000 columns', '| x '.repeat(5000)],
  ['a rule that is none', `- ${'- '.repeat(9000)}x`],
  ['a megabyte', 'word '.repeat(200_000)],
  ['addresses', 'https://a.example/'.repeat(5000)],
  ['address with dots', `https://a.example/${'.'.repeat(20_000)}x`],
];
for (const [name, source] of bombs) {
  test(`${name} cost less than 200 ms and end up short`, () => {
    const started = performance.now();
    const { blocks, isShortened } = parseMarkdown(source, context);
    assert.ok(performance.now() - started < 200, `${performance.now() - started} ms`);
    assert.ok(source.length <= 20_000 || isShortened);
    assert.ok(blocks.length <= 500);
  });
}
