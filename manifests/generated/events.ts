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
export type StepName = 'plan' | 'tool' | 'confirm' | 'respond';
export type CustomName =
  | 'aiguy.citations'
  | 'aiguy.tool_title'
  | 'aiguy.notice'
  | 'aiguy.withheld'
  | 'aiguy.step_reset'
  | 'aiguy.queued'
  | 'aiguy.interrupt_settled'
  | 'aiguy.receipt'
  | 'aiguy.task'
  | 'aiguy.file'
  | 'aiguy.page_wanted'
  | 'aiguy.rated'
  | 'aiguy.suggested_actions'
  | 'aiguy.person'
  | 'aiguy.author'
  | 'aiguy.degraded';
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
 * Which cap: messages or money of one guest, of the guests of one network, of one customer, of the site; of the day, or of the site's month.
 */
export type CapReason =
  | 'guest_messages'
  | 'network_messages'
  | 'customer_messages'
  | 'site_messages'
  | 'guest_cost'
  | 'network_cost'
  | 'customer_cost'
  | 'site_cost'
  | 'site_cost_month';

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
  StepResetValue?: StepResetValue;
  QueuedValue?: QueuedValue;
  InterruptSettledValue?: InterruptSettledValue;
  ReceiptValue?: ReceiptValue;
  FileValue?: FileValue;
  PageWantedValue?: PageWantedValue;
  RatedValue?: RatedValue;
  SuggestedActionsValue?: SuggestedActionsValue;
  TaskValue?: TaskValue;
  PersonValue?: PersonValue;
  AuthorValue?: AuthorValue;
  CapReason?: CapReason;
  DegradedValue?: DegradedValue;
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
/**
 * aiguy.step_reset: a step is begun again by another process; whatever of it was shown is taken back, before anything of the new attempt is sent.
 */
export interface StepResetValue {
  /**
   * Items: Text messages that no longer count.
   */
  messageIds: string[];
  /**
   * Items: Tool calls that no longer count.
   */
  toolCallIds: string[];
  /**
   * Items: Ids of tool calls whose result no longer counts; the call itself is made again.
   */
  resultIds: string[];
}
/**
 * aiguy.queued: a message that was taken while another was being answered; its RUN_STARTED follows when its turn comes.
 */
export interface QueuedValue {
  runId: string;
  messageId: string;
  text: string;
  /**
   * 1 = the next.
   */
  position: number;
}
/**
 * aiguy.interrupt_settled: the one outcome of a confirmation or an input request, for every tab.
 */
export interface InterruptSettledValue {
  interruptId: string;
  outcome: 'approved' | 'rejected' | 'submitted' | 'cancelled' | 'expired';
}
/**
 * aiguy.receipt: a write was done. The signed receipt is at GET /sessions/:id/receipts/:number. There is one receipt for each effect, but the event may come again with the same number when its step is begun again (aiguy.step_reset does not take it back): clients key it by number.
 */
export interface ReceiptValue {
  /**
   * Names the effect in POST /sessions/:id/effects/:effectId/undo.
   */
  effectId: string;
  /**
   * Counts from 1 in the session, without holes.
   */
  number: number;
  tool: string;
  /**
   * What was done, rendered from the arguments.
   */
  summary: string;
  at: string;
  /**
   * Until when POST /sessions/:id/effects/:effectId/undo takes it back; absent when it can not be undone.
   */
  undoUntil?: string;
  /**
   * The effectId that this write took back; only for an undo.
   */
  undoes?: string;
}
/**
 * aiguy.file: a tool has made a file for the visitor; it is at GET /sessions/:id/files/:fileId until it expires. A call that is made again sends it again with another file: clients key it by toolCallId, which is the task's id where a task has made it.
 */
export interface FileValue {
  toolCallId: string;
  tool: string;
  file: ResultFile;
}
/**
 * A file that a tool has made, in the field «file» of its result: GET /files/:id hands it out to the caller it was made for, in the same session, until it expires.
 */
export interface ResultFile {
  id: string;
  name: string;
  media_type: 'application/pdf';
  bytes: number;
  expires_at: string;
}
/**
 * aiguy.page_wanted: a tool wants to know which page the visitor is on; a browser that shows it answers within two seconds by POST /sessions/:id/page, any other client leaves it.
 */
export interface PageWantedValue {
  requestId: string;
}
/**
 * aiguy.rated: what the visitor thought of an answer or of the whole conversation; the newest of a runId counts.
 */
export interface RatedValue {
  /**
   * The answer's run; empty for the whole conversation.
   */
  runId: string;
  /**
   * -1 or 1 for an answer, 1 to 5 for the conversation.
   */
  score: number;
  /**
   * Why an answer did not help.
   */
  reason?: 'wrong' | 'incomplete' | 'outdated' | 'unclear' | 'other';
}
/**
 * aiguy.suggested_actions: what the visitor may say or open next, by one click; replaces what was suggested before, and is over with his next message.
 */
export interface SuggestedActionsValue {
  /**
   * @maxItems 4
   */
  actions: {
    label: string;
    /**
     * Sent as if he had typed it.
     */
    message?: string;
    /**
     * Opened in a new tab instead; http or https.
     */
    url?: string;
  }[];
}
/**
 * aiguy.task: a long task of the session, such as a ticket on its way, each time its state changes.
 */
export interface TaskValue {
  taskId: string;
  title: string;
  state: 'queued' | 'running' | 'done' | 'failed';
  progress?: number;
  /**
   * What a visitor reads.
   */
  message?: string;
}
/**
 * aiguy.person: whether a person answers. offered: the last answers did not help, a person might; waiting: one was asked for; away: asked for, and nobody is there at this hour; joined: from here on the person answers and the agent is silent; left: the agent answers again. Not part of a run.
 */
export interface PersonValue {
  status: 'offered' | 'waiting' | 'away' | 'joined' | 'left';
  name?: string;
  /**
   * waiting: whoever has not been joined by then should be offered to leave a message.
   */
  until?: string;
  /**
   * waiting: somebody has the conversations open.
   */
  present?: boolean;
  /**
   * away: from when people are there.
   */
  hours?: string;
}
/**
 * aiguy.author: the message is a person's; sent before its TEXT_MESSAGE_START, in a run of its own.
 */
export interface AuthorValue {
  messageId: string;
  name: string;
}
/**
 * aiguy.degraded: a cap of the day or the month is reached, and what happens instead of the usual answer.
 */
export interface DegradedValue {
  reason: CapReason;
  action: 'knowledge' | 'contact' | 'closed';
  /**
   * When the site's next day begins, or its next month.
   */
  until: string;
}
