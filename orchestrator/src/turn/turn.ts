// What a turn works with: its ports, and the little that changes while it runs.

import type { DegradedValue } from '@aiguy/manifests/generated/events';
import type { Interrupt, ViewedProduct } from '@aiguy/manifests/generated/http';
import type { Catalogue } from '@aiguy/manifests/load';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';
import type { Words } from '@aiguy/manifests/words';
import type { Ceilings } from '../budget/caps.ts';
import type { Ledger, Limits } from '../budget/ledger.ts';
import type { Prices } from '../budget/prices.ts';
import type { ModelPort, ToolCall, TranscriptMessage } from '../model/port.ts';
import type { TurnMetrics } from '../observe/metrics.ts';
import type { Effects } from '../session/effects.ts';
import type { EventLog } from '../session/event-log.ts';
import type { Handoffs } from '../session/handoffs.ts';
import type { NewInterrupt } from '../session/interrupt-rows.ts';
import type { Interrupts } from '../session/interrupts.ts';
import type { Memories } from '../session/memory.ts';
import type { Pages } from '../session/pages.ts';
import type { Receipts } from '../session/receipts.ts';
import type { Run } from '../session/run.ts';
import type { Runs } from '../session/runs.ts';
import type { Tasks } from '../session/tasks.ts';
import type { Usage } from '../session/usage.ts';
import type { VisitorTools } from '../tools/catalogue.ts';
import type { ToolCaller } from '../tools/client.ts';
import type { CorpusVersion } from '../tools/corpus-version.ts';
import type { SiteTools } from '../tools/site-tools.ts';
import type { AskTask } from '../tools/task-status.ts';
import type { Afterwards } from './afterwards.ts';
import type { AnswerCache } from './answer-cache.ts';
import type { Passage } from './passages.ts';
import type { Recorder } from './recorder.ts';
import type { ReleasedAnswer } from './release-answer.ts';

export type TurnPorts = {
  model: ModelPort;
  /** Answers from the knowledge when a cap is reached; costs nothing. */
  knowledge: ModelPort;
  usage: Usage;
  ceilings: Ceilings;
  prices: Prices;
  tools: ToolCaller;
  /** In a turn: with what the visitor's own site has besides. */
  catalogue: Catalogue;
  siteTools: SiteTools;
  log: EventLog;
  runs: Runs;
  interrupts: Interrupts;
  effects: Effects;
  receipts: Receipts;
  pages: Pages;
  tasks: Tasks;
  handoffs: Handoffs;
  askTask: AskTask;
  memories: Memories;
  afterwards: Afterwards;
  /** Deletes some of the conversations that nobody has gone on with for long. */
  expireSessions: () => Promise<void>;
  /** Keeps, for the reports, what ended runs have come to. */
  noteRuns: () => Promise<void>;
  metrics: TurnMetrics;
  /** Undefined when answers are never told again. */
  answers: AnswerCache | undefined;
  corpusVersion: CorpusVersion;
  limits: Limits;
  /** Models that an agent may be set to. */
  agentModels: readonly string[];
  /** Tokens a model may write in one call. */
  answerTokensMax: number;
  nowMs: () => number;
  random: () => number;
};

/** What the turn is about. The assertion proves the visitor to the tools API. */
export type AcceptedMessage = { run: Run; visitor: VisitorAssertion; assertion: string; text: string; viewing?: ViewedProduct | undefined };

/** A call that runs only after its visitor has answered, and what the visitor is asked. */
export type Waiting = { call: ToolCall; interrupt: NewInterrupt };

export type Turn = {
  ports: TurnPorts;
  message: AcceptedMessage;
  /** The run with the message from which the turn began; a run that goes on from a card belongs to the same turn. */
  turnId: string;
  recorder: Recorder;
  /** In the visitor's language, as his assertion names it: whichever process goes on, and whenever. */
  words: Words;
  /** The prompt of the visitor's agent. */
  system: string;
  /** The model that the owner chose for the agent, where it is one of the allowed. */
  model: string | undefined;
  tools: VisitorTools;
  messages: TranscriptMessage[];
  /** Nothing was said in the session before. */
  isFirst: boolean;
  /** What the model's steps sent, in order; empty ones are left out. */
  said: ReleasedAnswer[];
  /** The model ended its answer by itself. */
  isComplete: boolean;
  /** Passages retrieved in this run: the only things an answer may cite. */
  passages: Map<string, Passage>;
  ledger: Ledger;
  waiting: Waiting | undefined;
  /** The call that waited in the run before, and is decided now. */
  pendingCall: ToolCall | undefined;
  /** The key of the effect that takes another one back, when that is what the run is for. */
  undoing: string | undefined;
  /** Cards that are open and were asked for again. */
  reopened: Interrupt[];
  /** What was done for the visitor in this run, as the card said it. */
  done: string | undefined;
  /** The request was too long once and has been made smaller. */
  isCompacted: boolean;
  /** Model attempts of this turn, retries included. */
  attempts: number;
  /** Its message was counted against the caps, or needs not be. */
  isAdmitted: boolean;
  /** A cap is reached, and the model is not asked any more. */
  degraded: DegradedValue | undefined;
  /** Aborted when the visitor stops, the lease is lost or the process shuts down. */
  signal: AbortSignal;
};

export function isSignedIn({ message }: { message: Pick<AcceptedMessage, 'visitor'> }): boolean {
  return message.visitor.sub.startsWith('wp:');
}

/** Who answers: the model, or the knowledge alone when a cap is reached. */
export function modelOf({ ports, degraded }: Pick<Turn, 'ports' | 'degraded'>): ModelPort {
  return degraded ? ports.knowledge : ports.model;
}

/** Nothing was done about the message yet. */
export function isUnanswered(turn: Turn): boolean {
  return turn.attempts === 0 && turn.messages.at(-1)?.role === 'user';
}

/** The visitor asks again what was answered before. */
export function isRepeated(turn: Turn): boolean {
  return turn.messages.some((message) => message.role === 'user' && message.notes?.repeated !== undefined);
}
