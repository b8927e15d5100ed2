// The JSON form of a run: the same events, drained.

import type { AGUIEvent, CustomEvent } from '@ag-ui/core';
import type { CitationsValue, StepResetValue } from '@aiguy/manifests/generated/events';
import type { ChatAnswer, Interrupt } from '@aiguy/manifests/generated/http';
import type { LoggedEvent } from '../session/event-log.ts';
import type { Run } from '../session/runs.ts';

export async function drainAnswer(run: Run, batches: AsyncIterable<LoggedEvent[]>): Promise<ChatAnswer> {
  const answer: ChatAnswer = {
    sessionId: run.sessionId,
    runId: run.id,
    messageId: '',
    outcome: 'error',
    text: '',
    citations: [],
    tools: [],
    lastEventId: run.firstSeq,
  };
  const toolNames = new Map<string, string>();
  const texts = new Map<string, string>();
  for await (const batch of batches) {
    for (const { seq, event } of batch) {
      answer.lastEventId = seq;
      add({ answer, toolNames, texts }, event);
    }
  }
  answer.text = [...texts.values()].join('\n\n');
  return answer;
}

type Draining = { answer: ChatAnswer; toolNames: Map<string, string>; texts: Map<string, string> };

function add({ answer, toolNames, texts }: Draining, event: AGUIEvent): void {
  switch (event.type) {
    case 'TEXT_MESSAGE_START':
      answer.messageId = event.messageId;
      texts.set(event.messageId, '');
      break;
    case 'TEXT_MESSAGE_CONTENT':
      texts.set(event.messageId, (texts.get(event.messageId) ?? '') + event.delta);
      break;
    case 'CUSTOM':
      addCustom({ answer, texts }, event);
      break;
    case 'TOOL_CALL_START':
      toolNames.set(event.toolCallId, event.toolCallName);
      break;
    case 'TOOL_CALL_RESULT': {
      const outcome = JSON.parse(String(event.content)) as { ok: boolean; code?: string };
      const code = outcome.code === undefined ? {} : { code: outcome.code };
      answer.tools = [...answer.tools, { name: toolNames.get(event.toolCallId) ?? '', ok: outcome.ok, ...code }];
      break;
    }
    case 'RUN_FINISHED':
      answer.outcome = event.outcome?.type ?? 'success';
      if (event.outcome?.type === 'interrupt') answer.interrupts = event.outcome.interrupts as Interrupt[];
      break;
    case 'RUN_ERROR':
      answer.error = { code: event.code ?? 'internal_error', message: event.message };
      break;
  }
}

function addCustom({ answer, texts }: Pick<Draining, 'answer' | 'texts'>, { name, value }: CustomEvent): void {
  if (name === 'aiguy.citations') answer.citations = (value as CitationsValue).citations;
  if (name === 'aiguy.step_reset') for (const messageId of (value as StepResetValue).messageIds) texts.delete(messageId);
}
