// Decides what a message wants, by the nearest of the examples in the manifests. Deterministic: the same message, the same route.
import type { ModelRequest, ToolDefinition } from '../port.ts';
import { fillArguments, hasIdentifier, isPersonal, type Wish, withoutIdentifiers } from './arguments.ts';
import { type Embed, similarity } from './embedder.ts';
import { type SmallTalk, smallTalkIn } from './small-talk.ts';

export type Route =
  | { kind: 'small_talk'; topic: SmallTalk }
  | { kind: 'call'; tool: ToolDefinition; args: Record<string, unknown> }
  | { kind: 'ask'; tool: ToolDefinition; missing: string[] }
  | { kind: 'sign_in'; tool: ToolDefinition }
  | { kind: 'unclear' };

/** A named order counts this much: who writes a number wants to know of it. */
const identifierBonus = 0.35;
/** Without a number the personal tool must be nearer by this much than the help centre. */
const personalMargin = 0.03;
const nearEnough = 0.2;

export class Router {
  readonly #embed: Embed;
  readonly #examples = new Map<string, number[][]>();

  constructor(embed: Embed) {
    this.#embed = embed;
  }

  async route(request: ModelRequest, wish: Wish): Promise<Route> {
    const topic = smallTalkIn(wish.text);
    if (topic) return { kind: 'small_talk', topic };
    const best = /[\p{L}\p{N}]/u.test(wish.text)
      ? await this.#nearest([...request.tools, ...request.context.toolsNeedingSignIn], wish.text)
      : undefined;
    if (!best) return { kind: 'unclear' };
    if (request.context.toolsNeedingSignIn.includes(best)) return { kind: 'sign_in', tool: best };
    const { args, missing } = fillArguments(best, wish);
    return missing.length > 0 ? { kind: 'ask', tool: best, missing } : { kind: 'call', tool: best, args };
  }

  async #nearest(tools: ToolDefinition[], text: string): Promise<ToolDefinition | undefined> {
    const [vector = []] = await this.#embed([withoutIdentifiers(tools, text)]);
    const scored = await Promise.all(
      tools.map(async (tool) => {
        const nearest = Math.max(...(await this.#vectorsOf(tool)).map((example) => similarity(vector, example)));
        const score = isPersonal(tool) ? nearest + (hasIdentifier(tool, text) ? identifierBonus : -personalMargin) : nearest;
        return { tool, score };
      }),
    );
    scored.sort((a, b) => b.score - a.score || (a.tool.name < b.tool.name ? -1 : 1));
    const best = scored[0];
    // The help centre is asked even when nothing is near: it knows best that it does not say something.
    return best && best.score >= nearEnough ? best.tool : tools.find((tool) => !isPersonal(tool));
  }

  async #vectorsOf(tool: ToolDefinition): Promise<number[][]> {
    const known = this.#examples.get(tool.name);
    if (known) return known;
    const vectors = await this.#embed(tool.examples.map((example) => withoutIdentifiers([tool], example.message)));
    this.#examples.set(tool.name, vectors);
    return vectors;
  }
}
