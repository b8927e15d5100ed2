// Reads a Word document (.docx). What its archive would unpack to is known and checked before anything is unpacked. Runs in convert-worker.ts.
import mammoth from 'mammoth';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { DocumentError } from '../sources/source.ts';
import { readFragment } from './html.ts';
import { inMegabytes, limits } from './limits.ts';
import type { Reading } from './reading.ts';

/** @throws DocumentError */
export async function readDocx(bytes: Uint8Array): Promise<Reading> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const properties = await checkArchive(buffer);
  const { value } = await mammoth.convertToHtml({ buffer }, { convertImage: mammoth.images.imgElement(async () => ({ src: '' })) }).catch(() => {
    throw new DocumentError('is a damaged Word document');
  });
  const markdown = readFragment(value);
  return {
    title: /^# (.+)$/m.exec(markdown)?.[1] ?? propertyOf(properties, 'dc:title'),
    language: propertyOf(properties, 'dc:language'),
    lastUpdated: propertyOf(properties, 'dcterms:modified'),
    markdown,
  };
}

/**
 * First the sizes that the archive declares, then what each part really unpacks to, stopped where it exceeds that.
 * @returns the document's properties, XML
 */
async function checkArchive(buffer: Buffer): Promise<string> {
  const archive = await fromBufferPromise(buffer, { lazyEntries: true }).catch(damaged);
  const entries: Entry[] = [];
  let declared = 0;
  try {
    for await (const entry of archive.eachEntry()) {
      declared += entry.uncompressedSize;
      if (declared > limits.docxInflatedBytesMax) throw new DocumentError(`would unpack to more than ${inMegabytes(limits.docxInflatedBytesMax)}`);
      if (entry.uncompressedSize > 1_000_000 && entry.uncompressedSize > entry.compressedSize * limits.docxRatioMax) {
        throw new DocumentError(`would unpack to more than ${limits.docxRatioMax} times its size`);
      }
      entries.push(entry);
    }
    if (!entries.some(({ fileName }) => fileName === 'word/document.xml')) throw new DocumentError('is an archive, but no Word document');
    let properties = '';
    for (const entry of entries) {
      const content = await unpack(archive, entry);
      if (entry.fileName === 'docProps/core.xml') properties = content.toString('utf8');
    }
    return properties;
  } catch (error) {
    return damaged(error);
  }
}

async function unpack(archive: ZipFile, entry: Entry): Promise<Buffer> {
  if (entry.generalPurposeBitFlag & 1) throw new DocumentError('is encrypted; save it without a password');
  const stream = await archive.openReadStreamPromise(entry);
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

function damaged(error: unknown): never {
  throw error instanceof DocumentError ? error : new DocumentError('is a damaged Word document');
}

function propertyOf(xml: string, name: string): string | undefined {
  const value = new RegExp(`<${name}[^>]{0,200}>([^<]{1,1000})</${name}>`).exec(xml)?.[1]?.trim();
  return (
    value?.replace(/&(amp|lt|gt|quot|apos);/g, (_entity, letter: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[letter] ?? "'") || undefined
  );
}
