// Unpacks a WOFF 1.0 font (W3C): its tables are zlib streams, which a PDF library would otherwise inflate anew for each letter.
import { inflateSync } from 'node:zlib';

const woffHeaderBytes = 44;
const woffEntryBytes = 20;
const sfntHeaderBytes = 12;
const sfntEntryBytes = 16;

/**
 * @returns the same font as an OpenType file
 * @throws Error when it is no WOFF 1.0
 */
export function unpackWoff(woff: Buffer): Buffer {
  if (woff.toString('latin1', 0, 4) !== 'wOFF') throw new Error('not a WOFF font');
  const count = woff.readUInt16BE(12);
  const header = Buffer.alloc(sfntHeaderBytes + sfntEntryBytes * count);
  // Flavour and number of tables; what would speed up a search among them is not read by anybody here.
  woff.copy(header, 0, 4, 8);
  header.writeUInt16BE(count, 4);
  const parts: Buffer[] = [header];
  let offset = header.length;
  for (let index = 0; index < count; index += 1) {
    const entry = woffHeaderBytes + woffEntryBytes * index;
    const [start, packed, length] = [4, 8, 12].map((at) => woff.readUInt32BE(entry + at)) as [number, number, number];
    const data = woff.subarray(start, start + packed);
    const table = packed < length ? inflateSync(data, { maxOutputLength: length }) : data;
    const at = sfntHeaderBytes + sfntEntryBytes * index;
    woff.copy(header, at, entry, entry + 4);
    woff.copy(header, at + 4, entry + 16, entry + 20);
    header.writeUInt32BE(offset, at + 8);
    header.writeUInt32BE(length, at + 12);
    // Tables begin at multiples of four.
    const padded = Buffer.alloc((length + 3) & ~3);
    table.copy(padded);
    parts.push(padded);
    offset += padded.length;
  }
  return Buffer.concat(parts);
}
