// What model calls cost, in millionths of a US dollar. Pure. Prices are the operator's to set; a model without one costs as much as the dearest that has.
import type { Usage } from '../model/port.ts';

/** US dollars per million tokens. */
export type Price = { input: number; output: number; cache_read: number; cache_write: number };
export type Prices = Record<string, Price>;

/** As the provider's price list has them in November 2026; prompts of over 100,000 tokens, which cost more, are never sent. */
export const defaultPrices: Prices = {
  'claude-haiku-5-5': { input: 0.1, output: 0.5, cache_read: 0.01, cache_write: 0.125 },
  'claude-sonnet-5-5': { input: 2, output: 10, cache_read: 0.1, cache_write: 2.5 },
  'claude-opus-5-5': { input: 4, output: 20, cache_read: 0.2, cache_write: 5 },
};

/** @param model its name, also with a date behind it */
export function priceOf(prices: Prices, model: string): Price {
  const named = Object.keys(prices)
    .filter((name) => model === name || model.startsWith(`${name}-`))
    .sort((a, b) => b.length - a.length)[0];
  const price = named === undefined ? undefined : prices[named];
  return price ?? dearestOf(prices);
}

function dearestOf(prices: Prices): Price {
  const all = Object.values(prices);
  const most = (kind: keyof Price) => Math.max(0, ...all.map((price) => price[kind]));
  return { input: most('input'), output: most('output'), cache_read: most('cache_read'), cache_write: most('cache_write') };
}

/** Rounded up: what is counted is never less than what is paid. */
export function costOf(price: Price, usage: Usage): number {
  const exact =
    usage.inputTokens * price.input +
    usage.cacheReadTokens * price.cache_read +
    usage.cacheWriteTokens * price.cache_write +
    usage.outputTokens * price.output;
  return Math.max(0, Math.ceil(exact - 1e-9));
}

/** What the provider itself writes around tools and system, and the turn's context. */
const addedTokens = 1500;

/**
 * The most that a call can cost. A token is at least a byte, so what visitors and tools wrote counts by its bytes; the fixed prefix is plain English and
 * JSON, of which the estimate is taken with a half more.
 * @param input prefixTokens: estimated; bytes: of the rest, in UTF-8
 */
export function mostOf(price: Price, input: { prefixTokens: number; bytes: number }, outputTokensMax: number): number {
  const tokens = Math.ceil(input.prefixTokens * 1.5) + input.bytes + addedTokens;
  return Math.ceil(tokens * Math.max(price.input, price.cache_read, price.cache_write) + outputTokensMax * price.output);
}
