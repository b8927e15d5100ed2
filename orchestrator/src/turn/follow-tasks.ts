// Follows the long tasks of all sessions, whether or not a tab is open: each change goes into the log at once, the result is said when nothing runs.
import type { TaskStatus } from '@aiguy/manifests/generated/http';
import type { Tool } from '@aiguy/manifests/load';
import { type Words, wordsFor } from '@aiguy/manifests/words';
import { describeResult } from '../model/offline/describe-result.ts';
import { announce } from '../session/announce.ts';
import { textMessage } from '../session/run-events.ts';
import { lockSession } from '../session/runs.ts';
import type { OpenTask } from '../session/tasks.ts';
import { fileIn } from '../tools/result-file.ts';
import { AnswerWriter } from './release-answer.ts';
import { supportOf } from './support.ts';
import type { TurnPorts } from './turn.ts';

const atOnceMax = 50;

export async function followTasks(ports: TurnPorts, signal: AbortSignal): Promise<void> {
  const due = await ports.tasks.takeDue(atOnceMax);
  await Promise.all(due.map(async (task) => await follow(ports, task, signal)));
}

async function follow(ports: TurnPorts, task: OpenTask, signal: AbortSignal): Promise<void> {
  const unsaid = task.state === 'done' ? task.unsaid : await lookAt(ports, task, signal);
  if (unsaid !== null) await say(ports, task, unsaid);
}

/** @returns what is to be said */
async function lookAt(ports: TurnPorts, task: OpenTask, signal: AbortSignal): Promise<string | null> {
  const tool = ports.catalogue.get(task.tool);
  const { sessionId, visitor, assertion } = task;
  const status = tool && (await ports.askTask(tool, task.id, { visitor, assertion, signal }));
  if (!status) return task.unsaid;
  return await ports.runs.inSession(sessionId, async (connection, append) => {
    await lockSession(connection, sessionId);
    const file = status.output && fileIn(tool, status.output);
    return await ports.tasks.change(connection, append, {
      task,
      status,
      said: whatIsSaid(tool, status, { words: wordsFor(visitor), nowMs: ports.nowMs() }),
      file,
    });
  });
}

/** What the call would have answered with is told in its manifest's words, through the same gate as an answer of that turn. */
export function whatIsSaid(
  { manifest }: Pick<Tool, 'manifest'>,
  { id, output, message }: TaskStatus,
  { words, nowMs }: { words: Words; nowMs: number },
): string | undefined {
  if (!output) return message === undefined ? undefined : words.tell(message);
  const call = { id, name: manifest.name, argumentsText: '{}' };
  const writer = new AnswerWriter({
    emit: () => undefined,
    messageId: id,
    words,
    passages: new Map(),
    support: () => supportOf([{ role: 'tool', call, outcome: { ok: true, output } }], nowMs),
  });
  writer.text(describeResult({ answer: manifest.answer }, output, words));
  writer.end();
  return writer.answer.parts.map((part) => ('text' in part ? part.text : '')).join('');
}

async function say(ports: TurnPorts, { id, sessionId }: OpenTask, text: string): Promise<void> {
  const isSaid = await announce(ports.runs, sessionId, async (connection) =>
    (await ports.tasks.said(connection, id, text)) ? textMessage(text) : undefined,
  );
  if (!isSaid) await ports.tasks.sayLater(id);
}
