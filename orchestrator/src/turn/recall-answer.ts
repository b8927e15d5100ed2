// Tells an answer again that was given to the same question before, and keeps one that may be told again.
import { randomUUID } from 'node:crypto';
import { EventType } from '@ag-ui/core';
import type { Circumstances } from './answer-cache.ts';
import type { AnswerPart } from './release-answer.ts';
import { isRepeated, isSignedIn, isUnanswered, modelOf, type Turn } from './turn.ts';

/** Sends a kept answer with the events of a run of its own, without a model and without a token. @returns whether there was one */
export async function recallAnswer(turn: Turn): Promise<boolean> {
  const { answers, corpusVersion, metrics } = turn.ports;
  if (!(answers && turn.isFirst && isUnanswered(turn) && !isRepeated(turn))) return false;
  const { visitor, assertion, text } = turn.message;
  const { result, parts } = await answers.recall(
    text,
    circumstancesOf(turn),
    async (version) => (await corpusVersion(visitor, assertion, turn.signal)) === version,
  );
  metrics.answerCache(result);
  if (result === 'miss') return false;
  tell(turn, parts);
  return true;
}

function tell(turn: Turn, parts: readonly AnswerPart[]): void {
  const { recorder, ports, message } = turn;
  const messageId = randomUUID();
  recorder.step('respond');
  ports.metrics.firstText(message.run.id);
  recorder.emit({ type: EventType.TEXT_MESSAGE_START, timestamp: Date.now(), messageId, role: 'assistant' });
  for (const part of parts) {
    if ('text' in part) recorder.emit({ type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta: part.text });
    else recorder.emit({ type: EventType.CUSTOM, name: 'aiguy.citations', value: { messageId, citations: part.citations } });
  }
  recorder.emit({ type: EventType.TEXT_MESSAGE_END, messageId });
}

/** Keeps the answer of a turn that ended well, if it rests on cited passages of one version alone and nothing in it is anybody's own. */
export async function keepAnswer(turn: Turn): Promise<void> {
  const [answer, ...more] = turn.said;
  const corpusVersion = versionOf(turn);
  const isWhole = turn.isFirst && turn.isComplete && more.length === 0 && !isRepeated(turn);
  if (!(turn.ports.answers && answer && isWhole && corpusVersion) || answer.withheld > 0 || answer.citations.length === 0) return;
  await turn.ports.answers.keep(turn.message.text, circumstancesOf(turn), { corpusVersion, parts: answer.parts });
}

/** @returns undefined also when a personal tool was as much as called */
function versionOf(turn: Turn): string | undefined {
  const versions = new Set(
    turn.messages.flatMap((message) => {
      if (message.role !== 'tool') return [];
      const isImpersonal = turn.ports.catalogue.get(message.call.name)?.manifest.personal === false;
      return isImpersonal && message.outcome.ok ? [message.outcome.output.corpus_version] : [undefined];
    }),
  );
  const [version] = versions;
  return versions.size === 1 && typeof version === 'string' ? version : undefined;
}

function circumstancesOf(turn: Turn): Circumstances {
  const { allowed, needingSignIn } = turn.tools;
  return {
    issuer: turn.message.visitor.iss,
    signedIn: isSignedIn(turn),
    model: `${turn.model ?? ''} ${modelOf(turn).name} ${turn.words.language}`,
    prefix: JSON.stringify([
      turn.system,
      allowed,
      needingSignIn.map(({ name }) => name),
      turn.message.visitor.agent?.collections?.toSorted() ?? null,
      turn.message.viewing ?? null,
    ]),
  };
}
