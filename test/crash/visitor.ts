// A visitor's browser as far as durability needs it: sends until it is acknowledged, and follows the log over every interruption with its cursor.
import { randomBytes, randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { AGUIEvent } from '@ag-ui/core';
import type { Interrupt } from '@aiguy/manifests/generated/http';
import { type SigningKey, signToken } from '@aiguy/manifests/tokens';
import { allScopes } from '../../scripts/keys.ts';

export type Frame = { id: number; event: AGUIEvent };
export type Refusal = { status: number; retryAfter: string | null; ms: number; code: string };
/** urls: of the instances, tried one after the other. followAt: the log is read from there alone. */
export type VisitorOptions = { signer: SigningKey; sub: string; urls: readonly string[]; followAt?: string };

/** A browser tries again soon at first. */
const againMs = 50;
export const patienceMs = 60_000;
/** An instance that does not answer for so long is left for another. */
const answeredWithinMs = 5000;

export class Visitor {
  readonly sid = randomBytes(24).toString('base64url');
  readonly sub: string;
  readonly frames: Frame[] = [];
  /** Answers that were no acknowledgement, but came from the service. */
  readonly refusals: Refusal[] = [];
  /** What the stream did that it must never do. */
  readonly faults: string[] = [];
  /** The longest that one of the visitor's messages and clicks waited for its acknowledgement. */
  slowestTakenMs = 0;
  readonly #signer: SigningKey;
  readonly #urls: readonly string[];
  readonly #followAt: string | undefined;
  #turn = 0;
  readonly #news = new EventEmitter();
  readonly #leaving = new AbortController();
  readonly #following: Promise<void>;

  constructor({ signer, sub, urls, followAt }: VisitorOptions) {
    this.#signer = signer;
    this.sub = sub;
    this.#urls = urls;
    this.#followAt = followAt;
    this.#following = this.#follow();
  }

  /** @returns when the message is acknowledged: from then on it must not be lost */
  async send(message: string): Promise<void> {
    await this.#post('/chat', { message, messageId: randomUUID() });
  }

  async click(card: Interrupt, decision: 'approve' | 'reject'): Promise<void> {
    await this.#post(`/sessions/${this.sid}/confirmations/${card.id}`, { decision });
  }

  /** Waits until the frames so far say so. @throws Error naming `what` after a minute */
  async until<T>(what: string, find: (frames: readonly Frame[]) => T | undefined): Promise<T> {
    const limit = AbortSignal.timeout(patienceMs);
    for (;;) {
      const found = find(this.frames);
      if (found !== undefined) return found;
      try {
        await once(this.#news, 'frames', { signal: limit });
      } catch {
        throw new Error(`${what} did not come within ${patienceMs / 1000} s; the last event is ${JSON.stringify(this.frames.at(-1))}`);
      }
    }
  }

  /** The log as a reader sees it who comes back with a cursor. */
  async readAgain(after: number): Promise<Frame[]> {
    const deadlineMs = Date.now() + patienceMs;
    for (;;) {
      try {
        const frames: Frame[] = [];
        const response = await this.#request(`/sessions/${this.sid}/events?after=${after}`, { method: 'GET' });
        if (!response.ok) throw new Error(`HTTP ${response.status}`);
        for await (const frame of framesOf(response)) frames.push(frame);
        return frames;
      } catch (error) {
        if (Date.now() > deadlineMs) throw error;
        this.#turn += 1;
        await pause();
      }
    }
  }

  async leave(): Promise<void> {
    this.#leaving.abort();
    await this.#following;
  }

  async #post(path: string, body: object): Promise<void> {
    const deadlineMs = Date.now() + patienceMs;
    while (!(await this.#isTaken(path, body))) {
      if (Date.now() > deadlineMs) throw new Error(`${path} was not acknowledged within ${patienceMs / 1000} s`);
      this.#turn += 1;
      await pause();
    }
  }

  async #isTaken(path: string, body: object): Promise<boolean> {
    const startedMs = performance.now();
    const headers = { 'Content-Type': 'application/json' };
    const response = await this.#request(path, { method: 'POST', headers, body: JSON.stringify(body) }).catch(() => undefined);
    const ms = performance.now() - startedMs;
    if (response?.ok) {
      this.slowestTakenMs = Math.max(this.slowestTakenMs, ms);
      await response.body?.cancel().catch(() => undefined);
    } else if (response) {
      const { code = '' } = (await response.json().catch(() => ({}))) as { code?: string };
      this.refusals.push({ status: response.status, retryAfter: response.headers.get('retry-after'), ms, code });
    }
    return response?.ok ?? false;
  }

  async #follow(): Promise<void> {
    while (!this.#leaving.signal.aborted) {
      try {
        const path = `/sessions/${this.sid}/events?follow=1&after=${this.frames.length}`;
        const response = await this.#request(path, { method: 'GET' }, this.#followAt);
        if (response.ok) await this.#take(response);
        else await response.body?.cancel();
      } catch {
        this.#turn += 1;
      }
      if (!this.#leaving.signal.aborted) await pause();
    }
  }

  async #take(response: Response): Promise<void> {
    for await (const frame of framesOf(response)) {
      if (frame.id !== this.frames.length + 1) this.faults.push(`event ${frame.id} came after ${this.frames.length}`);
      this.frames.push(frame);
      this.#news.emit('frames');
    }
  }

  async #request(path: string, init: RequestInit, url = this.#urls[this.#turn % this.#urls.length]): Promise<Response> {
    const claims = { sub: this.sub, sid: this.sid, scopes: allScopes, jti: randomUUID() };
    const headers = {
      Authorization: `Bearer ${await signToken('visitor-assertion', this.#signer, claims)}`,
      Accept: 'text/event-stream',
      ...init.headers,
    };
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), answeredWithinMs);
    try {
      return await fetch(`${url}${path}`, { ...init, headers, signal: AbortSignal.any([this.#leaving.signal, late.signal]) });
    } finally {
      clearTimeout(timer);
    }
  }
}

async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, againMs));
}

async function* framesOf(response: Response): AsyncGenerator<Frame> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const [, id] = /^id: (\d+)$/m.exec(part) ?? [];
      const [, data] = /^data: (.*)$/m.exec(part) ?? [];
      if (id !== undefined && data !== undefined) yield { id: Number(id), event: JSON.parse(data) as AGUIEvent };
    }
  }
}
