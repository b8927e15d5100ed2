// The port of a judge that reads the best passages and says which of them answer a question.

/** `text` begins with where the passage stands: its article's title and the headings above it. */
export type RerankCandidate = { id: string; text: string };
/** `answerable` is left out when nobody judged: then the ids stand as they were given. */
export type Reranked = { ids: string[]; answerable?: boolean };

export type Reranker = {
  /** Whose judgement it is, such as anthropic:claude-haiku-5-5; results of different judges are not mixed. */
  readonly name: string;
  /**
   * @param question its last line is the question; the lines before were said before
   * @param candidates the best by the score first
   * Contract: every candidate's id comes back once, and no other; a judge that can't be had is no error. Rejects only with the reason of an
   * aborted signal.
   */
  rerank: (question: string, candidates: readonly RerankCandidate[], signal: AbortSignal) => Promise<Reranked>;
};
