// Prometheus figures of the turns: counts, times and tokens; never content.
import { Counter, Histogram, type Registry } from 'prom-client';
import type { ToolOutcome, Usage } from '../model/port.ts';

/** similar: the same question in other words. */
export type CacheResult = 'hit_exact' | 'hit_similar' | 'miss';

export type TurnMetrics = {
  accepted: (runId: string) => void;
  firstText: (runId: string) => void;
  turnEnded: (runId: string, outcome: { kind: string; code?: string }) => void;
  turnLost: (runId: string, reason: 'lease_lost' | 'database' | 'shutdown') => void;
  /** A turn of a process that is gone was taken up by this one. */
  turnTakenOver: () => void;
  toolCall: (tool: string, outcome: ToolOutcome) => void;
  tokens: (usage: Usage) => void;
  /** Sentences of one model step that the claim gate did not send. */
  withheld: (sentences: number) => void;
  /** Counted for first messages of a session; others are never looked up. */
  answerCache: (result: CacheResult) => void;
  /** The oldest exchanges of a conversation were summed up, or could not be. */
  summary: (result: 'written' | 'failed') => void;
  /** A message met a cap of the day. */
  capped: (reason: string) => void;
};

const secondsBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16];

export function createTurnMetrics(register: Registry, nowMs: () => number): TurnMetrics {
  const { turns, duration, first, tools, takenOver, tokens, withheld, prompts, answers, summaries, capped } = createMeters([register]);
  const started = new Map<string, { atMs: number; sawText: boolean }>();
  return {
    accepted: (runId) => started.set(runId, { atMs: nowMs(), sawText: false }),
    firstText: (runId) => {
      const run = started.get(runId);
      if (!run || run.sawText) return;
      run.sawText = true;
      first.observe((nowMs() - run.atMs) / 1000);
    },
    turnEnded: (runId, outcome) => {
      const run = started.get(runId);
      started.delete(runId);
      turns.inc({ outcome: outcome.kind, code: outcome.code ?? '' });
      if (run) duration.observe((nowMs() - run.atMs) / 1000);
    },
    turnLost: (runId, reason) => {
      started.delete(runId);
      turns.inc({ outcome: 'lost', code: reason });
    },
    turnTakenOver: () => takenOver.inc(),
    toolCall: (tool, outcome) => tools.inc({ tool, code: outcome.ok ? 'ok' : outcome.code }),
    tokens: (usage) => {
      tokens.inc({ kind: 'input' }, usage.inputTokens);
      tokens.inc({ kind: 'cache_read' }, usage.cacheReadTokens);
      tokens.inc({ kind: 'cache_write' }, usage.cacheWriteTokens);
      tokens.inc({ kind: 'output' }, usage.outputTokens);
      if (usage.outputTokens > 0) prompts.inc({ result: usage.cacheReadTokens > 0 ? 'read' : usage.cacheWriteTokens > 0 ? 'write' : 'none' });
    },
    withheld: (sentences) => withheld.inc(sentences),
    answerCache: (result) => answers.inc({ result }),
    summary: (result) => summaries.inc({ result }),
    capped: (reason) => capped.inc({ reason }),
  };
}

function createMeters(registers: Registry[]) {
  const turns = new Counter({ name: 'aiguy_turns_total', help: 'Turns by outcome.', labelNames: ['outcome', 'code'], registers });
  const duration = new Histogram({
    name: 'aiguy_turn_duration_seconds',
    help: 'From acceptance to the terminal event.',
    buckets: secondsBuckets,
    registers,
  });
  const first = new Histogram({
    name: 'aiguy_first_text_seconds',
    help: 'From acceptance to the first text of the answer.',
    buckets: secondsBuckets,
    registers,
  });
  const tools = new Counter({
    name: 'aiguy_turn_tool_calls_total',
    help: 'Tool calls as the turn saw them.',
    labelNames: ['tool', 'code'],
    registers,
  });
  const takenOver = new Counter({ name: 'aiguy_turns_taken_over_total', help: 'Turns that this process took up from one that was gone.', registers });
  const tokens = new Counter({ name: 'aiguy_model_tokens_total', help: 'Tokens by kind.', labelNames: ['kind'], registers });
  const withheld = new Counter({ name: 'aiguy_withheld_sentences_total', help: 'Sentences that the claim gate did not send.', registers });
  const prompts = new Counter({
    name: 'aiguy_prompt_cache_calls_total',
    help: 'Model calls by what the provider did with the fixed prefix: read it from its cache, wrote it there, or neither.',
    labelNames: ['result'],
    registers,
  });
  const answers = new Counter({ name: 'aiguy_answer_cache_total', help: 'Look-ups of earlier answers.', labelNames: ['result'], registers });
  const summaries = new Counter({
    name: 'aiguy_summaries_total',
    help: 'Summaries of the first part of a conversation.',
    labelNames: ['result'],
    registers,
  });
  const capped = new Counter({
    name: 'aiguy_capped_total',
    help: 'Messages that met a cap of the day or the month.',
    labelNames: ['reason'],
    registers,
  });
  return { turns, duration, first, tools, takenOver, tokens, withheld, prompts, answers, summaries, capped };
}
