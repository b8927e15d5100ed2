// Generated from protocol/events.json by `npm run generate`; never edited by hand.

export type EmittedType =
  | 'RUN_STARTED'
  | 'RUN_FINISHED'
  | 'RUN_ERROR'
  | 'STEP_STARTED'
  | 'STEP_FINISHED'
  | 'TEXT_MESSAGE_START'
  | 'TEXT_MESSAGE_CONTENT'
  | 'TEXT_MESSAGE_END'
  | 'TOOL_CALL_START'
  | 'TOOL_CALL_ARGS'
  | 'TOOL_CALL_END'
  | 'TOOL_CALL_RESULT'
  | 'MESSAGES_SNAPSHOT'
  | 'CUSTOM';
export type StepName = 'plan' | 'tool' | 'respond';
export type CustomName = 'aiguy.citations' | 'aiguy.tool_title' | 'aiguy.notice' | 'aiguy.withheld';
/**
 * JSON inside TOOL_CALL_RESULT.content.
 */
export type ToolResultContent =
  | {
      ok: true;
      output: {};
    }
  | {
      ok: false;
      code: string;
      message: string;
      details?: {}[];
    };

/**
 * The chat stream: AG-UI 1.0 events (types from @ag-ui/core) in the subset that is emitted, and the values of the CUSTOM events whose names begin with aiguy. Each SSE frame's id is the event's sequence number in its session, from 1 without holes.
 */
export interface Events {
  EmittedType?: EmittedType;
  StepName?: StepName;
  CustomName?: CustomName;
  CitationsValue?: CitationsValue;
  ToolTitleValue?: ToolTitleValue;
  NoticeValue?: NoticeValue;
  WithheldValue?: WithheldValue;
  ToolResultContent?: ToolResultContent;
}
/**
 * aiguy.citations: all citations of the message so far; sent before the text that carries their [number].
 */
export interface CitationsValue {
  messageId: string;
  citations: Citation[];
}
export interface Citation {
  /**
   * Shown as [number] in the text.
   */
  number: number;
  passageId: string;
  title: string;
  heading: string;
  url: string;
  quote: string;
}
/**
 * aiguy.tool_title: what a visitor reads while the tool runs.
 */
export interface ToolTitleValue {
  toolCallId: string;
  title: string;
}
/**
 * aiguy.notice: something the visitor should know that does not end the run, such as a tool that could not be reached.
 */
export interface NoticeValue {
  code: string;
  message: string;
}
/**
 * aiguy.withheld: how many sentences of the message were not sent because nothing that is known supports them; before TEXT_MESSAGE_END, never with their words.
 */
export interface WithheldValue {
  messageId: string;
  count: number;
}
