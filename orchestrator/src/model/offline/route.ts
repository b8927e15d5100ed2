// Decides what a message wants, by the nearest of the examples in the manifests. Deterministic: the same message, the same route.
import type { ModelRequest, ToolDefinition } from '../port.ts';
import { fillArguments, hasIdentifier, type Wish, withoutIdentifiers } from './arguments.ts';
import { cueWordsOf } from './cue-words.ts';
import { type Embed, similarity } from './embedder.ts';
import { notesOf, orderMeant } from './pointing.ts';
import { type SmallTalk, smallTalkIn } from './small-talk.ts';

export type Route =
  | { kind: 'small_talk'; topic: SmallTalk }
  | { kind: 'call'; tool: ToolDefinition; args: Record<string, unknown> }
  | { kind: 'ask'; tool: ToolDefinition; missing: string[] }
  | { kind: 'which'; orders: string[] }
  | { kind: 'sign_in'; tool: ToolDefinition }
  | { kind: 'unclear' };

/** A named order counts this much: who writes a number wants to know of it, or, with a word for it, to change it. */
const identifierBonus = 0.35;
/** What the words that only one tool's examples have may add. */
const cueBonus = 0.2;
/** Below it a message is for the help centre, which knows best that it does not say something. */
const nearEnough = 0.6;
const helpCentreTool = 'retrieve_docs';
/** «Cancel my order» names cancel_order. */
const namedBonus = 0.3;
/** How something is done is a question for the help centre, and a question asks for no change. */
const howTo = /^\W*(?:how (?:do|can|to)|can i|could i|may i|do i|am i)\b/i;
const question = /^\W*(?:how|can i|could i|may i|what|which|is|are|do|does|did|has|have|when|where|why|will)\b/i;

type Nearest = { tool: ToolDefinition; example?: ToolDefinition['examples'][number] | undefined };

export class Router {
  readonly #embed: Embed;
  readonly #examples = new Map<string, number[][]>();

  constructor(embed: Embed) {
    this.#embed = embed;
  }

  async route(request: ModelRequest, wish: Wish): Promise<Route> {
    const topic = smallTalkIn(wish.text);
    if (topic) return { kind: 'small_talk', topic };
    if (!/[\p{L}\p{N}]/u.test(wish.text)) return { kind: 'unclear' };
    const pointed = orderMeant(wish.text, notesOf(request));
    const best = await this.#nearest([...request.tools, ...request.context.toolsNeedingSignIn], pointed?.text ?? wish.text, pointed?.orders);
    if (!best) return { kind: 'unclear' };
    const { tool, example } = best;
    if (request.context.toolsNeedingSignIn.includes(tool)) return { kind: 'sign_in', tool };
    const orders = pointed && takesOrder(tool, pointed.orders) ? pointed.orders : [];
    if (orders.length > 1) return { kind: 'which', orders };
    return callOf(tool, orders[0] ? { ...wish, order: orders[0] } : wish, example?.input);
  }

  async #nearest(tools: ToolDefinition[], text: string, pointedAt: readonly string[] = []): Promise<Nearest | undefined> {
    const [vector = []] = await this.#embed([withoutIdentifiers(tools, text)]);
    const cues = cueWordsOf(tools);
    const scored = await Promise.all(
      tools.map(async (tool) => {
        const similarities = (await this.#vectorsOf(tool)).map((example) => similarity(vector, example));
        const nearest = Math.max(...similarities);
        const cue = cues(tool, text);
        const isNumbered = hasIdentifier(tool, text) || (pointedAt.length > 0 && !howTo.test(text) && takesOrder(tool, pointedAt));
        const named = isNamed(tool, text);
        const bonus = (isNumbered && (tool.effect === 'read' || cue > 0 || named) ? identifierBonus : 0) + (named ? namedBonus : 0);
        return { tool, score: nearest + cue * cueBonus + bonus, example: tool.examples[similarities.indexOf(nearest)] };
      }),
    );
    const meant = scored.filter(({ tool }) => mayBeMeant(tool, text));
    meant.sort((a, b) => b.score - a.score || (a.tool.name < b.tool.name ? -1 : 1));
    const best = meant[0];
    const helpCentre = scored.find(({ tool }) => tool.name === helpCentreTool);
    const isNear = best && (best.score >= nearEnough || (best.tool.effect === 'read' && hasIdentifier(best.tool, text)));
    return isNear || !helpCentre ? best : helpCentre;
  }

  async #vectorsOf(tool: ToolDefinition): Promise<number[][]> {
    const known = this.#examples.get(tool.name);
    if (known) return known;
    const vectors = await this.#embed(tool.examples.map((example) => withoutIdentifiers([tool], example.message)));
    this.#examples.set(tool.name, vectors);
    return vectors;
  }
}

function callOf(tool: ToolDefinition, wish: Wish, example: Record<string, unknown> | undefined): Route {
  const { args, missing } = fillArguments(tool, wish, example);
  const isEmpty = Object.keys(args).length < Number(tool.input.minProperties ?? 0);
  return missing.length > 0 || isEmpty ? { kind: 'ask', tool, missing } : { kind: 'call', tool, args };
}

/** Whether the tool looks for a number of the shape that orders have. */
function takesOrder(tool: ToolDefinition, orders: readonly string[]): boolean {
  return orders.every((order) => hasIdentifier(tool, order));
}

/** The tool's verb with its object, or with a number. */
function isNamed(tool: ToolDefinition, text: string): boolean {
  const [verb = '', ...object] = tool.name.split('_');
  const words: string[] = text.toLowerCase().match(/[\p{L}-]+/gu) ?? [];
  return words.includes(verb) && (object.some((word) => words.includes(word)) || hasIdentifier(tool, text));
}

function mayBeMeant(tool: ToolDefinition, text: string): boolean {
  if (tool.effect === 'write') return !question.test(text);
  return !howTo.test(text) || tool.name === helpCentreTool || hasIdentifier(tool, text);
}
