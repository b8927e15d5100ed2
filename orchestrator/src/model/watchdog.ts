// Watches over one attempt: aborts it when the caller does, and when nothing comes for too long.

export class Watchdog {
  readonly #controller = new AbortController();
  readonly #timeoutMs: number;
  readonly #unlisten: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** Silence ended the attempt, not the caller. */
  fired = false;

  constructor(signal: AbortSignal, timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    const abort = () => this.#controller.abort();
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    this.#unlisten = () => signal.removeEventListener('abort', abort);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Counts from now on; every wait for the other side begins with it. */
  watch(timeoutMs = this.#timeoutMs): void {
    this.rest();
    this.#timer = setTimeout(() => {
      this.fired = true;
      this.#controller.abort();
    }, timeoutMs);
  }

  /** Stops counting: a slow reader on our side is no silence of theirs. */
  rest(): void {
    clearTimeout(this.#timer);
  }

  stop(): void {
    this.rest();
    this.#unlisten();
  }
}
