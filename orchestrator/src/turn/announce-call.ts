// Shows a call, in the step that is current.
import { EventType } from '@ag-ui/core';
import type { ToolCall } from '../model/port.ts';
import type { Turn } from './turn.ts';

export function announceCall(turn: Turn, call: ToolCall): void {
  const { recorder, ports, words } = turn;
  recorder.emit({ type: EventType.TOOL_CALL_START, toolCallId: call.id, toolCallName: call.name });
  const title = ports.catalogue.get(call.name)?.manifest.title;
  if (title) recorder.emit({ type: EventType.CUSTOM, name: 'aiguy.tool_title', value: { toolCallId: call.id, title: words.text(title) } });
  recorder.emit({ type: EventType.TOOL_CALL_ARGS, toolCallId: call.id, delta: call.argumentsText });
  recorder.emit({ type: EventType.TOOL_CALL_END, toolCallId: call.id });
}
