// A guide without a model: tells a step with its source, and goes on by what the visitor says of it. Where the walk stands is read from the last answer.
import { languages, type Words, wordsIn } from '@aiguy/manifests/words';
import type { ModelEvent, ModelRequest } from '../port.ts';
import type { Route } from './route.ts';

const walkTool = 'run_troubleshooting';

export type GuideStep = {
  title: string;
  heading: string;
  text: string;
  number: number;
  of: number;
  passageId: string;
  caution: { text: string; passage_id: string } | undefined;
  choices: { title: string; step: number }[];
};

/** As tellStep writes it, in whichever language it was told. */
const told = /^\*\*(.+?)\*\*, (?:step|Schritt|étape) (\d+) (?:of|von|sur) (\d+)/m;
const didItHelp = 'Did that help?';
const wordsMax = 12;
const no =
  /^\W*(?:no\b|nein\b|non\b|nope|nah|not\b|did ?n['’]?o?t|does ?n['’]?o?t|is ?n['’]?t|still\b|nothing\b|next\b|ok\b|okay\b|done\b|tried\b|i (?:did|tried|have)\b|go on|continue|and (?:then|now)|what (?:next|now)|same\b|unfortunately|sadly|(?:it|that|this) (?:did(?:n['’]?t| not)|does(?:n['’]?t| not)|still|is still))/i;
const yes =
  /^\W*(?:yes\b|ja\b|oui\b|yeah\b|yep\b|yup\b|it (?:works|worked|is working|helped)|(?:that|this) (?:works|worked|helped|did it|fixed it|solved it)|works\b|working\b|worked\b|fixed\b|solved\b|great\b|perfect\b|super\b)/i;
const stepNamed = /(?:\bstep|\bSchritt|étape) (\d+)\b/i;

/** @returns the next call when the visitor answers a step that was just told; undefined when he says something else */
export function walkOn({ messages, tools, purpose }: ModelRequest): Route | undefined {
  const tool = tools.find(({ name }) => name === walkTool);
  const [before, last] = messages.slice(-2);
  if (!tool || purpose !== 'plan' || before?.role !== 'assistant' || last?.role !== 'user') return undefined;
  const [, title, number] = told.exec(before.text) ?? [];
  const isAsked = [undefined, ...languages].some((language) => before.text.includes(wordsIn(language).text(didItHelp)));
  if (title === undefined || !isAsked || last.text.trim().split(/\s+/).length > wordsMax) return undefined;
  const answered = answerIn(last.text);
  return answered && { kind: 'call', tool, args: { problem: title, step: Number(number), ...answered } };
}

function answerIn(text: string): { helped: boolean } | { step: number } | undefined {
  const named = stepNamed.exec(text)?.[1];
  if (named !== undefined && Number(named) > 0 && !no.test(text)) return { step: Number(named) };
  if (no.test(text)) return { helped: false };
  return yes.test(text) ? { helped: true } : undefined;
}

/** @returns undefined for every output that is no step of a guide */
export function guideStepOf(output: Record<string, unknown>): GuideStep | undefined {
  const { outcome, guide, step, caution, choices } = output as {
    outcome?: unknown;
    guide?: { title: string; passage_id: string };
    step?: { number: number; of: number; heading: string; text: string };
    caution?: { text: string; passage_id: string };
    choices?: GuideStep['choices'];
  };
  if (outcome !== 'step' || !guide || !step) return undefined;
  return { ...step, title: guide.title, passageId: guide.passage_id, caution, choices: choices ?? [] };
}

/** What is said when a guide has no further step. */
export function endOfGuide({ outcome, guide, text }: Record<string, unknown>): string | undefined {
  return (outcome === 'solved' || outcome === 'exhausted') && guide instanceof Object && typeof text === 'string' ? text : undefined;
}

/** The step word for word with its passage as source; then what the visitor can say. */
export function* tellStep(words: Words, { title, heading, text, number, of, passageId, caution, choices }: GuideStep): Generator<ModelEvent> {
  if (caution) {
    yield* pieces(caution.text);
    yield { type: 'citation', passageId: caution.passage_id, quote: caution.text };
  }
  const where = heading === '' ? '' : ` (${heading})`;
  const lead = words.say('**{title}**, step {number} of {of}', { title, number, of });
  yield* pieces(`${caution ? '\n\n' : ''}${lead}${where}:\n\n${text}`);
  yield { type: 'citation', passageId, quote: text };
  const others = choices.map((choice) => words.say('«{title}»: write «step {step}»', { title: choice.title, step: choice.step })).join('; ');
  const notes = [
    `${words.text(didItHelp)} ${words.text('Write «yes», or «no» for the next step.')}`,
    ...(others === '' ? [] : [words.say('Another case? {others}.', { others })]),
  ];
  yield* pieces(`\n\n${notes.join('\n\n')}`);
  yield { type: 'done', stop: 'end', usage: { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0 }, model: 'offline' };
}

function* pieces(text: string): Generator<ModelEvent> {
  for (const delta of text.match(/\s*\S+/g) ?? []) yield { type: 'text', delta };
}
