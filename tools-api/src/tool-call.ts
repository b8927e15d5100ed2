// What a call of a tool is made of, from its caller to the bytes that leave.
import type { Connection, Database } from '@aiguy/manifests/database';
import { AiguyError } from '@aiguy/manifests/errors';
import type { Catalogue, Tool } from '@aiguy/manifests/load';
import type { RateLimits } from '@aiguy/manifests/rate-limit';
import type { AgentSettings } from '@aiguy/manifests/tokens';
import { check } from '@aiguy/manifests/validate';
import type { Audit } from './audit/audit.ts';
import type { Guests } from './backends/guests/guests.ts';
import type { Subject } from './backends/shop.ts';
import type { SiteAccess } from './backends/site-abilities.ts';
import type { ToolMetrics } from './observe/metrics.ts';
import type { LongTasks } from './tasks/long-tasks.ts';
import type { Handlers } from './tools/index.ts';

/** Who calls, as the tokens say. */
export type Caller = {
  subject: Subject;
  sessionId: string | undefined;
  scopes: readonly string[];
  /** Set when the token is for one call only: this tool with arguments of this digest, for this visitor in this session. */
  boundTo: { tool: string; argsDigest: string; subject: string; sessionId: string } | undefined;
  /** What the site's owner has switched off for this chat, or only lets signed-in visitors do. */
  agent?: Pick<AgentSettings, 'tools_off' | 'tools_sign_in'> | undefined;
  /** Where his site lists and runs abilities of its plugins; undefined where it offers none, and for direct callers. */
  site?: SiteAccess | undefined;
};

export type ToolPorts = {
  database: Database;
  catalogue: Catalogue;
  handlers: Handlers;
  limits: RateLimits;
  audit: Audit;
  metrics: ToolMetrics;
  /** undefined where guests can show nothing and have to sign in. */
  guests?: Guests | undefined;
  /** undefined where nothing is left to do after a call. */
  tasks?: LongTasks | undefined;
};

export type ToolCall = { name: string; args: unknown; caller: Caller; requestId: string; idempotencyKey?: string | undefined };
export type Output = Record<string, unknown>;
/** A call that was let in: its tool, and arguments that keep its schema. */
export type Admitted = Omit<ToolCall, 'args'> & { args: Output; argsDigest: string; tool: Tool };

/** What leaves: a status and the bytes of a JSON body. */
export type Answer = { status: number; body: string; replayed: boolean };
/** code: ok, replayed, previewed, or a code of the error table. */
export type Outcome = { answer: Answer; code: string; alreadyRecorded?: boolean };
/** Puts an outcome on record in the transaction of its effect. */
export type RecordWithin = (connection: Connection, outcome: Outcome) => Promise<void>;

export const answerOf = (body: object): Answer => ({ status: 200, body: JSON.stringify(body), replayed: false });

/** @throws AiguyError tool_output_invalid */
export function checkedOutput(tool: Tool, output: unknown): Output {
  const checked = check<Output>(tool.validateOutput as never, output);
  if (checked.ok) return checked.value;
  throw new AiguyError('tool_output_invalid', { cause: new Error(`${checked.violations[0]?.pointer} ${checked.violations[0]?.rule}`) });
}
