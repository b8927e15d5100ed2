// What the model makes of passages that were found for a guest's first question: written and checked as in the chat, shown to nobody there, and kept nowhere.
import { randomUUID } from 'node:crypto';
import type { KnowledgeFinding, KnowledgeTrial } from '@aiguy/manifests/generated/http';
import type { VisitorAssertion } from '@aiguy/manifests/tokens';
import { wordsFor } from '@aiguy/manifests/words';
import type { ModelPort, ModelRequest, ToolCall, TranscriptMessage } from '../model/port.ts';
import { toolsFor } from '../tools/catalogue.ts';
import { promptFor } from './prompt.ts';
import { AnswerWriter } from './release-answer.ts';
import { billed } from './spend.ts';
import { supportOf } from './support.ts';
import type { TurnPorts } from './turn.ts';

export type TryPorts = Pick<TurnPorts, 'model' | 'agentModels' | 'catalogue' | 'answerTokensMax' | 'usage' | 'ceilings' | 'prices' | 'nowMs'>;

const answerTimeoutMs = 8_000;

type Tried = { visitor: Pick<VisitorAssertion, 'iss' | 'agent' | 'time_zone'>; finding: KnowledgeFinding; signal: AbortSignal };

/** Contract: never rejects; a model that fails, calls a tool instead, or costs more than the site's day has left, is kind unavailable. */
export async function tryAnswer(ports: TryPorts, question: string, { visitor, finding, signal }: Tried): Promise<KnowledgeTrial['answer']> {
  const request = requestOf(ports, question, { visitor, finding });
  const writer = new AnswerWriter({
    emit: () => undefined,
    messageId: randomUUID(),
    words: wordsFor(visitor),
    passages: new Map(finding.passages.map((passage) => [passage.id, passage])),
    support: () => supportOf(request.messages, ports.nowMs()),
  });
  const run = { sessionId: 'trial', id: randomUUID(), epoch: 1 };
  const model = billed({ ports, model: ports.model, message: { visitor, run } }, answerTimeoutMs);
  const isDone = await write(writer, model.stream(request, AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)])));
  writer.end({ isAnswer: isDone, isBroken: !isDone });
  const { parts, citations } = writer.answer;
  const text = parts.map((part) => ('text' in part ? part.text : '')).join('');
  if (!isDone || text === '') return { kind: 'unavailable', text: '', citations: [] };
  return { kind: citations.length > 0 ? 'cited' : 'uncited', text, citations };
}

/** @returns whether it ended as an answer */
async function write(writer: AnswerWriter, events: ReturnType<ModelPort['stream']>): Promise<boolean> {
  let isDone = false;
  for await (const event of events) {
    if (event.type === 'text') writer.text(event.delta);
    else if (event.type === 'citation') writer.cite(event.passageId, event.quote);
    else if (event.type === 'done') isDone = event.stop === 'end' || event.stop === 'max_tokens';
  }
  return isDone;
}

function requestOf(
  { catalogue, agentModels, answerTokensMax, nowMs }: TryPorts,
  question: string,
  { visitor: { agent }, finding }: Pick<Tried, 'visitor' | 'finding'>,
): ModelRequest {
  const tools = toolsFor(catalogue, ['docs:read'], { isSignedIn: false, agent });
  const model = agentModels.find((one) => one === agent?.model);
  const call: ToolCall = { id: 'call-try', name: 'retrieve_docs', argumentsText: JSON.stringify({ query: question }) };
  const messages: TranscriptMessage[] = [
    { role: 'user', text: question },
    { role: 'assistant', text: '', toolCalls: [call] },
    { role: 'tool', call, outcome: { ok: true, output: outputOf(finding) } },
  ];
  const context = { signedIn: false, toolsNeedingSignIn: tools.needingSignIn, nowIso: new Date(nowMs()).toISOString() };
  return {
    ...{ purpose: 'answer', system: promptFor(agent), context, messages, tools: tools.allowed, outputTokensMax: answerTokensMax },
    ...(model === undefined ? {} : { model }),
  };
}

/** As retrieve_docs gives it to a model. */
function outputOf({ answerable, confidence, corpus_version, passages }: KnowledgeFinding): Record<string, unknown> {
  const shown = passages.map(({ id, document_id, title, heading, url, text, last_updated, score }) => {
    return { id, document_id, title, heading, url, text, last_updated, score };
  });
  return { answerable, confidence, corpus_version, passages: shown };
}
