// The policy without a key: routes by the manifests' examples, answers in quotations and tool results, asks when unsure, invents nothing.
import { createHash } from 'node:crypto';
import { type Words, wordsIn } from '@aiguy/manifests/words';
import { keepContract } from '../keep-contract.ts';
import type { ModelEvent, ModelPort, ModelRequest, ToolCall, ToolDefinition, ToolOutcome } from '../port.ts';
import { fillArguments, type Wish } from './arguments.ts';
import { describeResult } from './describe-result.ts';
import type { Embed } from './embedder.ts';
import { failureAnswer, insteadOf, nothingReachable, signInFirst } from './failure-answer.ts';
import { endOfGuide, guideStepOf, tellStep, walkOn } from './guide-walk.ts';
import type { Chatter } from './intents.ts';
import { helpCentreInstead, isDown, type Missed, missedBefore } from './knowledge-only.ts';
import { type OwnOrder, ownOrdersTool } from './own-orders.ts';
import type { PackedWeights } from './packed-weights.ts';
import { notesOf } from './pointing.ts';
import { type QuotablePassage, quotePassages } from './quote-passages.ts';
import { introduction, nothingElse, offerOfPerson, tellAgain } from './repeated-answer.ts';
import { type Route, Router } from './route.ts';

/** A question of fewer words than this is read together with the one before it. */
const standaloneWords = 4;
/** «How do I get my pupils into it?» means little alone; in a longer question the word is explained within it. */
const pointingWordsMax = 8;
const pointer = /\b(it|that|this|those|these|them|(?<!\b(?:is|are) )there|they)\b/i;
const contextLengthMax = 1000;
/** Below it the nearest articles are about something else. */
const offeredFrom = 0.25;
const offeredMax = 2;
const usage = { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0 };

const chatterAnswers: Record<Chatter, string> = {
  greeting: 'Hello! Ask me about an order, delivery, returns, payment or a product.',
  thanks: 'You’re welcome. Is there anything else I can help with?',
  farewell: 'Goodbye, and thank you for getting in touch.',
  off_topic: 'That’s nothing I can help with: I only know this shop. Ask me about an order, delivery, returns, payment or a product.',
};
const notFoundAnswer = 'I don’t find that in our help centre. Try asking it in other words, or contact our team and a person will help you.';

export type OfflineOptions = {
  embed: Embed;
  /** Learnt before the first visitor asks; a failure is met again, and told, when he does. */
  tools?: readonly ToolDefinition[];
  /** What was learnt of them when the project was built. */
  shipped?: PackedWeights;
};

export function createOfflineModel(options: OfflineOptions): ModelPort {
  const router = new Router(options.embed, options.shipped);
  if (options.tools) router.learn(options.tools).catch(() => undefined);
  return {
    name: 'offline',
    isExtractive: true,
    // It costs nothing, so it takes nothing of the budget.
    estimateTokens: () => 0,
    stream: (request, signal) => keepContract(answer(options.embed, router, request), signal),
  };
}

async function* answer(embed: Embed, router: Router, request: ModelRequest): AsyncGenerator<ModelEvent> {
  const wish = wishOf(request);
  const last = request.messages.at(-1);
  const result = last?.role === 'tool' ? last : undefined;
  const own = result && ownOrdersIn(result);
  if (result && !own) return yield* afterCall(embed, { result, wish, request });
  const found = walkOn(request) ?? (await router.route(request, wish, own));
  const isListWanted = found.kind === 'call' && found.tool.name === ownOrdersTool;
  if (result && isListWanted) return yield* afterCall(embed, { result, wish, request });
  const route = found.kind === 'call' && request.purpose === 'answer' ? ({ kind: 'unclear' } as const) : found;
  if (route.kind !== 'call') return yield* says(routeAnswer(wordsIn(request.language), route));
  yield* calls(request, route.tool, route.args);
}

type ToolResult = Extract<ModelRequest['messages'][number], { role: 'tool' }>;

async function* afterCall(
  embed: Embed,
  { result, wish, request }: { result: ToolResult; wish: Wish; request: ModelRequest },
): AsyncGenerator<ModelEvent> {
  const helpCentre = helpCentreInstead(request, result);
  if (helpCentre) return yield* calls(request, helpCentre, fillArguments(helpCentre, wish).args);
  const tool = request.tools.find(({ name }) => name === result.call.name);
  yield* observed(embed, { call: result.call, tool, outcome: result.outcome, question: wish.question, request });
}

function* calls(request: ModelRequest, { name }: ToolDefinition, args: Record<string, unknown>): Generator<ModelEvent> {
  yield { type: 'tool_call', call: { id: callId(request), name, argumentsText: JSON.stringify(args) } };
  yield done('tool_calls');
}

/** The visitor's orders, where they were just looked up. */
function ownOrdersIn({ call, outcome }: ToolResult): OwnOrder[] | undefined {
  return call.name === ownOrdersTool && outcome.ok ? (outcome.output.orders as OwnOrder[]) : undefined;
}

/** The same request gives the same id, and no other request of the session does. */
function callId({ messages, context }: ModelRequest): string {
  return `call-${createHash('sha256')
    .update(JSON.stringify([messages, context.nowIso]))
    .digest('hex')
    .slice(0, 24)}`;
}

function routeAnswer(words: Words, route: Exclude<Route, { kind: 'call' }>): string {
  switch (route.kind) {
    case 'chatter':
      return words.text(chatterAnswers[route.topic]);
    case 'sign_in':
      return words.text(signInFirst);
    case 'ask':
      return question(words, route);
    case 'which': {
      const orders = route.orders.map((order) => orderInWords(words, order));
      return words.say('Which one do you mean: {orders}?', { orders: words.list(orders, 'disjunction') });
    }
    case 'unclear':
      return words.text('I’m not sure what you mean. Could you put it another way?');
  }
}

function orderInWords(words: Words, { order_id: order, items = [] }: { order_id: string; items?: string[] }): string {
  return words.say('order {order:any}', { order: items.length > 0 ? `${order} (${items.join(', ')})` : order });
}

function question(words: Words, route: Extract<Route, { kind: 'ask' }>): string {
  const [missing] = route.missing;
  if (missing === undefined)
    return words.say('What exactly? You could write, for instance: «{example}»', { example: route.tool.examples[0]?.message ?? '' });
  if (missing === 'from') return words.text('For which period? You could write «this year», «last year» or «from March to May».');
  const shape = shapeOf(route);
  if (missing === 'order_id')
    return shape === ''
      ? words.text('Which order do you mean? Please give me its number; it is in your confirmation e-mail.')
      : words.say('Which order do you mean? Please give me its number; it looks like {shape}, and it is in your confirmation e-mail.', { shape });
  const field = words.text(missing.replaceAll('_', ' '));
  return shape === ''
    ? words.say('Which one do you mean? Please give me its {field:words}; we sent it to you.', { field })
    : words.say('Which one do you mean? Please give me its {field:words}; it looks like {shape}, and we sent it to you.', { field, shape });
}

/** The shape of what is missing: the manifest's first example with counted digits, so that it is nobody's number. */
function shapeOf({ tool, missing }: Extract<Route, { kind: 'ask' }>): string {
  const example = tool.examples[0]?.input[missing[0] ?? ''];
  const digits = [...'1234567890'.repeat(2)];
  return typeof example === 'string' ? example.replace(/\d/g, () => digits.shift() ?? '0') : '';
}

type Observed = { call: ToolCall; tool: ToolDefinition | undefined; outcome: ToolOutcome; question: string; request: ModelRequest };

async function* observed(embed: Embed, { call, tool, outcome, question, request }: Observed): AsyncGenerator<ModelEvent> {
  const words = wordsIn(request.language);
  const missed = missedBefore(request, { call });
  if (!outcome.ok) return yield* says(missed && isDown(outcome) ? words.text(nothingReachable) : failureAnswer(words, { call, outcome }));
  const ended = endOfGuide(outcome.output);
  if (ended !== undefined) return yield* says(words.tell(ended));
  if (!Array.isArray(outcome.output.passages)) return yield* says(tellAgain(words, describeResult(tool, outcome.output, words), request));
  const step = guideStepOf(outcome.output);
  if (step) return yield* tellStep(words, step);
  yield* quoted(embed, { output: outcome.output as Searched, missed, question, request });
}

type Searched = { answerable: unknown; confidence: unknown; passages: (QuotablePassage & OfferedPassage)[] };
type Search = { output: Searched; missed: Missed | undefined; question: string; request: ModelRequest };

async function* quoted(embed: Embed, { output, missed, question, request }: Search): AsyncGenerator<ModelEvent> {
  const words = wordsIn(request.language);
  const repeated = notesOf(request)?.repeated;
  const unquoted = output.passages.filter(({ id }) => !repeated?.passageIds.includes(id));
  const quotation = output.answerable === true ? await quotePassages(embed, question, unquoted) : undefined;
  if (!quotation && missed) return yield* says(failureAnswer(words, missed));
  if (!quotation && repeated) return yield* says(`${nothingElse(words, request)}${offerOf(words, { ...output, passages: unquoted })}`);
  if (!quotation) return yield* says(words.text(notFoundAnswer) + offerOf(words, output));
  const isList = /^(-|\d+\.) /.test(quotation.markdown);
  const lead = missed ? `${insteadOf(words, missed.call)} ` : '';
  yield* pieces(`${lead}${introduction(words, quotation.title, repeated)}${isList ? '\n\n' : ' '}${quotation.markdown}`);
  yield { type: 'citation', passageId: quotation.passageId, quote: quotation.markdown };
  if (repeated && repeated.times > 1) yield* pieces(`\n\n${offerOfPerson(words, request)}`);
  yield done('end');
}

/** The nearest articles, when they may be about it; as links, not as an answer. */
function offerOf(words: Words, { confidence, passages }: Record<string, unknown>): string {
  if (!(typeof confidence === 'number' && confidence >= offeredFrom && Array.isArray(passages))) return '';
  const articles = new Map((passages as OfferedPassage[]).map(({ title, url }) => [title, url.replace(/#.*$/, '')]));
  const links = [...articles].slice(0, offeredMax).map(([title, url]) => `[${title.replace(/[[\]]/g, '')}](${url})`);
  return links.length === 0 ? '' : `\n\n${words.say('The nearest articles: {links}', { links: links.join(', ') })}`;
}

type OfferedPassage = { title: string; url: string };

/** The visitor's message, and as a question that stands alone: a short follow-up is read with the message before it. */
function wishOf(request: ModelRequest): Wish {
  const notes = notesOf(request);
  const texts = request.messages.flatMap((message) => (message.role === 'user' ? [message.text] : []));
  // «That did not help» asks the question again that it is about.
  const text = notes?.repeated?.question ?? texts.at(-1) ?? '';
  const before = texts.at(-2);
  const words = text.split(/\s+/).length;
  const pointsBack = /^(and|but|what about|how about|also)\b/i.test(text) || (words <= pointingWordsMax && pointer.test(text));
  const isFollowUp = before !== undefined && !notes?.repeated && (words < standaloneWords || pointsBack);
  const question = isFollowUp ? `${before} ${text}` : text;
  const noted = (notes?.orders ?? []).toReversed();
  return {
    text,
    question,
    nowIso: request.context.nowIso,
    earlier: [...noted, ...texts.slice(0, -1)],
    context: isFollowUp ? contextOf(request, before) : [],
  };
}

/** The question before and how it was answered, cut to what a tool takes. */
function contextOf({ messages }: ModelRequest, before: string): string[] {
  const said = messages.flatMap((message) => (message.role === 'assistant' && message.text !== '' ? [message.text] : [])).at(-1);
  return [before, ...(said ? [said] : [])].map((text) => text.slice(0, contextLengthMax));
}

async function* says(text: string): AsyncGenerator<ModelEvent> {
  yield* pieces(text);
  yield done('end');
}

/** In pieces of a word, as a model would send them. */
function* pieces(text: string): Generator<ModelEvent> {
  for (const delta of text.match(/\s*\S+/g) ?? []) yield { type: 'text', delta };
}

function done(stop: 'end' | 'tool_calls'): ModelEvent {
  return { type: 'done', stop, usage, model: 'offline' };
}
