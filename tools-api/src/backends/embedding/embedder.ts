// The port of sentence embeddings: texts become vectors of unit length, whoever computes them.

/** What a text is embedded for. Some models place a question differently from the passage that answers it. */
export type EmbedPurpose = 'passage' | 'query';

export type EmbedOptions = { purpose: EmbedPurpose; signal: AbortSignal };

export type Embedder = {
  /** `provider:model`, such as `local:use-lite-en`: vectors of different models can't be compared. */
  readonly model: string;
  readonly dimensions: number;
  /**
   * Contract: one vector of `dimensions` numbers and unit length for each text, in their order; the same text and purpose gives (nearly) the
   * same vector; a blank text counts as a full stop. All or nothing: what fails rejects with EmbeddingError and never returns fewer. An aborted
   * signal rejects with its reason at once.
   */
  embed: (texts: readonly string[], options: EmbedOptions) => Promise<number[][]>;
};

/** The message is for operators and holds neither a text nor a key. */
export class EmbeddingError extends Error {
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** How long the provider asks to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { retryable: boolean; retryAfterMs?: number | undefined; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'EmbeddingError';
    this.retryable = options.retryable;
    this.retryAfterMs = options.retryAfterMs;
  }
}
