// What the routes need; app.ts hands it in.
import type { Database } from '@aiguy/manifests/database';
import type { Decision, InputAnswer } from '@aiguy/manifests/generated/http';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import type { TurnMetrics } from '../observe/metrics.ts';
import type { EventLog } from '../session/event-log.ts';
import type { Runs } from '../session/runs.ts';
import type { SuggestArticles } from '../tools/suggest-articles.ts';
import type { LiveRuns } from '../turn/live-runs.ts';
import type { AuthenticatedVisitor } from './authenticate.ts';

export type HttpPorts = {
  database: Database;
  log: EventLog;
  runs: Runs;
  liveRuns: LiveRuns;
  verifier: TokenVerifier;
  metrics: TurnMetrics;
  /** @throws AiguyError rate_limited with the time to wait */
  limitChat: (key: string) => Promise<void>;
  /** @throws AiguyError rate_limited with the time to wait */
  limitSuggestions: (from: { session: string; address: string }) => Promise<void>;
  /** @throws AiguyError rate_limited with the time to wait */
  limitTickets: (sessionId: string) => Promise<void>;
  suggestArticles: SuggestArticles;
  /**
   * Takes the visitor's answer to a confirmation or form of his own session.
   * @throws AiguyError not_found (also for the other kind of answer than was asked for), interrupt_decided, interrupt_expired, form_invalid
   */
  decide: (from: AuthenticatedVisitor, interruptId: string, answer: Decision | InputAnswer) => Promise<void>;
};
