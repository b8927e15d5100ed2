// What the routes need; app.ts hands it in.
import type { Database } from '@aiguy/manifests/database';
import type { Catalogue } from '@aiguy/manifests/load';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import type { TurnMetrics } from '../observe/metrics.ts';
import type { EventLog } from '../session/event-log.ts';
import type { Handoffs } from '../session/handoffs.ts';
import type { Interrupts } from '../session/interrupts.ts';
import type { Memories } from '../session/memory.ts';
import type { Pages } from '../session/pages.ts';
import type { Receipts } from '../session/receipts.ts';
import type { Runs } from '../session/runs.ts';
import type { FetchFile } from '../tools/fetch-file.ts';
import type { AskHours } from '../tools/opening-hours.ts';
import type { SuggestArticles } from '../tools/suggest-articles.ts';
import type { LiveRuns } from '../turn/live-runs.ts';

export type HttpPorts = {
  database: Database;
  log: EventLog;
  runs: Runs;
  liveRuns: LiveRuns;
  interrupts: Interrupts;
  memories: Memories;
  receipts: Receipts;
  pages: Pages;
  handoffs: Handoffs;
  catalogue: Catalogue;
  verifier: TokenVerifier;
  metrics: TurnMetrics;
  /** @throws AiguyError rate_limited with the time to wait */
  limitChat: (key: string) => Promise<void>;
  /** @throws AiguyError rate_limited with the time to wait */
  limitSuggestions: (from: { session: string; address: string }) => Promise<void>;
  /** @throws AiguyError rate_limited with the time to wait */
  limitTickets: (sessionId: string) => Promise<void>;
  /** @throws AiguyError rate_limited with the time to wait */
  limitLinks: (from: { session: string; address: string }) => Promise<void>;
  /** For ratings, lists and transcripts. @throws AiguyError rate_limited with the time to wait */
  limitFeedback: (sessionId: string) => Promise<void>;
  /** Days without activity after which a conversation is deleted. */
  sessionIdleDays: number;
  suggestArticles: SuggestArticles;
  fetchFile: FetchFile;
  askHours: AskHours;
};
