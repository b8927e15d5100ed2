// Which of a visitor's own orders, and which of its items, a message means: by what it calls them, by «last», by what is possible at all.
import type { ToolDefinition } from '../port.ts';

/** The tool whose result lists them. */
export const ownOrdersTool = 'list_orders';

/** As far as list_orders' result is read here. */
export type OwnOrder = {
  order_id: string;
  status: string;
  created_at: string;
  items: { sku: string; name: string; options?: Record<string, string> }[];
};

const newest = /\b(?:last|latest|newest|most recent|recent|just (?:now )?(?:ordered|bought))\b/i;
const months = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];
/** What can be done with an order in some states only; where the message leaves a choice, the possible ones are meant. */
const possible: Record<string, readonly string[]> = { cancel_order: ['pending'], change_address: ['pending'], request_return: ['delivered'] };
const headLettersMin = 3;
const underway = ['pending', 'processed'];

/** @returns orders that may be meant, newest first: one is the answer, several are a question, none is one too */
export function meantOrders(orders: readonly OwnOrder[], tool: ToolDefinition, message: string): OwnOrder[] {
  const sorted = orders.toSorted((a, b) => b.created_at.localeCompare(a.created_at));
  const words = wordsOf(message);
  const named = best(sorted, (order) => Math.max(0, ...order.items.map((item) => likeness(item, words))));
  const inMonth = named.filter(({ created_at: at }) => words.includes(months[new Date(at).getUTCMonth()] ?? ''));
  const meant = inMonth.length > 0 ? inMonth : named;
  if (meant.length > 1 && newest.test(message)) return meant.slice(0, 1);
  return narrowed(meant, possible[tool.name] ?? underway);
}

/** @returns the item numbers that a message means: those that it names, or all where it names none */
export function meantItems(order: OwnOrder, message: string): string[] {
  const words = wordsOf(message);
  const whole = order.items.filter((item) => isHeadNamed(item, words));
  const kinds = Map.groupBy(whole.length > 0 ? whole : order.items, ({ name }) => wordsOf(name).at(-1));
  // «The action camera» is not the digital one; «the boots and the lamp» are both.
  const named = [...kinds.values()]
    .flatMap((items) => best(items, (item) => Math.floor(likeness(item, words))))
    .filter((item) => likeness(item, words) > 0);
  const most = Math.max(0, ...named.map((item) => optionsNamed(item, words)));
  const meant = most > 0 && !/\b(?:both|all)\b/i.test(message) ? named.filter((item) => optionsNamed(item, words) === most) : named;
  return (meant.length > 0 ? meant : order.items).map(({ sku }) => sku);
}

/** Those that score highest, where any scores; else all. */
function best<T>(all: T[], score: (one: T) => number): T[] {
  const most = Math.max(0, ...all.map(score));
  return most > 0 ? all.filter((one) => score(one) === most) : all;
}

function narrowed(orders: OwnOrder[], states: readonly string[]): OwnOrder[] {
  const fitting = orders.filter(({ status }) => states.includes(status));
  return orders.length > 1 && fitting.length > 0 ? fitting : orders;
}

/** The last word of an item's name says most: «boots» is enough for hiking boots, «shirt» for a T-shirt; «the fleece» is one where nothing else is. */
function likeness(item: OwnOrder['items'][number], words: readonly string[]): number {
  const said = wordsOf(item.name).filter((word) => words.includes(word)).length + Number(isHeadNamed(item, words));
  return said > 0 ? said + optionsNamed(item, words) / 10 : 0;
}

function isHeadNamed({ name }: OwnOrder['items'][number], words: readonly string[]): boolean {
  const head = wordsOf(name).at(-1) ?? '';
  return words.some((word) => word.length >= headLettersMin && head.endsWith(word));
}

function optionsNamed({ options = {} }: OwnOrder['items'][number], words: readonly string[]): number {
  return Object.values(options).filter((value) => wordsOf(value).every((word) => words.includes(word))).length;
}

/** Small letters, the plural's ending off. */
function wordsOf(text: string): string[] {
  const words =
    text
      .toLowerCase()
      .replace(/(?<=\p{L})-(?=\p{L})/gu, '')
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.map((word) => (word.length > 3 ? word.replace(/(?<!s)s$/u, '') : word));
}
