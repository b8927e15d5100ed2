// The server's side of a WebSocket (RFC 6455): the handshake with its subprotocol, text frames, and the close; enough to play one to a real client.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

export type PlayedSocket = { protocols: string[]; send: (frame: object) => void; close: () => void };

const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const opcodes = { text: 1, close: 8, ping: 9, pong: 10 };

/** Accepts with the first subprotocol that the client offers. */
export function acceptSocket(request: IncomingMessage, stream: Duplex, onFrame: (frame: Record<string, unknown>) => void): PlayedSocket {
  const protocols = String(request.headers['sec-websocket-protocol'] ?? '').split(/,\s*/);
  const accept = createHash('sha1')
    .update(String(request.headers['sec-websocket-key']) + guid)
    .digest('base64');
  stream.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${protocols[0]}\r\n\r\n`,
  );
  const write = (opcode: number, payload: Buffer) => stream.writable && stream.write(Buffer.concat([header(opcode, payload.length), payload]));
  const close = () => {
    write(opcodes.close, Buffer.alloc(0));
    stream.end();
  };
  let bytes: Buffer = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (let frame = readFrame(bytes); frame; frame = readFrame(bytes)) {
      bytes = bytes.subarray(frame.end);
      if (frame.opcode === opcodes.text) onFrame(JSON.parse(frame.payload.toString('utf8')) as Record<string, unknown>);
      if (frame.opcode === opcodes.ping) write(opcodes.pong, frame.payload);
      if (frame.opcode === opcodes.close) close();
    }
  });
  stream.on('error', () => undefined);
  return { protocols, close, send: (frame) => write(opcodes.text, Buffer.from(JSON.stringify(frame))) };
}

function header(opcode: number, length: number): Buffer {
  if (length < 126) return Buffer.from([0x80 | opcode, length]);
  if (length < 65_536) return Buffer.from([0x80 | opcode, 126, length >> 8, length & 0xff]);
  const long = Buffer.alloc(10);
  long[0] = 0x80 | opcode;
  long[1] = 127;
  long.writeBigUInt64BE(BigInt(length), 2);
  return long;
}

/** A client's frames are masked, and those of the chat come in one piece. */
function readFrame(bytes: Buffer): { opcode: number; payload: Buffer; end: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = (bytes[1] ?? 0) & 0x7f;
  const start = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < start + 4) return undefined;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  const end = start + 4 + length;
  if (bytes.length < end) return undefined;
  const mask = bytes.subarray(start, start + 4);
  const payload = Buffer.from(bytes.subarray(start + 4, end).map((byte, at) => byte ^ (mask[at % 4] ?? 0)));
  return { opcode: (bytes[0] ?? 0) & 0x0f, payload, end };
}
