// Generated from schema/tool-manifest.schema.json by `npm run generate`; never edited by hand.

/**
 * One tool: the HTTP route, the model's tool, its limits and its examples. The file name is the tool's name.
 */
export type ToolManifest = {
  $schema?: string;
  /**
   * verb_noun; also the route POST /tools/:name and the handler's folder.
   */
  name: string;
  /**
   * What a visitor reads while the tool runs, such as «Looking up your order».
   */
  title: string;
  /**
   * Read by the model: what the tool does, when to call it, when not.
   */
  description: string;
  scope: string;
  effect: 'read' | 'write';
  /**
   * The visitor's click is needed before the tool runs.
   */
  confirm: boolean;
  /**
   * The result belongs to one customer: never cached across customers, never kept in an answer cache.
   */
  personal: boolean;
  /**
   * JSON Schema 2020-12 of the arguments; an object that is closed.
   */
  input: {};
  /**
   * JSON Schema 2020-12 of the result; an object that is closed.
   */
  output: {};
  timeouts_ms: {
    /**
     * One HTTP attempt.
     */
    attempt: number;
    /**
     * All attempts and the pauses between them.
     */
    total: number;
  };
  /**
   * Further attempts after a retryable failure; 0 for writes.
   */
  retries: number;
  rate: {
    /**
     * Calls per subject.
     */
    per_minute: number;
  };
  cache: {
    /**
     * 0 = never cached.
     */
    ttl_s: number;
  };
  /**
   * @minItems 3
   */
  examples: {
    /**
     * What a visitor might write; the offline policy routes by these.
     */
    message: string;
    /**
     * The arguments that follow from the message; validated against input.
     */
    input: {};
    /**
     * A possible result; validated against output.
     */
    output?: {};
  }[];
};
