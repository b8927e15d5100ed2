import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventStreamParser, type StreamFrame } from './event-stream.ts';

const encode = (text: string) => new TextEncoder().encode(text);

function parse(...chunks: Uint8Array[]): StreamFrame[] {
  const parser = new EventStreamParser();
  return chunks.flatMap((chunk) => parser.push(chunk));
}

const stream =
  '\u{feff}: hello\nid: 1\ndata: {"a":"Grüße 👋🏽"}\n\n: heartbeat\r\n\r\nid: 2\r\ndata: one\r\ndata: two\r\n\r\nid:3\rdata:  three \r\rdata\n\nretry: 5\nevent: x\ndata: 4\n\nid: 5\ndata: never ended';
const expected = [
  { id: '1', data: '{"a":"Grüße 👋🏽"}' },
  { id: '2', data: 'one\ntwo' },
  { id: '3', data: ' three ' },
  { id: '3', data: '' },
  { id: '3', data: '4' },
];

test('frames are the same wherever the bytes are split in two', () => {
  const bytes = encode(stream);
  assert.deepEqual(parse(bytes), expected);
  for (let at = 0; at <= bytes.length; at += 1) assert.deepEqual(parse(bytes.subarray(0, at), bytes.subarray(at)), expected, `split at ${at}`);
});

test('frames are the same one byte at a time, with empty chunks between', () => {
  const chunks = [...encode(stream)].flatMap((byte) => [Uint8Array.of(byte), new Uint8Array()]);
  assert.deepEqual(parse(...chunks), expected);
});

test('a frame without data is none, but its id stays', () => {
  assert.deepEqual(parse(encode('id: 7\n\ndata: x\n\n')), [{ id: '7', data: 'x' }]);
});

test('an id with a zero byte does not count', () => {
  assert.deepEqual(parse(encode('id: 1\0\ndata: x\n\n')), [{ id: '', data: 'x' }]);
});

test('a line without end is refused before it fills the memory', () => {
  const parser = new EventStreamParser();
  assert.throws(() => {
    for (let times = 0; times < 2000; times += 1) parser.push(encode('x'.repeat(1000)));
  }, RangeError);
});

test('a megabyte in single bytes takes time in proportion', () => {
  const parser = new EventStreamParser();
  const bytes = encode(`data: ${'x'.repeat(200_000)}\n\n`);
  const started = performance.now();
  for (let at = 0; at < bytes.length; at += 1) parser.push(bytes.subarray(at, at + 1));
  assert.ok(performance.now() - started < 2000);
});
