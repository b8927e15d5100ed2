// Understands what a visitor wants of the catalogue, in his words: spelling, stems, the trade's words, and where those name nothing the embedding model.
import type { Database } from '@aiguy/manifests/database';
import { LRUCache } from 'lru-cache';
import type { Embedder } from '../embedding/embedder.ts';
import { ifInTime } from '../knowledge/question.ts';
import type { Spelling } from '../knowledge/spelling.ts';
import type { Product, Products } from '../products.ts';
import { createLexicon } from './lexicon.ts';
import { type PriceWish, readPrices } from './prices.ts';
import { type Given, type Likeness, readNeed, type Wish } from './read-need.ts';

export type NeedRequest = { need: string; given?: Given; price?: PriceWish; signal: AbortSignal };

/** Contract: reads the same need against the same catalogue in the same way; with the model away, words alone decide. */
export type ProductSearch = { understand: (request: NeedRequest) => Promise<Wish>; categories: () => Promise<string[]> };

export type ProductSearchPorts = { database: Database; products: Products; words: Embedder; spelling: () => Promise<Spelling> };

/** Some 4 KB each. */
const vectorsMax = 4000;
/** Words of a need that are looked up with the model, alone and in pairs. */
const likenedWordsMax = 8;

export function createProductSearch({ database, products, words, spelling }: ProductSearchPorts): ProductSearch {
  const lexicon = createLexicon(database, spelling);
  const embed = rememberVectors(words);
  return {
    categories: async () => [...new Set((await products.list()).map(({ category }) => category))].toSorted(),
    understand: async ({ need, given = {}, price: givenPrice = {}, signal }) => {
      const catalogue = await products.list();
      const names = [...namesIn(catalogue)];
      const { price, rest } = readPrices(need);
      const spelled = await lexicon.spell(rest, names);
      const { productType = '', category = '', options = {} } = given;
      const readings = await lexicon.read({ said: [spelled, productType, category, ...Object.entries(options).flat()], names });
      signal.throwIfAborted();
      const ground = { products: catalogue, need: readings(spelled), readings, price: { ...price, ...givenPrice }, given };
      return await readNeed(ground, async (wanted) => await liken(embed, { products: catalogue, wanted, signal }));
    },
  };
}

function namesIn(products: readonly Product[]): Set<string> {
  const names = new Set<string>();
  for (const { name, category, variants } of products) {
    names.add(name).add(category);
    for (const { options } of variants) for (const [option, value] of Object.entries(options)) names.add(option).add(value);
  }
  return names;
}

type Embed = (texts: readonly string[], signal: AbortSignal) => Promise<number[][] | undefined>;

function rememberVectors(embedder: Embedder): Embed {
  const remembered = new LRUCache<string, number[]>({ max: vectorsMax });
  return async (texts, signal) => {
    const missing = [...new Set(texts)].filter((text) => !remembered.has(text));
    const vectors = await ifInTime(signal, async (inTime) => await embedder.embed(missing, { purpose: 'query', signal: inTime }));
    if (!vectors) return undefined;
    const fresh = new Map(missing.map((text, at) => [text, vectors[at] ?? []]));
    for (const [text, vector] of fresh) remembered.set(text, vector);
    return texts.map((text) => fresh.get(text) ?? remembered.get(text) ?? []);
  };
}

async function liken(
  embed: Embed,
  { products, wanted, signal }: { products: readonly Product[]; wanted: readonly string[]; signal: AbortSignal },
): Promise<Likeness> {
  const some = wanted.slice(0, likenedWordsMax);
  const texts = [...some, ...some.slice(1).map((word, at) => `${some[at]} ${word}`)];
  const names = products.map(({ name }) => name);
  const categories = [...new Set(products.map(({ category }) => category))];
  const vectors = await embed([...texts, ...names, ...categories.map((category) => category.replaceAll('-', ' '))], signal);
  if (!vectors) return { products: [], categories: [] };
  const asked = vectors.slice(0, texts.length);
  const best = (vector: readonly number[] | undefined): number => Math.max(...asked.map((one) => dot(one, vector ?? [])));
  return {
    products: products.map((product, at) => ({ product, score: best(vectors[texts.length + at]) })).toSorted((a, b) => b.score - a.score),
    categories: categories
      .map((category, at) => ({ category, score: best(vectors[texts.length + names.length + at]) }))
      .toSorted((a, b) => b.score - a.score),
  };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}
