// Generated from protocol/socket.json by `npm run generate`; never edited by hand.

export type ClientFrame = ResumeFrame | MessageFrame | ConfirmFrame | InputFrame | CancelFrame | TypingFrame;
/**
 * Made by the client; the same id again continues the first run.
 */
export type MessageId = string;
export type InterruptId = string;
/**
 * A form's fields or its cancellation, as in POST /sessions/:id/inputs/:iid.
 */
export type InputFrame =
  | {
      type: 'input';
      interruptId: InterruptId;
      values: {
        [k: string]: unknown;
      };
    }
  | {
      type: 'input';
      interruptId: InterruptId;
      cancel: true;
    };
export type ServerFrame = ReadyFrame | EventFrame | AckFrame | ErrorFrame;
/**
 * The frame's messageId or interruptId; its type when it has neither.
 */
export type InReplyTo = string;

/**
 * Frames of GET /ws/chat, subprotocol aiguy.v1: one JSON object a text frame, at most 16 KiB from the client.
 */
export interface Socket {
  ClientFrame?: ClientFrame;
  ResumeFrame?: ResumeFrame;
  MessageFrame?: MessageFrame;
  ConfirmFrame?: ConfirmFrame;
  InputFrame?: InputFrame;
  CancelFrame?: CancelFrame;
  TypingFrame?: TypingFrame;
  ServerFrame?: ServerFrame;
  ReadyFrame?: ReadyFrame;
  EventFrame?: EventFrame;
  AckFrame?: AckFrame;
  ErrorFrame?: ErrorFrame;
  MessageId?: MessageId;
  InterruptId?: InterruptId;
  InReplyTo?: InReplyTo;
}
/**
 * The first frame: events after this sequence number are sent; 0 = all.
 */
export interface ResumeFrame {
  type: 'resume';
  after: number;
}
/**
 * What the visitor wrote, as in POST /chat; acknowledged when it is in the log.
 */
export interface MessageFrame {
  type: 'message';
  messageId: MessageId;
  /**
   * 1 to 4,000 characters after NFC.
   */
  message: string;
}
/**
 * A click on a confirmation, as in POST /sessions/:id/confirmations/:cid.
 */
export interface ConfirmFrame {
  type: 'confirm';
  interruptId: InterruptId;
  decision: 'approve' | 'reject';
}
/**
 * Stops the running run, as in POST /sessions/:id/cancel.
 */
export interface CancelFrame {
  type: 'cancel';
}
/**
 * The visitor is typing. Reserved for people who answer: taken, neither acknowledged nor kept nor passed on.
 */
export interface TypingFrame {
  type: 'typing';
}
/**
 * The answer to resume: how far the log has come; the events up to there follow.
 */
export interface ReadyFrame {
  type: 'ready';
  lastEventId: number;
}
/**
 * An event of the log; seq is the id of the same event in the SSE stream.
 */
export interface EventFrame {
  type: 'event';
  seq: number;
  event: {
    [k: string]: unknown;
  };
}
/**
 * A message, click, form or cancel was taken.
 */
export interface AckFrame {
  type: 'ack';
  inReplyTo: InReplyTo;
}
/**
 * A frame that was not taken; with codes of the error table.
 */
export interface ErrorFrame {
  type: 'error';
  code: string;
  message: string;
  requestId: string;
  inReplyTo?: InReplyTo;
  /**
   * Seconds after which it may be tried again.
   */
  retryAfterS?: number;
  details?: {
    pointer: string;
    rule: string;
  }[];
}
