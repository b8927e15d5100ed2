// Log → what was said, line by line, for whoever wants to keep it: questions, answers and their sources, nothing of how they came about.
import { type AGUIEvent, EventType } from '@ag-ui/core';
import type { CitationsValue, QueuedValue, StepResetValue } from '@aiguy/manifests/generated/events';
import type { Transcript, TranscriptLine } from '@aiguy/manifests/generated/http';
import type { EventLog } from './event-log.ts';

const pageEvents = 500;
const pagesMax = 60;
const linesMax = 500;

/** The newest lines of a conversation; at most 30,000 of its events are read. */
export async function readTranscript(log: EventLog, session: { id: string; lastSeq: number }): Promise<Transcript> {
  const lines = new Map<string, TranscriptLine>();
  let after = Math.max(0, session.lastSeq - pageEvents * pagesMax);
  let isShortened = after > 0;
  while (after < session.lastSeq) {
    const events = await log.read(session.id, after, pageEvents);
    for (const { event } of events) take(lines, event);
    after = events.at(-1)?.seq ?? session.lastSeq;
  }
  const said = [...lines.values()].filter(({ text }) => text.trim() !== '');
  isShortened ||= said.length > linesMax;
  return { sessionId: session.id, isShortened, lines: said.slice(-linesMax) };
}

function take(lines: Map<string, TranscriptLine>, event: AGUIEvent): void {
  switch (event.type) {
    case EventType.RUN_STARTED:
      for (const { id, role, content } of event.input?.messages ?? []) begin(lines, { id, role, text: content, timestamp: event.timestamp });
      break;
    case EventType.MESSAGES_SNAPSHOT:
      for (const message of event.messages) begin(lines, { id: message.id, role: message.role, text: 'content' in message ? message.content : '' });
      break;
    case EventType.TEXT_MESSAGE_START:
      begin(lines, { id: event.messageId, role: 'assistant', text: '', timestamp: event.timestamp });
      break;
    case EventType.TEXT_MESSAGE_CONTENT: {
      const line = lines.get(event.messageId);
      if (line) line.text += event.delta;
      break;
    }
    case EventType.CUSTOM:
      takeCustom(lines, event.name, event.value);
  }
}

/** A message that waited has its place where its answer begins. */
function begin(lines: Map<string, TranscriptLine>, said: { id: string; role: string; text: unknown; timestamp?: number | undefined }): void {
  if ((said.role !== 'user' && said.role !== 'assistant') || typeof said.text !== 'string') return;
  const sources = lines.get(said.id)?.sources ?? [];
  lines.delete(said.id);
  const at = said.timestamp === undefined ? {} : { at: new Date(said.timestamp).toISOString() };
  lines.set(said.id, { from: said.role === 'user' ? 'visitor' : 'assistant', text: said.text, ...at, sources });
}

function takeCustom(lines: Map<string, TranscriptLine>, name: string, value: unknown): void {
  if (name === 'aiguy.step_reset') for (const id of (value as StepResetValue).messageIds) lines.delete(id);
  if (name === 'aiguy.queued') {
    const { messageId, text } = value as QueuedValue;
    begin(lines, { id: messageId, role: 'user', text });
  }
  if (name !== 'aiguy.citations') return;
  const { messageId, citations } = value as CitationsValue;
  const line = lines.get(messageId) ?? { from: 'assistant', text: '', sources: [] };
  line.sources = citations.map(({ number, title, url }) => ({ number, title, url }));
  lines.set(messageId, line);
}
