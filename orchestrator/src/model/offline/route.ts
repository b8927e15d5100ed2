// Decides what a message wants, by the nearest of the examples in the manifests. Deterministic: the same message, the same route.
import type { ModelRequest, ToolDefinition } from '../port.ts';
import { fillArguments, hasIdentifier, isPersonal, type Wish, withoutIdentifiers } from './arguments.ts';
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

/** A named order counts this much: who writes a number wants to know of it. */
const identifierBonus = 0.35;
/** Without a number the personal tool must be nearer by this much than the help centre. */
const personalMargin = 0.03;
const nearEnough = 0.2;
/** «Cancel my order» names cancel_order; without its verb a change is less likely meant than a look at what «it» is. */
const namedBonus = 0.1;
const unnamedPenalty = 0.05;

type Nearest = { tool: ToolDefinition; example: Record<string, unknown> };

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
    const best = await this.#nearest([...request.tools, ...request.context.toolsNeedingSignIn], pointed?.text ?? wish.text, pointed !== undefined);
    if (!best) return { kind: 'unclear' };
    const { tool, example } = best;
    if (request.context.toolsNeedingSignIn.includes(tool)) return { kind: 'sign_in', tool };
    const isAboutOrder = pointed !== undefined && takesOrder(tool, pointed.orders);
    if (isAboutOrder && pointed.orders.length > 1) return { kind: 'which', orders: pointed.orders };
    const [order] = isAboutOrder ? pointed.orders : [];
    const { args, missing } = fillArguments(tool, order ? { ...wish, order } : wish, example);
    return missing.length > 0 ? { kind: 'ask', tool, missing } : { kind: 'call', tool, args };
  }

  async #nearest(tools: ToolDefinition[], text: string, isPointing: boolean): Promise<Nearest | undefined> {
    const [vector = []] = await this.#embed([withoutIdentifiers(tools, text)]);
    const scored = await Promise.all(
      tools.map(async (tool) => {
        const scores = (await this.#vectorsOf(tool)).map((example) => similarity(vector, example));
        const nearest = Math.max(...scores);
        return { tool, example: tool.examples[scores.indexOf(nearest)]?.input ?? {}, score: nearest + weightOf(tool, text, isPointing) };
      }),
    );
    scored.sort((a, b) => b.score - a.score || (a.tool.name < b.tool.name ? -1 : 1));
    const best = scored[0];
    // The help centre is asked even when nothing is near: it knows best that it does not say something.
    if (best && best.score >= nearEnough) return best;
    const general = tools.find((tool) => !isPersonal(tool));
    return general && { tool: general, example: {} };
  }

  async #vectorsOf(tool: ToolDefinition): Promise<number[][]> {
    const known = this.#examples.get(tool.name);
    if (known) return known;
    const vectors = await this.#embed(tool.examples.map((example) => withoutIdentifiers([tool], example.message)));
    this.#examples.set(tool.name, vectors);
    return vectors;
  }
}

/** Whether the tool looks for a number of the shape that orders have. */
function takesOrder(tool: ToolDefinition, orders: readonly string[]): boolean {
  return orders.every((order) => hasIdentifier(tool, order));
}

/** What speaks for the tool or against it beside the examples. */
function weightOf(tool: ToolDefinition, text: string, isPointing: boolean): number {
  const named = isNamed(tool, text) ? namedBonus : isPointing && isChange(tool) ? -unnamedPenalty : 0;
  if (!isPersonal(tool)) return named;
  return named + (hasIdentifier(tool, text) ? identifierBonus : isPointing ? 0 : -personalMargin);
}

/** A wish in the tool's own words: its verb with its object, or with a number. How something is done is a question. */
function isNamed(tool: ToolDefinition, text: string): boolean {
  if (!isChange(tool) || /^\W*(?:how|can i|could i|may i|what|which|is|are|do|does|did|has|have|when|where|why|will)\b/i.test(text)) return false;
  const [verb = '', ...object] = tool.name.split('_');
  const words: string[] = text.toLowerCase().match(/[\p{L}-]+/gu) ?? [];
  return words.includes(verb) && (object.some((word) => words.includes(word)) || hasIdentifier(tool, text));
}

function isChange({ name }: ToolDefinition): boolean {
  return !/^(?:get|retrieve|list|find|search)_/.test(name);
}
