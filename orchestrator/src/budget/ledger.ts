// What one turn may spend: tokens, tool calls and time. Pure: reserve before, commit after, so that two steps can never spend the same allowance.

/** Limits of a turn. Tokens count uncached input beyond the fixed prefix, and output. */
export type Limits = { tokens: number; tools: number; wallMs: number };

export type Ledger = {
  limits: Limits;
  tokensSpent: number;
  tokensReserved: number;
  toolsSpent: number;
  startedAtMs: number;
  /** Milliseconds during which a human was thinking; they don't count. */
  pausedMs: number;
  pausedSinceMs: number | undefined;
};

export type Limit = 'tokens' | 'tools' | 'wall_clock';
export type Verdict = { ok: true; ledger: Ledger } | { ok: false; limit: Limit };

export function openLedger(limits: Limits, nowMs: number): Ledger {
  return { limits, tokensSpent: 0, tokensReserved: 0, toolsSpent: 0, startedAtMs: nowMs, pausedMs: 0, pausedSinceMs: undefined };
}

/** Sets tokens aside for a model call: its counted input and the most it may write. */
export function reserveTokens(ledger: Ledger, tokens: number): Verdict {
  if (ledger.tokensSpent + ledger.tokensReserved + tokens > ledger.limits.tokens) return { ok: false, limit: 'tokens' };
  return { ok: true, ledger: { ...ledger, tokensReserved: ledger.tokensReserved + tokens } };
}

/** Turns a reservation into what was really used, which may be more when the estimate was low. */
export function commitTokens(ledger: Ledger, amounts: { reserved: number; used: number }): Ledger {
  return { ...ledger, tokensReserved: Math.max(0, ledger.tokensReserved - amounts.reserved), tokensSpent: ledger.tokensSpent + amounts.used };
}

/** Takes one tool call; an attempt counts whether it succeeds or not. */
export function spendTool(ledger: Ledger): Verdict {
  if (ledger.toolsSpent >= ledger.limits.tools) return { ok: false, limit: 'tools' };
  return { ok: true, ledger: { ...ledger, toolsSpent: ledger.toolsSpent + 1 } };
}

export function tokensLeft(ledger: Ledger): number {
  return Math.max(0, ledger.limits.tokens - ledger.tokensSpent - ledger.tokensReserved);
}

export function toolsLeft(ledger: Ledger): number {
  return ledger.limits.tools - ledger.toolsSpent;
}

/** Milliseconds left; the clock stands still while it is paused. */
export function wallLeftMs(ledger: Ledger, nowMs: number): number {
  const untilMs = ledger.pausedSinceMs ?? nowMs;
  return Math.max(0, ledger.limits.wallMs - (untilMs - ledger.startedAtMs - ledger.pausedMs));
}

export function pauseClock(ledger: Ledger, nowMs: number): Ledger {
  return ledger.pausedSinceMs === undefined ? { ...ledger, pausedSinceMs: nowMs } : ledger;
}

export function resumeClock(ledger: Ledger, nowMs: number): Ledger {
  if (ledger.pausedSinceMs === undefined) return ledger;
  return { ...ledger, pausedMs: ledger.pausedMs + nowMs - ledger.pausedSinceMs, pausedSinceMs: undefined };
}
