// What a write would do, in words of the shop's; in a transaction that can't change anything.
import { inTransaction } from '@aiguy/manifests/database';
import { AiguyError } from '@aiguy/manifests/errors';
import type { ToolPreview } from '@aiguy/manifests/generated/http';
import { validatorOf } from '@aiguy/manifests/protocol';
import { check } from '@aiguy/manifests/validate';
import { withinTime } from '../time-limit.ts';
import { type Admitted, answerOf, type Outcome, type ToolPorts } from '../tool-call.ts';
import { lend } from './lent-connection.ts';
import { writeHandlerOf } from './run-write.ts';

const validatePreview = validatorOf<ToolPreview>('ToolPreview');

/** @throws AiguyError what the write would be refused with; unknown_tool for what is no write */
export async function previewWrite(ports: ToolPorts, call: Admitted): Promise<Outcome> {
  const handler = writeHandlerOf(ports, call.name);
  const limitMs = call.tool.manifest.timeouts_ms.attempt;
  const { subject, sessionId } = call.caller;
  const preview = await inTransaction(ports.database, async (connection) => {
    await connection.query('SET TRANSACTION READ ONLY');
    await connection.query("SELECT set_config('statement_timeout', $1, true)", [String(limitMs)]);
    const signal = AbortSignal.timeout(limitMs);
    const lent = lend(connection);
    try {
      return await withinTime(signal, handler.preview(call.args as never, { subject, sessionId, signal, connection: lent.connection }));
    } finally {
      lent.takeBack();
    }
  });
  const checked = check(validatePreview, { tool: call.name, preview });
  if (!checked.ok)
    throw new AiguyError('tool_output_invalid', { cause: new Error(`${checked.violations[0]?.pointer} ${checked.violations[0]?.rule}`) });
  return { answer: answerOf(checked.value), code: 'previewed' };
}
