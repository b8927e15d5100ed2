// Decides what a message wants, by the nearest of the examples in the manifests. Deterministic: the same message, the same route.
import type { ModelRequest, ToolDefinition } from '../port.ts';
import { fillArguments, hasIdentifier, type Wish, withoutIdentifiers } from './arguments.ts';
import { cueWordsOf } from './cue-words.ts';
import { type Embed, similarity } from './embedder.ts';
import { type SmallTalk, smallTalkIn } from './small-talk.ts';

export type Route =
  | { kind: 'small_talk'; topic: SmallTalk }
  | { kind: 'call'; tool: ToolDefinition; args: Record<string, unknown> }
  | { kind: 'ask'; tool: ToolDefinition; missing: string[] }
  | { kind: 'sign_in'; tool: ToolDefinition }
  | { kind: 'unclear' };

/** A named order counts this much: who writes a number wants to know of it, or, with a word for it, to change it. */
const identifierBonus = 0.35;
/** What the words that only one tool's examples have may add. */
const cueBonus = 0.2;
/** Below it a message is for the help centre, which knows best that it does not say something. */
const nearEnough = 0.6;
const helpCentreTool = 'retrieve_docs';

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
    const best = /[\p{L}\p{N}]/u.test(wish.text)
      ? await this.#nearest([...request.tools, ...request.context.toolsNeedingSignIn], wish.text)
      : undefined;
    if (!best) return { kind: 'unclear' };
    const { tool, example } = best;
    if (request.context.toolsNeedingSignIn.includes(tool)) return { kind: 'sign_in', tool };
    const { args, missing } = fillArguments(tool, wish, example?.input);
    const isEmpty = Object.keys(args).length < Number(tool.input.minProperties ?? 0);
    return missing.length > 0 || isEmpty ? { kind: 'ask', tool, missing } : { kind: 'call', tool, args };
  }

  async #nearest(tools: ToolDefinition[], text: string): Promise<Nearest | undefined> {
    const [vector = []] = await this.#embed([withoutIdentifiers(tools, text)]);
    const cues = cueWordsOf(tools);
    const scored = await Promise.all(
      tools.map(async (tool) => {
        const similarities = (await this.#vectorsOf(tool)).map((example) => similarity(vector, example));
        const nearest = Math.max(...similarities);
        const cue = cues(tool, text);
        const isNamed = hasIdentifier(tool, text) && (tool.effect === 'read' || cue > 0);
        const score = nearest + cue * cueBonus + (isNamed ? identifierBonus : 0);
        return { tool, score, example: tool.examples[similarities.indexOf(nearest)] };
      }),
    );
    scored.sort((a, b) => b.score - a.score || (a.tool.name < b.tool.name ? -1 : 1));
    const best = scored[0];
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
