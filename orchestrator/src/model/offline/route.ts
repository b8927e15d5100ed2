// Decides what a message wants, by the nearest of the examples in the manifests. Deterministic: the same message, the same route.
import type { ModelRequest, ToolDefinition } from '../port.ts';
import { fillArguments, hasIdentifier } from './arguments.ts';
import { type Embed, similarity } from './embedder.ts';

export type SmallTalk = 'greeting' | 'thanks' | 'farewell';

export type Route =
  | { kind: 'small_talk'; topic: SmallTalk }
  | { kind: 'call'; tool: ToolDefinition; args: Record<string, unknown> }
  | { kind: 'ask'; tool: ToolDefinition; missing: string[] }
  | { kind: 'sign_in'; tool: ToolDefinition }
  | { kind: 'unclear' };

const smallTalk: Record<SmallTalk, RegExp> = {
  greeting: /^(hi|hello|hey|hiya|howdy|good (morning|afternoon|evening|day)|greetings)( there| all| everyone)?$/,
  thanks: /^(ok(ay)?[, ]*)?(many )?(thanks|thank you|thx|ty|cheers|great|perfect|super)( (a lot|so much|very much|for (your|the) help|you))?$/,
  farewell: /^(good ?bye|bye( bye)?|see you( later)?|cu|that'?s all|nothing else)$/,
};

/** A named order counts this much: who writes a number wants to know of it. */
const identifierBonus = 0.35;
/** Without a number the personal tool must be nearer by this much than the help centre. */
const personalMargin = 0.06;
const nearEnough = 0.2;

export class Router {
  readonly #embed: Embed;
  readonly #examples = new Map<string, number[][]>();

  constructor(embed: Embed) {
    this.#embed = embed;
  }

  async route(request: ModelRequest, message: { text: string; question: string }): Promise<Route> {
    const plain = message.text
      .toLowerCase()
      .replace(/[.!?…,]+$/g, '')
      .trim();
    for (const [topic, expression] of Object.entries(smallTalk)) if (expression.test(plain)) return { kind: 'small_talk', topic: topic as SmallTalk };
    const best = await this.#nearest([...request.tools, ...request.context.toolsNeedingSignIn], message.text);
    if (!best) return { kind: 'unclear' };
    if (request.context.toolsNeedingSignIn.includes(best)) return { kind: 'sign_in', tool: best };
    const { args, missing } = fillArguments(best, message.text, message.question);
    return missing.length > 0 ? { kind: 'ask', tool: best, missing } : { kind: 'call', tool: best, args };
  }

  async #nearest(tools: ToolDefinition[], text: string): Promise<ToolDefinition | undefined> {
    const [vector = []] = await this.#embed([text]);
    const scored = await Promise.all(
      tools.map(async (tool) => {
        const nearest = Math.max(...(await this.#vectorsOf(tool)).map((example) => similarity(vector, example)));
        const score = isPersonal(tool) ? nearest + (hasIdentifier(tool, text) ? identifierBonus : -personalMargin) : nearest;
        return { tool, score };
      }),
    );
    scored.sort((a, b) => b.score - a.score || a.tool.name.localeCompare(b.tool.name));
    const best = scored[0];
    // The help centre is asked even when nothing is near: it knows best that it does not say something.
    return best && best.score >= nearEnough ? best.tool : tools.find((tool) => !isPersonal(tool));
  }

  async #vectorsOf(tool: ToolDefinition): Promise<number[][]> {
    const known = this.#examples.get(tool.name);
    if (known) return known;
    const vectors = await this.#embed(tool.examples.map((example) => example.message));
    this.#examples.set(tool.name, vectors);
    return vectors;
  }
}

/** A tool that looks for something by its number belongs to one customer; the others answer in general. */
function isPersonal(tool: ToolDefinition): boolean {
  return Object.values(tool.input.properties as Record<string, { pattern?: string }>).some((property) => property.pattern !== undefined);
}
