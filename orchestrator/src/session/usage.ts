// The durable ledger of what sites use: messages counted against their caps, money set aside before each model call and settled after it.
import { createHash, randomUUID } from 'node:crypto';
import type { Database } from '@aiguy/manifests/database';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';
import type { CapReason, Caps, CostCap } from '../budget/caps.ts';
import type { Usage as Tokens } from '../model/port.ts';

type Site = { issuer: string; day: string };
type RunOf = { sessionId: string; runId: string };
type Visitor = Pick<VisitorAssertion, 'sub' | 'network'>;
export type Admission = Site & RunOf & { visitor: Visitor; caps: Caps };
/** epoch: null for work behind a turn. sent and reserved in millionths of a US dollar. visitor: nobody's where the owner tries it out. */
export type CallToMake = Site &
  RunOf & {
    visitor: Partial<Visitor>;
    epoch: number | null;
    model: string;
    reserved: number;
    sent: number;
    caps: Pick<Caps, 'siteMicroUsd' | 'siteMonthMicroUsd'>;
    heldMs: number;
  };
/** digests: of whom the call counts for, besides the site. */
export type Hold = { id: string; digests: string[] };

/** Visitors' counters are deleted when their day and the one behind it are over, in UTC: then they are over everywhere. */
const visitorDaysKept = 1;

// Every message is counted once, whoever takes its run up again; the site counts only what its visitor's own cap let through, so that nobody who has
// used up his own uses up the others'. The rows are locked in one order: visitor, network, site.
const admitSql = `
  WITH known AS (SELECT capped FROM usage_runs WHERE session_id = $1 AND run_id = $2),
  own AS (
    INSERT INTO usage_visitors AS counter (issuer, day, digest, messages)
    SELECT $3, $4::date, digest, 1 FROM unnest($5::text[]) AS digest WHERE NOT EXISTS (SELECT FROM known)
    ON CONFLICT (issuer, day, digest) DO UPDATE SET messages = counter.messages + 1
    RETURNING digest, messages, cost_micro_usd
  ),
  over AS (
    SELECT CASE WHEN own.messages > most THEN reason ELSE cost_reason END AS reason
    FROM own JOIN unnest($5::text[], $6::bigint[], $7::text[], $10::bigint[], $11::text[]) AS cap (digest, most, reason, most_micro_usd, cost_reason) USING (digest)
    WHERE own.messages > most OR own.cost_micro_usd >= most_micro_usd LIMIT 1
  ),
  site AS (
    INSERT INTO usage_days AS today (issuer, day, messages, cap_messages, cap_micro_usd, cap_month_micro_usd)
    SELECT $3, $4::date, 1, $8, $9, $12 WHERE NOT EXISTS (SELECT FROM known) AND (SELECT count(*) FROM own) > 0 AND NOT EXISTS (SELECT FROM over)
    ON CONFLICT (issuer, day) DO UPDATE SET messages = today.messages + 1, cap_messages = $8, cap_micro_usd = $9, cap_month_micro_usd = $12
    RETURNING messages
  ),
  verdict AS (
    SELECT COALESCE((SELECT reason FROM over), (SELECT 'site_messages' FROM site WHERE messages > $8)) AS capped
  ),
  kept AS (
    INSERT INTO usage_runs (session_id, run_id, issuer, capped)
    SELECT $1, $2, $3, capped FROM verdict WHERE NOT EXISTS (SELECT FROM known)
  )
  SELECT COALESCE((SELECT capped FROM known), verdict.capped) AS capped FROM verdict`;

// What the month has left for this day is the day's cap where that is less; its other days hardly change any more. So the day's row is all that turns at
// once compete for.
const reserveSql = `
  WITH month AS (
    SELECT $12::bigint - COALESCE(sum(cost_micro_usd + reserved_micro_usd), 0)::bigint AS left_micro_usd FROM usage_days
    WHERE issuer = $2 AND day <> $3::date AND day >= date_trunc('month', $3::date::timestamp) AND day < date_trunc('month', $3::date::timestamp) + interval '1 month'
  ),
  cap AS (SELECT LEAST($10::bigint, left_micro_usd) AS micro_usd, CASE WHEN left_micro_usd <= $10::bigint THEN 'site_cost_month' ELSE 'site_cost' END AS reason FROM month),
  site AS (
    INSERT INTO usage_days AS today (issuer, day, reserved_micro_usd) SELECT $2, $3::date, $8::bigint FROM cap WHERE $8::bigint <= cap.micro_usd
    ON CONFLICT (issuer, day) DO UPDATE SET reserved_micro_usd = today.reserved_micro_usd + $8::bigint
      WHERE today.cost_micro_usd + today.reserved_micro_usd + $8::bigint <= (SELECT micro_usd FROM cap)
    RETURNING issuer
  ),
  call AS (
    INSERT INTO usage_calls (id, issuer, day, session_id, run_id, epoch, model, reserved_micro_usd, sent_micro_usd, held_until)
    SELECT $1, $2, $3::date, $4, $5, $6, $7, $8::bigint, $9::bigint, now() + $11 * interval '1 millisecond' FROM site RETURNING id
  )
  SELECT cap.reason AS capped FROM cap WHERE NOT EXISTS (SELECT FROM call)`;

// What was released as lost and comes late after all is counted anew. Visitor, network, site: locked in the order of admitSql. What a dead process's call has
// cost counts for the site alone.
const settleSql = `
  WITH before AS MATERIALIZED (SELECT * FROM usage_calls WHERE id = $1 AND status <> 'settled' FOR UPDATE),
  call AS (
    UPDATE usage_calls SET status = 'settled', input_tokens = $2, cache_read_tokens = $3, cache_write_tokens = $4, output_tokens = $5,
      cost_micro_usd = $6, model = COALESCE($7, usage_calls.model)
    FROM before WHERE usage_calls.id = before.id
  ),
  own AS (
    INSERT INTO usage_visitors AS counter (issuer, day, digest, messages, cost_micro_usd)
    SELECT before.issuer, before.day, digest, 0, $6 FROM before, unnest($8::text[]) AS digest
    ON CONFLICT (issuer, day, digest) DO UPDATE SET cost_micro_usd = counter.cost_micro_usd + excluded.cost_micro_usd
    RETURNING digest
  )
  UPDATE usage_days AS today SET
    reserved_micro_usd = today.reserved_micro_usd - CASE before.status WHEN 'reserved' THEN before.reserved_micro_usd ELSE 0 END,
    cost_micro_usd = today.cost_micro_usd + $6 - before.cost_micro_usd,
    input_tokens = today.input_tokens + $2, cache_read_tokens = today.cache_read_tokens + $3,
    cache_write_tokens = today.cache_write_tokens + $4, output_tokens = today.output_tokens + $5
  FROM before, (SELECT count(*) FROM own) AS counted WHERE today.issuer = before.issuer AND today.day = before.day`;

// A call is dead when its time is long over, or when another process has taken up its run. What it had sent is paid for.
const releaseSql = `
  WITH dead AS (
    UPDATE usage_calls AS call SET status = 'released', cost_micro_usd = sent_micro_usd
    WHERE status = 'reserved' AND (held_until < now() OR (epoch IS NOT NULL AND EXISTS (
      SELECT FROM runs WHERE runs.session_id = call.session_id AND runs.id = call.run_id AND (runs.epoch > call.epoch OR runs.status <> 'running'))))
    RETURNING issuer, day, reserved_micro_usd, cost_micro_usd
  ),
  sums AS (SELECT issuer, day, sum(reserved_micro_usd) AS reserved, sum(cost_micro_usd) AS cost FROM dead GROUP BY issuer, day)
  UPDATE usage_days AS today SET reserved_micro_usd = today.reserved_micro_usd - sums.reserved, cost_micro_usd = today.cost_micro_usd + sums.cost
  FROM sums WHERE today.issuer = sums.issuer AND today.day = sums.day`;

export class Usage {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Counts a message, once, however often its run is taken up. @returns the cap that it meets, the same each time */
  async admit({ issuer, day, sessionId, runId, visitor, caps }: Admission): Promise<CapReason | undefined> {
    const counters = countersOf(visitor, caps);
    const { rows } = await this.#database.query<{ capped: CapReason | null }>(admitSql, [
      sessionId,
      runId,
      issuer,
      day,
      counters.map(({ digest }) => digest),
      counters.map(({ most }) => most),
      counters.map(({ reason }) => reason),
      caps.siteMessages,
      caps.siteMicroUsd,
      counters.map(({ mostMicroUsd }) => mostMicroUsd),
      counters.map(({ costReason }) => costReason),
      caps.siteMonthMicroUsd,
    ]);
    return rows[0]?.capped ?? undefined;
  }

  /** Notes that a run met the cap on money. */
  async noteCapped({ sessionId, runId }: RunOf, reason: CapReason): Promise<void> {
    await this.#database.query('UPDATE usage_runs SET capped = COALESCE(capped, $3) WHERE session_id = $1 AND run_id = $2', [
      sessionId,
      runId,
      reason,
    ]);
  }

  /** Sets money aside. @returns the cap instead that the site's day or month would pass with everything that is set aside already */
  async reserve(call: CallToMake): Promise<Hold | CostCap> {
    const first = await this.#tryToReserve(call);
    if (typeof first !== 'string') return first;
    await this.releaseDead();
    return await this.#tryToReserve(call);
  }

  async #tryToReserve(call: CallToMake): Promise<Hold | CostCap> {
    const id = randomUUID();
    const { rows } = await this.#database.query<{ capped: CostCap }>(reserveSql, [
      id,
      call.issuer,
      call.day,
      call.sessionId,
      call.runId,
      call.epoch,
      call.model,
      call.reserved,
      call.sent,
      call.caps.siteMicroUsd,
      call.heldMs,
      call.caps.siteMonthMicroUsd,
    ]);
    return rows[0]?.capped ?? { id, digests: digestsOf(call.visitor) };
  }

  /** Replaces what was set aside by what was used. @param spent microUsd, and the model that answered where the provider named it */
  async settle({ id, digests }: Hold, { tokens, microUsd, model }: { tokens: Tokens; microUsd: number; model: string | undefined }): Promise<void> {
    const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens } = tokens;
    await this.#database.query(settleSql, [id, inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, microUsd, model ?? null, digests]);
  }

  /** Gives back what dead processes had set aside. */
  async releaseDead(): Promise<void> {
    await this.#database.query(releaseSql);
  }

  /** Deletes visitors' counters of days that are over. */
  async forgetVisitors(day: string): Promise<void> {
    await this.#database.query('DELETE FROM usage_visitors WHERE day < $1::date - $2::int', [day, visitorDaysKept]);
  }
}

type Counter = { digest: string; most: number; reason: CapReason; mostMicroUsd: number; costReason: CapReason };

function countersOf(visitor: Visitor, caps: Caps): Counter[] {
  const { customerMessages, customerMicroUsd, guestMessages, guestMicroUsd, networkMessages, networkMicroUsd } = caps;
  const [own = '', network] = digestsOf(visitor);
  if (!isGuest(visitor.sub))
    return [{ digest: own, most: customerMessages, reason: 'customer_messages', mostMicroUsd: customerMicroUsd, costReason: 'customer_cost' }];
  const counter: Counter = { digest: own, most: guestMessages, reason: 'guest_messages', mostMicroUsd: guestMicroUsd, costReason: 'guest_cost' };
  if (network === undefined) return [counter];
  return [counter, { digest: network, most: networkMessages, reason: 'network_messages', mostMicroUsd: networkMicroUsd, costReason: 'network_cost' }];
}

/** A guest counts by himself and by his network, because he may throw his cookie away. */
function digestsOf({ sub, network }: Partial<Visitor>): string[] {
  if (sub === undefined) return [];
  return isGuest(sub) && network !== undefined ? [digest(sub), digest(`network ${network}`)] : [digest(sub)];
}

function isGuest(sub: string): boolean {
  return sub.startsWith('anon:');
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
