// The JSON form of a run: the same events, drained.

import type { AGUIEvent, CustomEvent } from '@ag-ui/core';
import type { CitationsValue, StepResetValue } from '@aiguy/manifests/generated/events';
import type { ChatAnswer, Interrupt } from '@aiguy/manifests/generated/http';
import type { LoggedEvent } from '../session/event-log.ts';
import type { Run } from '../session/run.ts';

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
  const tools = new Map<string, ChatAnswer['tools'][number]>();
  for await (const batch of batches) {
    for (const { seq, event } of batch) {
      answer.lastEventId = seq;
      add({ answer, toolNames, texts, tools }, event);
    }
  }
  answer.text = [...texts.values()].join('\n\n');
  answer.tools = [...tools.values()];
  return answer;
}

type Draining = {
  answer: ChatAnswer;
  toolNames: Map<string, string>;
  texts: Map<string, string>;
  tools: Map<string, ChatAnswer['tools'][number]>;
};

function add({ answer, toolNames, texts, tools }: Draining, event: AGUIEvent): void {
  switch (event.type) {
    case 'TEXT_MESSAGE_START':
      answer.messageId = event.messageId;
      texts.set(event.messageId, '');
      break;
    case 'TEXT_MESSAGE_CONTENT':
      texts.set(event.messageId, (texts.get(event.messageId) ?? '') + event.delta);
      break;
    case 'CUSTOM':
      addCustom({ answer, texts, tools }, event);
      break;
    case 'TOOL_CALL_START':
      toolNames.set(event.toolCallId, event.toolCallName);
      break;
    case 'TOOL_CALL_RESULT': {
      const outcome = JSON.parse(String(event.content)) as { ok: boolean; code?: string };
      const code = outcome.code === undefined ? {} : { code: outcome.code };
      tools.set(event.toolCallId, { name: toolNames.get(event.toolCallId) ?? '', ok: outcome.ok, ...code });
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

function addCustom({ answer, texts, tools }: Omit<Draining, 'toolNames'>, { name, value }: CustomEvent): void {
  if (name === 'aiguy.citations') answer.citations = (value as CitationsValue).citations;
  if (name === 'aiguy.step_reset') takeBack({ answer, texts, tools }, value as StepResetValue);
}

function takeBack({ answer, texts, tools }: Omit<Draining, 'toolNames'>, { messageIds, resultIds }: StepResetValue): void {
  for (const id of messageIds) texts.delete(id);
  for (const id of resultIds) tools.delete(id);
  // Sources belong to the text that named them.
  if (messageIds.includes(answer.messageId)) answer.citations = [];
}
