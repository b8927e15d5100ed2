// Reads a document of any format: picks by its first bytes, its content type and its name, in this order.
import { type Article, DocumentError } from '../sources/source.ts';
import { completeArticle } from './complete-article.ts';
import { convertDocument } from './convert-document.ts';
import { readHtml } from './html.ts';
import { inMegabytes, limits } from './limits.ts';
import { readMarkdown } from './markdown.ts';
import type { Found, Reading } from './reading.ts';
import { decodeText, readText } from './text.ts';

/** Names of files that are documents; the others in a folder are not read. */
export const documentName = /\.(md|markdown|html?|xhtml|pdf|docx|txt)$/i;

/** @throws DocumentError with a reason for the owner; the signal's reason when it is aborted */
export async function readDocument(found: Found, signal: AbortSignal): Promise<Article> {
  signal.throwIfAborted();
  checkSize(found.bytes.length);
  return completeArticle(await readFormat(found, signal), found);
}

/** @throws DocumentError when the document is empty or too large to be read; called before it is fetched, where its size is known */
export function checkSize(bytes: number): void {
  if (bytes === 0) throw new DocumentError('is empty');
  if (bytes > limits.documentBytesMax) throw new DocumentError(`has ${inMegabytes(bytes)}; the limit is ${inMegabytes(limits.documentBytesMax)}`);
}

async function readFormat(found: Found, signal: AbortSignal): Promise<Reading> {
  const charset = /charset\s*=\s*"?([^\s";]+)/i.exec(found.contentType ?? '')?.[1];
  const format = formatOf(found);
  if (format === 'pdf' || format === 'docx') return await convertDocument({ format, bytes: found.bytes }, signal);
  if (format === 'html') return readHtml(found.bytes, { charset, pageUrl: found.url });
  return format === 'markdown' ? readMarkdown(decodeText(found.bytes, charset)) : readText(found.bytes, charset);
}

type Format = 'pdf' | 'docx' | 'markdown' | 'html' | 'text';

function formatOf({ bytes, contentType, key }: Found): Format {
  const packed = formatOfMagic(bytes);
  if (packed) return packed;
  if (/\.(pdf|docx)$/i.test(key)) throw new DocumentError(`is no ${key.split('.').at(-1)?.toUpperCase()} file, whatever its name says`);
  return formatOfType(contentType) ?? formatOfName(key) ?? (looksLikeHtml(bytes) ? 'html' : 'markdown');
}

const binaries: [name: string, magic: string][] = [
  ['a PNG picture', '\x89PNG'],
  ['a JPEG picture', '\xff\xd8\xff'],
  ['a GIF picture', 'GIF8'],
  ['a gzip archive', '\x1f\x8b'],
  ['an old Word document (.doc); save it as .docx', '\xd0\xcf\x11\xe0'],
  ['RTF; save it as .docx', '{\\rtf'],
];

/** @throws DocumentError when the bytes are of a kind that no name makes readable */
function formatOfMagic(bytes: Uint8Array): Format | undefined {
  const start = Buffer.from(bytes.subarray(0, 8)).toString('latin1');
  const binary = binaries.find(([, magic]) => start.startsWith(magic));
  if (binary) throw new DocumentError(`is ${binary[0]}, which can't be read`);
  if (start.startsWith('PK')) return 'docx';
  // Some writers put a few bytes before it.
  return Buffer.from(bytes.subarray(0, 1024)).toString('latin1').includes('%PDF-') && !/^\s*[<#\w-]{3}/.test(start) ? 'pdf' : undefined;
}

/** Servers call many things text/plain or a stream of octets; then the name says more. */
function formatOfType(contentType: string | undefined): Format | undefined {
  if (/^(text\/html|application\/xhtml\+xml)/i.test(contentType ?? '')) return 'html';
  return /^text\/(x-)?markdown/i.test(contentType ?? '') ? 'markdown' : undefined;
}

function formatOfName(key: string): Format | undefined {
  const path = URL.parse(key)?.pathname ?? key;
  if (/\.(md|markdown)$/i.test(path)) return 'markdown';
  if (/\.(html?|xhtml)$/i.test(path)) return 'html';
  return /\.txt$/i.test(path) ? 'text' : undefined;
}

function looksLikeHtml(bytes: Uint8Array): boolean {
  return /^\s*(<!doctype html|<html|<head|<body)/i.test(Buffer.from(bytes.subarray(0, 512)).toString('latin1'));
}
