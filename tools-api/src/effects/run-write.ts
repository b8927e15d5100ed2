// A write, done once for each key: effect, answer and record are committed together, or none of them is.
import { type Connection, inTransaction } from '@aiguy/manifests/database';
import { AiguyError, errorEntry } from '@aiguy/manifests/errors';
import type { TaskReference } from '@aiguy/manifests/generated/http';
import { inSpan } from '@aiguy/manifests/telemetry';
import { subjectDigest } from '../tasks/tasks.ts';
import { withinTime } from '../time-limit.ts';
import { type Admitted, type Answer, answerOf, checkedOutput, type Outcome, type RecordWithin, type ToolPorts } from '../tool-call.ts';
import type { WriteHandler } from '../tools/handler.ts';
import { type KeptAnswer, keepAnswer, keyDigestOf, takeKey } from './idempotency.ts';
import { lend } from './lent-connection.ts';
import { startTaskOf } from './start-task.ts';

/**
 * Same key, same tool and arguments: the first answer again. A refusal by the shop's rules is an answer too; a failure is none, it leaves the key free.
 * An error whose transaction may have been committed all the same (the connection broke during COMMIT) is settled by the same key, sent again.
 * @throws AiguyError idempotency_key_required, idempotency_conflict, effect_in_progress, and what the handler failed with
 */
export async function runWrite(ports: ToolPorts, call: Admitted, record: RecordWithin): Promise<Outcome> {
  const handler = writeHandlerOf(ports, call.name);
  const keyDigest = keyDigestOf(call.caller.subject, call.idempotencyKey);
  const outcome = await inTransaction(ports.database, async (connection) => {
    const kept = await takeKey(connection, keyDigest, { statementTimeoutMs: call.tool.manifest.timeouts_ms.attempt });
    if (kept) return replayOf(kept, call);
    const outcome = { ...(await runOrRefuse(handler, call, { connection, effectKey: keyDigest, tasks: ports.tasks })), alreadyRecorded: true };
    const { status, body } = outcome.answer;
    await keepAnswer(connection, keyDigest, {
      tool: call.name,
      argsDigest: call.argsDigest,
      status,
      body,
      subjectDigest: subjectDigest(call.caller.subject),
    });
    await record(connection, outcome);
    return outcome;
  });
  if (call.tool.manifest.task) ports.tasks?.wake();
  return outcome;
}

/** @throws AiguyError unknown_tool for what is no write */
export function writeHandlerOf({ handlers }: Pick<ToolPorts, 'handlers'>, name: string): WriteHandler {
  const handler = handlers[name];
  if (!handler || typeof handler === 'function') throw new AiguyError('unknown_tool');
  return handler;
}

function replayOf({ tool, argsDigest, status, body }: KeptAnswer, call: Admitted): Outcome {
  if (tool !== call.name || argsDigest !== call.argsDigest) throw new AiguyError('idempotency_conflict');
  return { answer: { status, body, replayed: true }, code: 'replayed' };
}

type Effect = { connection: Connection; effectKey: string; tasks: ToolPorts['tasks'] };

/** A refusal undoes what the handler did so far and is an answer; everything else that is thrown ends the transaction. */
async function runOrRefuse(handler: WriteHandler, call: Admitted, effect: Effect): Promise<{ answer: Answer; code: string }> {
  await effect.connection.query('SAVEPOINT handler');
  try {
    const { output, task } = await runHandler(handler, call, effect);
    const body = { tool: call.name, output: checkedOutput(call.tool, output), ...(task ? { task } : {}) };
    return { answer: answerOf(body), code: 'ok' };
  } catch (error) {
    if (!(error instanceof AiguyError) || error.status >= 500 || errorEntry(error.code).retryable) throw error;
    await effect.connection.query('ROLLBACK TO SAVEPOINT handler');
    return { answer: { status: error.status, body: JSON.stringify(error.toBody(call.requestId)), replayed: false }, code: error.code };
  }
}

async function runHandler(
  handler: WriteHandler,
  call: Admitted,
  { connection, effectKey, tasks }: Effect,
): Promise<{ output: unknown; task: TaskReference | undefined }> {
  const { subject, sessionId } = call.caller;
  const signal = AbortSignal.timeout(call.tool.manifest.timeouts_ms.attempt);
  const lent = lend(connection);
  try {
    const { startTask, started } = startTaskOf(tasks, call, lent.connection);
    const context = { subject, sessionId, signal, connection: lent.connection, effectKey, startTask };
    const output = await withinTime(
      signal,
      inSpan(`handle ${call.name}`, {}, async () => await handler.run(call.args as never, context)),
    );
    return { output, task: started() };
  } finally {
    lent.takeBack();
  }
}
