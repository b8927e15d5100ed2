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
   * What somebody who is not signed in must do first, even where his site grants him the scope. order_email: type the address that the order named by the argument order_id is billed to, or, with an argument details that is true, as order_code; the tool gives such a guest nothing but the order's state. order_code: type the code that was mailed there; the tool looks at this order only. Left out: nothing.
   */
  guests?: 'sign_in' | 'order_email' | 'order_code';
  /**
   * Only its form is shown, when another tool's refusal names it; no model and no direct caller is offered it. Its arguments stand in the other tool's by the same names.
   */
  is_step?: true;
  /**
   * Stands for what the visitor's own site can look up: a model sees each of those as a tool of its own, and no direct caller is offered it.
   */
  site_abilities?: true;
  /**
   * JSON Schema 2020-12 of the arguments; an object that is closed.
   */
  input: {};
  /**
   * JSON Schema 2020-12 of the result; an object that is closed.
   */
  output: {};
  /**
   * What the policy without a model says of a result: {field} stands for a field of output, {field:money} for an amount in the result's currency, {field:date}, {field:words} for a state such as in_transit.
   */
  answer?: string;
  /**
   * Arguments that the visitor types into a form when a call leaves out a required one of them; the call then goes on with what he typed.
   */
  ask?: {
    /**
     * The form's heading.
     */
    title: string;
    /**
     * The arguments, in their order, and the label of each. They are texts with a maxLength.
     */
    fields: {
      [k: string]: string;
    };
  };
  /**
   * What the visitor types in a form that the model never sees. Its fields are sent beside those of input, in one object.
   */
  form?: {
    /**
     * Who must fill it in before the tool runs.
     */
    for: 'guests' | 'everyone';
    /**
     * The form's heading.
     */
    title: string;
    /**
     * A closed object of flat fields, in JSON Schema.
     */
    schema: {
      type: 'object';
      additionalProperties: false;
      required: string[];
      properties: {
        [k: string]: {
          type: 'string' | 'number' | 'integer' | 'boolean';
          /**
           * The field's label.
           */
          title: string;
          description?: string;
          format?: 'email' | 'date';
          pattern?: string;
          minLength?: number;
          /**
           * Needed for every text that is no choice and no date.
           */
          maxLength?: number;
          minimum?: number;
          maximum?: number;
          /**
           * A choice.
           *
           * @minItems 2
           * @maxItems 20
           */
          enum?: string[];
          /**
           * A one-time code: neither shown again nor kept anywhere.
           */
          'x-secret'?: boolean;
        };
      };
    };
  };
  /**
   * Words of the card that asks for the visitor's click; for writes.
   */
  confirmation?: {
    /**
     * The card's heading, such as «Cancel this order?».
     */
    title: string;
    /**
     * The button that confirms, such as «Cancel the order».
     */
    action: string;
  };
  /**
   * A call may leave work behind that goes on by itself after the answer, and whose result enters the conversation when it is there.
   */
  task?: {
    /**
     * What a visitor reads meanwhile, such as «Handing your ticket to our team».
     */
    title: string;
  };
  /**
   * The result's file (ResultFile of protocol/http.json) is one that the visitor may download. Where the work goes on as a task, the file comes with the task's result.
   */
  file?: true;
  /**
   * The page that the visitor is on (PageSnapshot of protocol/http.json) is sent beside the arguments, as «page», where his browser tells it.
   */
  page?: true;
  /**
   * What a visitor may want after the result, each one click away beneath the answer; the first three that hold are shown.
   *
   * @minItems 1
   * @maxItems 6
   */
  next?: ({
    [k: string]: unknown;
  } & {
    label: string;
    /**
     * Sent as if he had typed it; {field} stands for a text of the result, {field:id} for a number such as W2403075.
     */
    message?: string;
    /**
     * The path of an address in the result, which is opened instead.
     */
    opens?: string;
    /**
     * Only for visitors who may use this tool.
     */
    tool?: string;
    /**
     * Fields of the result, each with the values of which it must have one.
     */
    when?: {
      /**
       * @minItems 1
       */
      [k: string]: (string | boolean)[];
    };
  })[];
  /**
   * The write that takes this one back. All of its arguments stand, by the same names, in this tool's arguments or result.
   */
  undo?: {
    tool: string;
    within_s: number;
  };
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
   * More that a visitor might write for this tool, without arguments: in other words, misspelt, in passing. The offline policy learns from them.
   *
   * @maxItems 200
   */
  phrases?: string[];
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
