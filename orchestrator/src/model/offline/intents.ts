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

/** Sets of tools that are kept in mind; a site has one, with whatever scopes its visitors come. */
const learntMax = 4;

export class Intents {
  readonly #embed: Embed;
  readonly #shipped: PackedWeights | undefined;
  readonly #learnt = new Map<string, Promise<Weighed[]>>();

  /** @param shipped what was learnt before; of use as long as the messages are still the same */
  constructor(embed: Embed, shipped?: PackedWeights) {
    this.#embed = embed;
    this.#shipped = shipped;
  }

  /** @returns the intents with their probabilities, the likeliest first */
  async rank(tools: readonly ToolDefinition[], message: string): Promise<Intent[]> {
    const classes = await this.learn(tools);
    const [sample] = await samplesOf(this.#embed, tools, [message]);
    return sample ? classify(classes, sample).map(({ label, probability }) => intentOf(tools, label, probability)) : [];
  }

  /** Takes seconds where nothing that was shipped fits, once for a set of tools; what failed is tried again at the next call. */
  async learn(tools: readonly ToolDefinition[]): Promise<Weighed[]> {
    const digest = digestOf(messagesOf(tools));
    const known = this.#learnt.get(digest) ?? this.#begin(tools, digest);
    this.#learnt.set(digest, known);
    const [oldest] = this.#learnt.keys();
    if (this.#learnt.size > learntMax && oldest !== undefined) this.#learnt.delete(oldest);
    try {
      return await known;
    } catch (error) {
      this.#learnt.delete(digest);
      throw error;
    }
  }

  async #begin(tools: readonly ToolDefinition[], digest: string): Promise<Weighed[]> {
    return this.#shipped?.digest === digest ? unpack(this.#shipped) : await trainOn(this.#embed, tools);
  }
}

/** For the file that is shipped. */
export async function learnIntents(embed: Embed, tools: readonly ToolDefinition[]): Promise<PackedWeights> {
  return pack(digestOf(messagesOf(tools)), await trainOn(embed, tools));
}

type Message = { text: string; label: string };

function messagesOf(tools: readonly ToolDefinition[]): Message[] {
  const sorted = tools.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const ofTools = sorted.flatMap(({ name, examples, phrases }) =>
    [...examples.map(({ message }) => message), ...phrases].map((text) => ({ text, label: name })),
  );
  return [...ofTools, ...Object.entries(chatter).flatMap(([label, texts]) => texts.map((text) => ({ text, label })))];
}

function digestOf(messages: readonly Message[]): string {
  return createHash('sha256').update(JSON.stringify(messages)).digest('hex');
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

function intentOf(tools: readonly ToolDefinition[], label: string, probability: number): Intent {
  const tool = tools.find(({ name }) => name === label);
  return tool ? { tool, probability } : { chatter: label as Chatter, probability };
}
