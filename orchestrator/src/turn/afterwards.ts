// Work behind a turn that nobody waits for: tracked, so that it ends with the process, and never a reason for a turn to fail.

export class Afterwards {
  readonly #working = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  get count(): number {
    return this.#working.size;
  }

  /** @param work must limit its own time; what it rejects with is dropped, because it is tried again behind the next turn */
  start(work: (signal: AbortSignal) => Promise<void>): void {
    if (this.#stopping.signal.aborted) return;
    const done = work(this.#stopping.signal)
      .catch(() => undefined)
      .finally(() => this.#working.delete(done));
    this.#working.add(done);
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working);
  }

  async stop(): Promise<void> {
    this.#stopping.abort('shutdown');
    await this.settled();
  }
}
