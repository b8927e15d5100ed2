// One conversation with a write, and everything that must be true of it afterwards, whatever happened on the way.
import { randomUUID } from 'node:crypto';
import type { StepResetValue } from '@aiguy/manifests/generated/events';
import type { Interrupt } from '@aiguy/manifests/generated/http';
import { toldDone, toldUncertain } from './shop-model.ts';
import { type Frame, Visitor } from './visitor.ts';
import type { Look, World } from './world.ts';

export type Change = {
  message: string;
  sub: string;
  tool: string;
  /** How often the shop's own record says that it was done. */
  timesDone: (shop: Look) => Promise<number>;
};

/** told: what the visitor heard of the change in the end. */
export type Finished = { problems: string[]; told: 'done' | 'announced' | 'error'; visitor: Visitor };

/** Tickets are the harder case: nothing in the shop's rules keeps a second one from being opened. */
export function ticket(): Change {
  const summary = `crash-${randomUUID()}`;
  return {
    message: `Please open ticket ${summary}`,
    sub: `wp:1:${Math.floor(Math.random() * 1e9) + 1_000_000}`,
    tool: 'create_support_ticket',
    timesDone: async (shop) => {
      const rows = await shop<{ times: number }>('SELECT count(*)::int AS times FROM tickets WHERE summary = $1', [summary]);
      return rows[0]?.times ?? 0;
    },
  };
}

/** @returns one for each order that can still be cancelled, of customers that have not more than a few */
export async function cancellations(shop: Look): Promise<Change[]> {
  const rows = await shop<{ order_id: string; wp_user_id: number; paid: number }>(
    `SELECT order_id, wp_user_id, jsonb_array_length(payments::jsonb) AS paid FROM orders JOIN customers USING (customer_id)
     WHERE status = 'pending' AND wp_user_id IS NOT NULL ORDER BY order_id`,
  );
  return rows.map(({ order_id: order, wp_user_id: user, paid }) => ({
    message: `Please cancel order ${order}`,
    sub: `wp:1:${user}`,
    tool: 'cancel_order',
    timesDone: async (look) => {
      const found = await look<{ refunds: number }>(
        `SELECT jsonb_array_length(payments::jsonb) - $2 AS refunds FROM orders WHERE order_id = $1 AND status = 'cancelled'`,
        [order, paid],
      );
      return found[0]?.refunds ?? 0;
    },
  }));
}

/** Asks for the change, clicks, and waits for the end. */
export async function converse(world: World, change: Change, at: { urls?: string[]; followAt?: string } = {}): Promise<Finished> {
  const visitor = new Visitor({ signer: world.signer, sub: change.sub, urls: [world.orchestrator.url], ...at });
  const problems: string[] = [];
  try {
    await visitor.send(change.message);
    const card = await visitor.until('the card', cardOf);
    if (!card)
      problems.push(`there is no card: ${visitor.frames.map(({ event }) => (event.type === 'TOOL_CALL_RESULT' ? event.content : '')).join('')}`);
    else {
      if ((await change.timesDone(world.shop)) !== 0) problems.push('done before the click');
      await visitor.click(card, 'approve');
      await visitor.until('the end', endAfterClick);
    }
    const told = await hear(visitor);
    problems.push(...(await problemsOf(world, { visitor, change, told })));
    return { problems, told, visitor };
  } finally {
    await visitor.leave();
  }
}

/** undefined: not yet; null: the run ended without one. */
function cardOf(frames: readonly Frame[]): Interrupt | null | undefined {
  const end = frames.find(isTerminal)?.event;
  if (!end) return undefined;
  return end.type === 'RUN_FINISHED' && end.outcome?.type === 'interrupt' ? ((end.outcome.interrupts[0] as Interrupt | undefined) ?? null) : null;
}

function endAfterClick(frames: readonly Frame[]): Frame | undefined {
  return frames.filter(isTerminal)[1];
}

/** A visitor who was told that it is not certain waits for the announcement. */
async function hear(visitor: Visitor): Promise<Finished['told']> {
  const end = visitor.frames.filter(isTerminal)[1]?.event;
  if (end?.type !== 'RUN_FINISHED') return 'error';
  if (!textsOf(visitor.frames).includes(toldUncertain)) return 'done';
  await visitor.until('the announcement', (frames) => frames.filter(isTerminal)[2]);
  return 'announced';
}

async function problemsOf(world: World, { visitor, change, told }: { visitor: Visitor; change: Change; told: Finished['told'] }): Promise<string[]> {
  const { frames } = visitor;
  const texts = textsOf(frames);
  const expected = told === 'announced' ? [toldUncertain, texts.at(-1)] : [toldDone];
  const again = await visitor.readAgain(0);
  const cursor = Math.floor(Math.random() * frames.length);
  const times = await change.timesDone(world.shop);
  const statements: [boolean, string][] = [
    [told !== 'error', `the turn ended in an error: ${JSON.stringify(frames.at(-1)?.event)}`],
    [JSON.stringify(texts) === JSON.stringify(expected), `the visitor read ${JSON.stringify(texts)}`],
    [told !== 'announced' || /It is certain now: .* – this was done\./.test(texts.at(-1) ?? ''), `it was announced: ${texts.at(-1)}`],
    [times === 1, `done ${times} times in the shop`],
    [JSON.stringify(again) === JSON.stringify(frames), 'who reads the log again reads something else'],
    [JSON.stringify(await visitor.readAgain(cursor)) === JSON.stringify(frames.slice(cursor)), `who comes back at ${cursor} reads something else`],
    [resultsOf(frames).length === 1, `${resultsOf(frames).length} results of the change are shown`],
    ...(await recordStatements(world.sessions, visitor)),
  ];
  return [...visitor.faults, ...statements.filter(([holds]) => !holds).map(([, problem]) => problem)];
}

/** What the orchestrator's own tables must say. */
async function recordStatements(sessions: Look, { sid }: Visitor): Promise<[boolean, string][]> {
  const log = await sessions<{ events: number; first: number; last: number; last_seq: number }>(
    `SELECT count(*)::int AS events, min(seq) AS first, max(seq) AS last, (SELECT last_seq FROM sessions WHERE id = $1) AS last_seq
     FROM events WHERE session_id = $1`,
    [sid],
  );
  const runs = await sessions<{ id: string; status: string; ends: number }>(
    `SELECT id, status, (SELECT count(*)::int FROM events WHERE session_id = $1 AND run_id = runs.id AND type IN ('RUN_FINISHED', 'RUN_ERROR')) AS ends
     FROM runs WHERE session_id = $1`,
    [sid],
  );
  const effects = await sessions<{ status: string }>('SELECT status FROM effects WHERE session_id = $1', [sid]);
  const cards = await sessions<{ status: string }>('SELECT status FROM interrupts WHERE session_id = $1', [sid]);
  const { events, first, last, last_seq: lastSeq } = log[0] ?? { events: 0, first: 0, last: 0, last_seq: 0 };
  return [
    [first === 1 && last === events && lastSeq === events, `the log has ${events} events from ${first} to ${last}, the session counts ${lastSeq}`],
    [runs.every(({ ends }) => ends === 1), `ends of runs: ${JSON.stringify(runs)}`],
    [runs.every(({ status }) => status !== 'running' && status !== 'queued'), `states of runs: ${JSON.stringify(runs)}`],
    [effects.length === 1 && effects[0]?.status === 'settled', `the ledger says ${JSON.stringify(effects)}`],
    [cards.length === 1 && cards[0]?.status === 'approved', `the cards are ${JSON.stringify(cards)}`],
  ];
}

function isTerminal({ event }: Frame): boolean {
  return event.type === 'RUN_FINISHED' || event.type === 'RUN_ERROR';
}

/** The messages of the assistant as a chat shows them: what a reset takes back is gone. */
export function textsOf(frames: readonly Frame[]): string[] {
  const texts = new Map<string, string>();
  for (const { event } of frames) {
    if (event.type === 'TEXT_MESSAGE_START') texts.set(event.messageId, '');
    if (event.type === 'TEXT_MESSAGE_CONTENT') texts.set(event.messageId, (texts.get(event.messageId) ?? '') + event.delta);
    for (const id of resetOf(event)?.messageIds ?? []) texts.delete(id);
  }
  return [...texts.values()];
}

function resultsOf(frames: readonly Frame[]): string[] {
  const results: string[] = [];
  for (const { event } of frames) {
    if (event.type === 'TOOL_CALL_RESULT') results.push(event.toolCallId);
    for (const id of resetOf(event)?.resultIds ?? []) results.splice(0, results.length, ...results.filter((result) => result !== id));
  }
  return results;
}

function resetOf(event: Frame['event']): StepResetValue | undefined {
  return event.type === 'CUSTOM' && event.name === 'aiguy.step_reset' ? (event.value as StepResetValue) : undefined;
}
