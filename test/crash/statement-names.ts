// Names for the statements of both services, so that a point of a turn can be spoken of.

/** What goes on beside the turns: leases, sweeps, readers of the log, probes. */
const beside = [
  /^\s*SELECT 1/,
  /^\s*UPDATE runs SET lease_until/,
  /^\s*SELECT session_id, id FROM runs WHERE status = 'running'/,
  /^\s*SELECT id, session_id FROM interrupts WHERE status = 'pending'/,
  /^\s*UPDATE effects SET attempts = attempts \+ 1, check_at/,
  /^\s*SELECT seq, run_id, event FROM events WHERE session_id = \$1 AND seq > \$2/,
  /^\s*SELECT FROM runs WHERE session_id = \$1 AND status IN/,
  /^\s*SELECT id, created_at, last_seq/,
  /^\s*SELECT FROM runs WHERE NOT noted/,
  /^\s*SELECT handoffs\.\*, left_ticket/,
  /^\s*DELETE FROM usage_visitors/,
];

const names: [RegExp, string][] = [
  [/^\s*SELECT FROM sessions WHERE id = \$1 FOR UPDATE/, 'lock session'],
  [/^\s*SELECT FROM runs .* FOR UPDATE/, 'check lease'],
  [/INSERT INTO runs/, 'insert run'],
  [/^\s*INSERT INTO interrupts/, 'insert card'],
  [/^\s*INSERT INTO effects/, 'plan effect'],
  [/UPDATE effects SET\s+status = CASE/, 'dispatch effect'],
  [/^\s*UPDATE effects SET status = 'settled'/, 'settle effect'],
  [/^\s*UPDATE effects SET status = 'unknown', visitor/, 'doubt effect'],
  [/^\s*UPDATE interrupts SET status/, 'settle card'],
  [/UPDATE runs SET checkpoint = \$4/, 'keep checkpoint'],
  [/^\s*UPDATE runs SET checkpoint = NULL/, 'hand on checkpoint'],
  [/UPDATE runs SET status = \$3/, 'end run'],
  [/^\s*UPDATE runs SET epoch/, 'take over'],
];

/** @returns undefined for what does not belong to a turn */
export function statementName(sql: string, values: readonly unknown[]): string | undefined {
  if (beside.some((pattern) => pattern.test(sql))) return undefined;
  if (/INSERT INTO events/.test(sql)) return `append ${typesOf(values)}`;
  const named = names.find(([pattern]) => pattern.test(sql));
  if (named) return named[1];
  const [, verb = '', table = ''] = /\b(INSERT INTO|UPDATE|DELETE FROM|FROM)\s+(\w+)/i.exec(sql) ?? [];
  return table === '' ? sql.trim().split(/\s+/).slice(0, 2).join(' ') : `${verb === 'FROM' ? 'select' : verb.toLowerCase()} ${table}`;
}

function typesOf(values: readonly unknown[]): string {
  const events = values.find((value) => Array.isArray(value)) as string[] | undefined;
  const types = (events ?? []).map((text) => {
    const event = JSON.parse(text) as { type: string; name?: string; outcome?: { type: string } };
    return event.name ?? (event.outcome ? `${event.type}:${event.outcome.type}` : event.type);
  });
  return types.filter((type, index) => type !== types[index - 1]).join('+');
}
