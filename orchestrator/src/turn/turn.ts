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
import type { Passage } from './passages.ts';
import type { Recorder } from './recorder.ts';

export type TurnPorts = {
  model: ModelPort;
  tools: ToolCaller;
  catalogue: Catalogue;
  log: EventLog;
  runs: Runs;
  metrics: TurnMetrics;
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
  /** Passages retrieved in this run: the only things an answer may cite. */
  passages: Map<string, Passage>;
  ledger: Ledger;
  /** Model attempts of this turn, retries included. */
  attempts: number;
  /** Aborted when the visitor stops, the lease is lost or the process shuts down. */
  signal: AbortSignal;
};
