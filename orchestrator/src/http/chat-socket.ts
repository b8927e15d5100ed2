// One open WebSocket: frames of the client in order, events of the log out, and the limits that end it.
import { AiguyError } from '@aiguy/manifests/errors';
import type { ClientFrame, ServerFrame } from '@aiguy/manifests/generated/socket';
import { toAiguyError } from '@aiguy/manifests/service';
import type { WebSocket } from 'ws';
import type { LoggedEvent } from '../session/event-log.ts';
import { findSession } from '../session/sessions.ts';
import { tail } from '../session/tail.ts';
import type { AuthenticatedVisitor } from './authenticate.ts';
import { cancelRun } from './cancel-run.ts';
import { settleInterrupt } from './interrupts.ts';
import type { HttpPorts } from './ports.ts';
import { acceptBody } from './post-chat.ts';
import { parseFrame, replyName } from './socket-frames.ts';

export type SocketLimits = {
  /** At most, and up to a fifth less, so that sockets that opened together after a restart don't all come back together. A credential is looked at only when the socket opens. */
  lifetimeMs: number;
  firstFrameTimeoutMs: number;
  /** Between pings; a peer that has not answered one when the next is due is gone. */
  pingEveryMs: number;
  /** A reader that takes nothing for so long is let go; it comes back with its cursor. */
  stalledReaderMs: number;
  bufferedBytesMax: number;
  /** Frames, pings among them, that a client may send in a window. */
  framesMax: number;
  framesWindowMs: number;
};

export const socketLimits: SocketLimits = {
  lifetimeMs: 15 * 60_000,
  firstFrameTimeoutMs: 10_000,
  pingEveryMs: 20_000,
  stalledReaderMs: 20_000,
  bufferedBytesMax: 1024 * 1024,
  framesMax: 30,
  framesWindowMs: 10_000,
};

/** From this many unsent bytes on the reader is waited for. */
const highWaterBytes = 64 * 1024;

/** Why the server closes (RFC 6455 § 7.4; 4000 and above are ours). Come back at once: new_ticket, slow_reader (with the cursor), restart. */
const closeCodes = { no_text: 1003, policy: 1008, restart: 1012, failed: 1011, new_ticket: 4001, slow_reader: 4008 } as const;
type CloseReason = keyof typeof closeCodes;

type Opening = {
  from: AuthenticatedVisitor;
  socket: WebSocket;
  limits: SocketLimits;
  requestId: string;
  /** Told of failures that are ours. */
  onFailure: (error: AiguyError) => void;
};

export class ChatSocket {
  readonly #ports: HttpPorts;
  readonly #opening: Opening;
  readonly #gone = new AbortController();
  readonly #timers: NodeJS.Timeout[];
  readonly #firstFrame: NodeJS.Timeout;
  #isAlive = true;
  #isResumed = false;
  #window = { startedMs: 0, frames: 0 };
  #handling: Promise<void> = Promise.resolve();

  /** Serves the socket from now on, until either side closes it. */
  constructor(ports: HttpPorts, opening: Opening) {
    const { socket, limits } = opening;
    this.#ports = ports;
    this.#opening = opening;
    this.#firstFrame = setTimeout(() => this.close('policy'), limits.firstFrameTimeoutMs);
    this.#timers = [
      this.#firstFrame,
      setTimeout(() => this.close('new_ticket'), limits.lifetimeMs * (1 - Math.random() / 5)),
      setInterval(() => this.#ping(), limits.pingEveryMs),
    ];
    socket.on('message', (data, isBinary) => this.#receive(data.toString(), isBinary));
    socket.on('ping', (data) => {
      if (this.#mayReceive()) socket.pong(data);
    });
    socket.on('pong', () => void this.#mayReceive());
    socket.once('close', () => {
      this.#gone.abort('client_gone');
      for (const timer of this.#timers) clearTimeout(timer);
    });
  }

  close(reason: CloseReason): void {
    if (this.#opening.socket.readyState === this.#opening.socket.OPEN) this.#opening.socket.close(closeCodes[reason], reason);
  }

  #ping(): void {
    if (this.#isAlive) this.#opening.socket.ping();
    else this.#opening.socket.terminate();
    this.#isAlive = false;
  }

  /** Counts what came; beyond the rate the socket is closed, because a client that floods does not listen either. */
  #mayReceive(): boolean {
    const { socket, limits } = this.#opening;
    if (socket.readyState !== socket.OPEN) return false;
    this.#isAlive = true;
    const nowMs = performance.now();
    if (nowMs - this.#window.startedMs > limits.framesWindowMs) this.#window = { startedMs: nowMs, frames: 0 };
    this.#window.frames += 1;
    if (this.#window.frames <= limits.framesMax) return true;
    this.#refuse(new AiguyError('rate_limited', { retryAfterS: limits.framesWindowMs / 1000 }));
    this.close('policy');
    return false;
  }

  #receive(text: string, isBinary: boolean): void {
    if (!this.#mayReceive()) return;
    clearTimeout(this.#firstFrame);
    if (isBinary) this.close('no_text');
    // One after the other: an answer to a frame stands behind the answers to those before it.
    this.#handling = this.#handling.then(async () => await this.#handleText(text));
  }

  async #handleText(text: string): Promise<void> {
    if (this.#opening.socket.readyState !== this.#opening.socket.OPEN) return;
    let frame: ClientFrame;
    try {
      frame = parseFrame(text);
      if (!this.#isResumed && frame.type !== 'resume')
        throw new AiguyError('invalid_request', { details: [{ pointer: '/type', rule: 'must be resume first' }] });
    } catch (error) {
      this.#refuse(error);
      this.close('policy');
      return;
    }
    try {
      await this.#handle(frame);
    } catch (error) {
      this.#refuse(error, replyName(frame));
    }
  }

  async #handle(frame: ClientFrame): Promise<void> {
    const { from } = this.#opening;
    switch (frame.type) {
      case 'resume':
        return await this.#resume(frame.after);
      case 'typing':
        return;
      case 'message':
        await acceptBody(this.#ports, from, { messageId: frame.messageId, message: frame.message });
        break;
      case 'confirm':
        await settleInterrupt(this.#ports, from, { interruptId: frame.interruptId, answer: { kind: 'confirmation', decision: frame.decision } });
        break;
      case 'input':
        await settleInterrupt(this.#ports, from, {
          interruptId: frame.interruptId,
          answer: { kind: 'input', values: 'values' in frame ? frame.values : undefined },
        });
        break;
      case 'cancel':
        await cancelRun(this.#ports, from.visitor.sid);
        break;
    }
    this.#send({ type: 'ack', inReplyTo: replyName(frame) });
  }

  async #resume(after: number): Promise<void> {
    if (this.#isResumed) throw new AiguyError('invalid_request', { details: [{ pointer: '/type', rule: 'must be resume only once' }] });
    const session = await findSession(this.#ports.database, this.#opening.from.visitor);
    if (after > session.lastSeq) throw new AiguyError('invalid_cursor');
    this.#isResumed = true;
    this.#send({ type: 'ready', lastEventId: session.lastSeq });
    void this.#follow(after);
  }

  async #follow(after: number): Promise<void> {
    const { from } = this.#opening;
    const { signal } = this.#gone;
    try {
      for await (const batch of tail(this.#ports.log, this.#ports.runs, { id: from.visitor.sid, after, follow: true, signal }))
        await this.#deliver(batch);
    } catch (error) {
      // The log can't be read: the client resumes from its cursor instead of believing that nothing happens.
      this.#refuse(error);
      this.close('failed');
    }
  }

  async #deliver(batch: LoggedEvent[]): Promise<void> {
    const { socket, limits } = this.#opening;
    for (const { seq, event } of batch) {
      const sent = Promise.withResolvers<void>();
      this.#send({ type: 'event', seq, event }, () => sent.resolve());
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > highWaterBytes && !(await resolvesWithin(sent.promise, limits.stalledReaderMs))) this.close('slow_reader');
    }
  }

  #send(frame: ServerFrame, onSent?: () => void): void {
    const { socket, limits } = this.#opening;
    if (socket.bufferedAmount > limits.bufferedBytesMax) this.close('slow_reader');
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame), onSent);
  }

  #refuse(cause: unknown, inReplyTo?: string): void {
    const error = toAiguyError(cause instanceof Error ? cause : new Error('unknown'));
    if (error.status >= 500) this.#opening.onFailure(error);
    const retryAfterS = error.retryAfterS === undefined ? {} : { retryAfterS: Math.ceil(error.retryAfterS) };
    this.#send({ type: 'error', ...error.toBody(this.#opening.requestId), ...(inReplyTo === undefined ? {} : { inReplyTo }), ...retryAfterS });
  }
}

async function resolvesWithin(promise: Promise<void>, timeoutMs: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), timeoutMs);
  const inTime = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}
