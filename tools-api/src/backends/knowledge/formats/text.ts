// Turns bytes into text without ever guessing silently: strict UTF-8, a byte order mark, a declared charset, or an encoding that is beyond doubt.
import chardet from 'chardet';
import { DocumentError } from '../sources/source.ts';
import { limits } from './limits.ts';
import type { Reading } from './reading.ts';

/**
 * @param declared the charset that the server or the document names
 * @throws DocumentError when the bytes are no text, or their encoding is in doubt
 */
export function decodeText(bytes: Uint8Array, declared?: string): string {
  const text = decodeMarked(bytes) ?? decodeUtf8(bytes) ?? decodeUnmarked(bytes, declared);
  if (text.length > limits.textCharactersMax) {
    throw new DocumentError(`has ${text.length.toLocaleString('en')} characters; the limit is ${limits.textCharactersMax.toLocaleString('en')}`);
  }
  return text.replaceAll('\r\n', '\n');
}

/** Plain text is Markdown without marks. */
export function readText(bytes: Uint8Array, charset?: string): Reading {
  return { markdown: decodeText(bytes, charset) };
}

function decodeUnmarked(bytes: Uint8Array, declared: string | undefined): string {
  const utf16 = guessUtf16(bytes);
  if (utf16) {
    const text = decodeIf(bytes, utf16);
    if (text !== undefined) return text;
  }
  if (bytes.includes(0)) throw new DocumentError('is a binary file, not text');
  if (declared) {
    const text = decodeIf(bytes, declared);
    if (text !== undefined) return text;
    throw new DocumentError(`is neither UTF-8 nor ${declared}, as it says; save it as UTF-8`);
  }
  return decodeDetected(bytes);
}

/** Byte order marks of UTF-8 and UTF-16; the mark itself is dropped. */
function decodeMarked(bytes: Uint8Array): string | undefined {
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return decodeIf(bytes, 'utf-16le');
  if (first === 0xfe && second === 0xff) return decodeIf(bytes, 'utf-16be');
  if (first !== 0xef || second !== 0xbb || third !== 0xbf) return undefined;
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new DocumentError('begins as UTF-8 and then is not; save it as UTF-8');
  return text;
}

/** Strict, except that a stray control character or two becomes a space; nothing else is as surely UTF-8 as what is valid. */
function decodeUtf8(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const strays = text.match(allControls)?.length ?? 0;
    return strays * 500 <= text.length ? text.replace(allControls, ' ') : undefined;
  } catch {
    return undefined;
  }
}

/** @returns nothing when the bytes are not of that encoding, or the result holds what no text does */
function decodeIf(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return controls.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const controls = /[\u0000-\u0008\u000e-\u001f\u0080-\u0084\u0086-\u009f]/;
const allControls = new RegExp(controls, 'g');

/** ASCII characters in UTF-16 leave every second byte zero. */
function guessUtf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const sample = bytes.subarray(0, 4096);
  if (bytes.length % 2 || !sample.includes(0)) return undefined;
  const zeros = [0, 0];
  for (const [index, byte] of sample.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (Math.min(even, odd) * 20 > Math.max(even, odd) || Math.max(even, odd) * 5 < sample.length) return undefined;
  return odd > even ? 'utf-16le' : 'utf-16be';
}

/** Others write most Western letters with the same bytes, and some letters of their own with those of é's neighbours. */
const neighbours = ['windows-1250', 'windows-1254', 'windows-1257'];
const certaintyMin = 30;
const evidenceMin = 16;

/** Only Western and Cyrillic texts can be told from others; which of the Central European encodings it is can't be told from a page of text. */
function decodeDetected(bytes: Uint8Array): string {
  const [best, second] = chardet.analyse(bytes.subarray(0, 200_000));
  const distinct = best && best.confidence >= certaintyMin && best.confidence - (second?.confidence ?? 0) >= 10;
  const evidence = bytes.reduce((count, byte) => count + (byte > 127 ? 1 : 0), 0);
  let text: string | undefined;
  if (best && /^(windows-1252|ISO-8859-1)$/.test(best.name)) {
    const western = decodeIf(bytes, 'windows-1252');
    if ((distinct && evidence >= evidenceMin) || readsAlike(bytes, western)) text = western;
  }
  if (best?.name === 'windows-1251' && distinct && evidence >= evidenceMin) text = decodeIf(bytes, best.name);
  if (text === undefined) throw new DocumentError('is not UTF-8, and its encoding is in doubt; save it as UTF-8');
  return text;
}

/** A pound sign before a number is no letter of another language. */
function readsAlike(bytes: Uint8Array, western: string | undefined): boolean {
  return neighbours.every((encoding) => new TextDecoder(encoding).decode(bytes).replace(/Ł(?=\d)/g, '£') === western);
}
