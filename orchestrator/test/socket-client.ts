// A client of the WebSocket for tests: real handshake, real frames, and what the server said in order.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { AGUIEvent } from '@ag-ui/core';
import type { ClientFrame, ServerFrame } from '@aiguy/manifests/generated/socket';
import { type ClientOptions, WebSocket } from 'ws';
import type { Harness } from './harness.ts';

export type Frame = { id: number; event: AGUIEvent };
export type Refused = { status: number; code: string };

export class TestSocket {
  readonly ws: WebSocket;
  readonly frames: ServerFrame[] = [];
  /** The close frame's code; 1006 when there was none. */
  readonly closed: Promise<number>;
  #changed = Promise.withResolvers<void>();

  constructor(ws: WebSocket) {
    this.ws = ws;
    this.closed = new Promise((resolve) => ws.once('close', resolve));
    ws.on('message', (data) => {
      this.frames.push(JSON.parse(data.toString()) as ServerFrame);
      this.#wake();
    });
    ws.on('close', () => this.#wake());
    ws.on('error', () => undefined);
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  send(frame: ClientFrame): void {
    this.ws.send(JSON.stringify(frame));
  }

  /** The first frame, of those that came and come, that fits; throws when the socket closes without one. */
  async frame<T extends ServerFrame['type']>(type: T, fits: (frame: Extract<ServerFrame, { type: T }>) => boolean = () => true) {
    for (;;) {
      const found = this.frames.find((frame): frame is Extract<ServerFrame, { type: T }> => frame.type === type && fits(frame as never));
      if (found) return found;
      if (this.ws.readyState >= this.ws.CLOSING) throw new Error(`closed without a ${type}`);
      await this.#changed.promise;
    }
  }

  get events(): Frame[] {
    return this.frames.flatMap((frame) => (frame.type === 'event' ? [{ id: frame.seq, event: frame.event as unknown as AGUIEvent }] : []));
  }

  /** The events up to a run's end. */
  async run(): Promise<Frame[]> {
    await this.frame('event', ({ event }) => event.type === 'RUN_FINISHED' || event.type === 'RUN_ERROR');
    return this.events;
  }
}

export async function listen(harness: Harness): Promise<string> {
  await harness.orchestrator.app.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${(harness.orchestrator.app.server.address() as AddressInfo).port}`;
}

/** @returns the open socket, or how the upgrade was refused */
export async function upgrade(url: string, protocols: string[], options: ClientOptions & { path?: string } = {}): Promise<TestSocket | Refused> {
  const ws = new WebSocket(`${url.replace('http', 'ws')}${options.path ?? '/ws/chat'}`, protocols, options);
  const socket = new TestSocket(ws);
  return await new Promise((resolve, reject) => {
    ws.once('open', () => resolve(socket));
    ws.once('error', reject);
    ws.once('unexpected-response', async (_request, response) => {
      const body = (await response.toArray()).join('');
      resolve({ status: response.statusCode ?? 0, code: (JSON.parse(body) as { code: string }).code });
    });
  });
}

/** Opens a socket with an assertion. @param resume the cursor to begin with; nothing is sent without */
export async function openSocket(
  url: string,
  assertion: string,
  { resume, ...options }: ClientOptions & { resume?: number } = {},
): Promise<TestSocket> {
  const socket = await upgrade(url, ['aiguy.v1', `aiguy.assertion.${assertion}`], options);
  if (!(socket instanceof TestSocket)) throw new Error(`refused: ${socket.status} ${socket.code}`);
  if (resume !== undefined) {
    socket.send({ type: 'resume', after: resume });
    await socket.frame('ready');
  }
  return socket;
}

export async function close(socket: TestSocket): Promise<void> {
  if (socket.ws.readyState === socket.ws.CLOSED) return;
  socket.ws.terminate();
  await once(socket.ws, 'close');
}
