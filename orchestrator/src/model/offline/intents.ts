// What a message wants: one of the tools, or none of them. Learnt from the manifests' messages, and from chatter.json.
import { createHash } from 'node:crypto';
import type { ToolDefinition } from '../port.ts';
import { nameIdentifiers, withoutIdentifiers } from './arguments.ts';
import chatter from './chatter.json' with { type: 'json' };
import { classify, type Sample, train, type Weighed } from './classifier.ts';
import type { Embed } from './embedder.ts';
import { featuresOf } from './features.ts';
import { type PackedWeights, pack, unpack } from './packed-weights.ts';

/** What is said to anybody, and what no shop can answer. */
export type Chatter = keyof typeof chatter;
export type Intent = { probability: number } & ({ tool: ToolDefinition } | { chatter: Chatter });

/** Sets of tools that are kept in mind; what is shipped serves each of its parts, so that more than one is rare. */
const learntMax = 4;

export class Intents {
  readonly #embed: Embed;
  readonly #shipped: PackedWeights | undefined;
  #unpacked: Weighed[] | undefined;
  readonly #learnt = new Map<string, Promise<Weighed[]>>();

  /** @param shipped what was learnt before; of use for tools whose messages are still the same, all of them or a part */
  constructor(embed: Embed, shipped?: PackedWeights) {
    this.#embed = embed;
    this.#shipped = shipped;
  }

  /** @returns the intents with their probabilities, the likeliest first; what a tool that is not here would have answered is nobody's, so that they may add up to less than one */
  async rank(tools: readonly ToolDefinition[], message: string): Promise<Intent[]> {
    const classes = await this.learn(tools);
    const [sample] = await samplesOf(this.#embed, tools, [message]);
    return sample ? classify(classes, sample).flatMap(({ label, probability }) => intentOf(tools, label, probability) ?? []) : [];
  }

  /** Takes seconds where nothing that was shipped fits, once for a set of tools; what failed is tried again at the next call. */
  async learn(tools: readonly ToolDefinition[]): Promise<Weighed[]> {
    const digests = digestsOf(messagesOf(tools));
    if (this.#shipped && fits(this.#shipped, digests)) {
      this.#unpacked ??= unpack(this.#shipped);
      return this.#unpacked;
    }
    const key = JSON.stringify([...digests]);
    const known = this.#learnt.get(key) ?? trainOn(this.#embed, tools);
    this.#learnt.set(key, known);
    const [oldest] = this.#learnt.keys();
    if (this.#learnt.size > learntMax && oldest !== undefined) this.#learnt.delete(oldest);
    try {
      return await known;
    } catch (error) {
      this.#learnt.delete(key);
      throw error;
    }
  }
}

function fits(shipped: PackedWeights, digests: ReadonlyMap<string, string>): boolean {
  const known = new Map(shipped.classes.map(({ label, digest }) => [label, digest]));
  return [...digests].every(([label, digest]) => known.get(label) === digest);
}

/** For the file that is shipped. */
export async function learnIntents(embed: Embed, tools: readonly ToolDefinition[]): Promise<PackedWeights> {
  return pack(digestsOf(messagesOf(tools)), await trainOn(embed, tools));
}

type Message = { text: string; label: string };

function messagesOf(tools: readonly ToolDefinition[]): Message[] {
  const sorted = tools.filter(({ isOfSite }) => !isOfSite).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const ofTools = sorted.flatMap(({ name, examples, phrases }) =>
    [...examples.map(({ message }) => message), ...phrases].map((text) => ({ text, label: name })),
  );
  return [...ofTools, ...Object.entries(chatter).flatMap(([label, texts]) => texts.map((text) => ({ text, label })))];
}

/** Of each label's messages. */
function digestsOf(messages: readonly Message[]): Map<string, string> {
  const texts = Map.groupBy(messages, ({ label }) => label);
  const digest = (of: Message[]) =>
    createHash('sha256')
      .update(JSON.stringify(of.map(({ text }) => text)))
      .digest('hex');
  return new Map([...texts].map(([label, of]) => [label, digest(of)]));
}

async function trainOn(embed: Embed, tools: readonly ToolDefinition[]): Promise<Weighed[]> {
  const messages = messagesOf(tools);
  const samples = await samplesOf(
    embed,
    tools,
    messages.map(({ text }) => text),
  );
  return await train(samples.map((sample, index) => ({ ...sample, label: messages[index]?.label ?? '' })));
}

async function samplesOf(embed: Embed, tools: readonly ToolDefinition[], messages: readonly string[]): Promise<Sample[]> {
  const meanings = await embed(messages.map((message) => withoutIdentifiers(tools, message)));
  return messages.map((message, index) => ({ meaning: meanings[index] ?? [], surface: featuresOf(nameIdentifiers(tools, message)) }));
}

function intentOf(tools: readonly ToolDefinition[], label: string, probability: number): Intent | undefined {
  if (Object.hasOwn(chatter, label)) return { chatter: label as Chatter, probability };
  const tool = tools.find(({ name }) => name === label);
  return tool && { tool, probability };
}
