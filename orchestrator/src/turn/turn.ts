// What a turn works with: its ports, and the little that changes while it runs.
import type { Catalogue } from '@aiguy/manifests/load';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';
import type { Ledger, Limits } from '../budget/ledger.ts';
import type { ModelPort, TranscriptMessage } from '../model/port.ts';
import type { TurnMetrics } from '../observe/metrics.ts';
import type { EventLog } from '../session/event-log.ts';
import type { Run, Runs } from '../session/runs.ts';
import type { VisitorTools } from '../tools/catalogue.ts';
import type { ToolCaller } from '../tools/client.ts';
import type { CorpusVersion } from '../tools/corpus-version.ts';
import type { AnswerCache } from './answer-cache.ts';
import type { Passage } from './passages.ts';
import type { Recorder } from './recorder.ts';
import type { ReleasedAnswer } from './release-answer.ts';

export type TurnPorts = {
  model: ModelPort;
  tools: ToolCaller;
  catalogue: Catalogue;
  log: EventLog;
  runs: Runs;
  metrics: TurnMetrics;
  /** Undefined when answers are never told again. */
  answers: AnswerCache | undefined;
  corpusVersion: CorpusVersion;
  limits: Limits;
  /** Tokens a model may write in one call. */
  answerTokensMax: number;
  nowMs: () => number;
  random: () => number;
};

/** A visitor's message that is in the log and wants an answer. The assertion proves the visitor to the tools API. */
export type AcceptedMessage = { run: Run; visitor: VisitorAssertion; assertion: string; text: string };

export type Turn = {
  ports: TurnPorts;
  message: AcceptedMessage;
  recorder: Recorder;
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
  /** Model attempts of this turn, retries included. */
  attempts: number;
  /** Aborted when the visitor stops, the lease is lost or the process shuts down. */
  signal: AbortSignal;
};

export function isSignedIn(turn: Turn): boolean {
  return turn.message.visitor.sub.startsWith('wp:');
}
