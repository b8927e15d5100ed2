// Decides what a message wants and fills in what the tool needs. Deterministic: the same message, the same route.
import type { ModelRequest, ToolDefinition } from '../port.ts';
import { type Filled, fillArguments, hasIdentifier, type Wish, withoutIdentifiers } from './arguments.ts';
import { type Embed, similarity } from './embedder.ts';
import { type Chatter, Intents } from './intents.ts';
import { meantOrders, type OwnOrder, ownOrdersTool } from './own-orders.ts';
import type { PackedWeights } from './packed-weights.ts';
import { isPeriodAlone } from './period.ts';
import { namingProduct, notesOf, orderMeant } from './pointing.ts';
import { smallTalkIn } from './small-talk.ts';

export type Route =
  | { kind: 'chatter'; topic: Chatter }
  | { kind: 'call'; tool: ToolDefinition; args: Record<string, unknown> }
  | { kind: 'ask'; tool: ToolDefinition; missing: string[] }
  | { kind: 'which'; orders: { order_id: string; items?: string[] }[] }
  | { kind: 'sign_in'; tool: ToolDefinition }
  | { kind: 'unclear' };

/** Below it a message is for the help centre, which knows best that it does not say something. */
const likelyEnough = 0.35;
/** From here on a question is one that the owner has written for an ability of his site; the higher one where ours would answer it, too. */
const alikeEnough = 0.7;
const surelyAlike = 0.85;
const helpCentreTool = 'retrieve_docs';
const ticketTool = 'create_support_ticket';
/** Arguments that stand in the visitor's own orders. */
const findable = ['order_id', 'skus'];
/** What stands around a number without saying what is wanted. */
const aroundNumber = /\b(?:the|my|its?|is|it's|order|number|no|nr|invoice|ticket|here|you go|sorry|ok|i mean|for)\b/gi;
/** More are not named in a question. */
const ordersAskedMax = 4;

export class Router {
  readonly #embed: Embed;
  readonly #intents: Intents;
  readonly #examples = new Map<string, Promise<number[][]>>();

  constructor(embed: Embed, shipped?: PackedWeights) {
    this.#embed = embed;
    this.#intents = new Intents(embed, shipped);
  }

  /** Does beforehand what the first message would wait for: also the embedding model is loaded, of which what was shipped needs nothing. */
  async learn(tools: readonly ToolDefinition[]): Promise<void> {
    await Promise.all([this.#intents.learn(tools), this.#embed(['Where is my order?'])]);
  }

  /** @param own the visitor's orders, once they were looked up for this message */
  async route(request: ModelRequest, asked: Wish, own?: readonly OwnOrder[]): Promise<Route> {
    const wish = { ...asked, text: namingProduct(asked.text, notesOf(request)) };
    const topic = smallTalkIn(wish.text);
    if (topic) return { kind: 'chatter', topic };
    if (!/[\p{L}\p{N}]/u.test(wish.text)) return { kind: 'unclear' };
    const pointed = orderMeant(wish.text, notesOf(request));
    const meant = await this.#meant(request, wish, pointed?.text ?? wish.text);
    if (!meant) return { kind: 'unclear' };
    if (typeof meant === 'string') return { kind: 'chatter', topic: meant };
    if (request.context.toolsNeedingSignIn.includes(meant)) return { kind: 'sign_in', tool: meant };
    const orders = pointed && takesOrder(meant, pointed.orders) ? pointed.orders : [];
    if (orders.length > 1) return { kind: 'which', orders: orders.map((order) => ({ order_id: order })) };
    const example = await this.#nearestInput(meant, wish.text);
    return withOwnOrder(request, { tool: meant, wish: orders[0] ? { ...wish, order: orders[0] } : wish, example, own });
  }

  async #meant({ tools: allowed, context }: ModelRequest, wish: Wish, text: string): Promise<ToolDefinition | Chatter | undefined> {
    const tools = [...allowed, ...context.toolsNeedingSignIn];
    if (tools.length === 0) return undefined;
    const isBare =
      withoutIdentifiers(tools, text)
        .replace(aroundNumber, '')
        .replace(/[^\p{L}]/gu, '') === '';
    // «2026», as the answer to the question for which.
    const before = isBare || isPeriodAlone(text, context.nowIso) ? wish.earlier.at(-1) : undefined;
    const [best] = await this.#intents.rank(tools, before === undefined ? text : `${before} ${text}`);
    const helpCentre = tools.find(({ name }) => name === helpCentreTool);
    const isUnlikely = !best || best.probability < likelyEnough;
    const ofSite = await this.#ofSite(allowed, text, isUnlikely ? alikeEnough : surelyAlike);
    if (ofSite || isUnlikely) return ofSite ?? helpCentre;
    return 'tool' in best ? best.tool : best.chatter;
  }

  /** What the visitor's own site can look up, where the owner has written such a question for it, and it needs nothing to be filled in. */
  async #ofSite(allowed: readonly ToolDefinition[], text: string, similarityMin: number): Promise<ToolDefinition | undefined> {
    const tools = allowed.filter(({ isOfSite, phrases, input }) => isOfSite && phrases.length > 0 && !Array.isArray(input.required));
    if (tools.length === 0) return undefined;
    const [asked = []] = await this.#embed([text]);
    const scored = await Promise.all(
      tools.map(async (tool) => {
        const phrases = await this.#embed(tool.phrases);
        return { tool, similarity: Math.max(...phrases.map((phrase) => similarity(asked, phrase))) };
      }),
    );
    const nearest = scored.reduce((a, b) => (b.similarity > a.similarity ? b : a));
    return nearest.similarity >= similarityMin ? nearest.tool : undefined;
  }

  /** The arguments of the example that the message is nearest to. */
  async #nearestInput(tool: ToolDefinition, text: string): Promise<Record<string, unknown> | undefined> {
    const [vector = []] = await this.#embed([withoutIdentifiers([tool], text)]);
    const vectors = await this.#vectorsOf(tool);
    const similarities = vectors.map((example) => similarity(vector, example));
    return tool.examples[similarities.indexOf(Math.max(...similarities))]?.input;
  }

  async #vectorsOf(tool: ToolDefinition): Promise<number[][]> {
    const known = this.#examples.get(tool.name) ?? this.#embed(tool.examples.map(({ message }) => withoutIdentifiers([tool], message)));
    this.#examples.set(tool.name, known);
    try {
      return await known;
    } catch (error) {
      this.#examples.delete(tool.name);
      throw error;
    }
  }
}

type Meant = { tool: ToolDefinition; wish: Wish; example: Record<string, unknown> | undefined; own: readonly OwnOrder[] | undefined };

function withOwnOrder(request: ModelRequest, meant: Meant): Route {
  const { tool, wish, example } = meant;
  const { args, missing } = fillArguments(tool, wish, example);
  const isEmpty = Object.keys(args).length < Number(tool.input.minProperties ?? 0);
  if (missing.length === 0 && !isEmpty) return { kind: 'call', tool, args };
  if (missing.some((name) => !findable.includes(name)) && isOrderChange(tool)) return forTeam(request, wish) ?? { kind: 'ask', tool, missing };
  return missing.some((name) => findable.includes(name)) ? fromOwnOrders(request, meant, { args, missing }) : { kind: 'ask', tool, missing };
}

/** An order that the message does not number is looked up among the visitor's own, once. */
function fromOwnOrders({ tools }: ModelRequest, { tool, wish, example, own }: Meant, { args, missing }: Filled): Route {
  const lookUp = tools.find(({ name }) => name === ownOrdersTool);
  if (!own) return lookUp && tool !== lookUp ? { kind: 'call', tool: lookUp, args: {} } : { kind: 'ask', tool, missing };
  const candidates = missing.includes('order_id') ? meantOrders(own, tool, wish.text) : own.filter((order) => order.order_id === args.order_id);
  const [first, ...others] = candidates;
  if (!first || candidates.length > ordersAskedMax) return { kind: 'ask', tool, missing };
  if (others.length > 0)
    return { kind: 'which', orders: candidates.map(({ order_id, items }) => ({ order_id, items: items.map(({ name }) => name) })) };
  return callOf(tool, fillArguments(tool, { ...wish, own: first }, example));
}

/** What rules can't read from a sentence, such as an address, is passed on to people. */
function forTeam({ tools }: ModelRequest, wish: Wish): Route | undefined {
  const ticket = tools.find(({ name }) => name === ticketTool);
  return ticket && callOf(ticket, fillArguments(ticket, wish, ticket.examples[0]?.input));
}

function isOrderChange({ effect, input }: ToolDefinition): boolean {
  return effect === 'write' && Object.hasOwn((input.properties ?? {}) as object, 'order_id');
}

function callOf(tool: ToolDefinition, { args, missing }: Filled): Route {
  return missing.length > 0 ? { kind: 'ask', tool, missing } : { kind: 'call', tool, args };
}

/** Whether the tool looks for a number of the shape that orders have. */
function takesOrder(tool: ToolDefinition, orders: readonly string[]): boolean {
  return orders.every((order) => hasIdentifier(tool, order));
}
