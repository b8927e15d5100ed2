// What «it», «my order» and «the other one» mean, by what the session remembers.
import type { ModelRequest, Notes } from '../port.ts';

/** More words explain themselves. */
const wordsMax = 8;
const otherOne = /\b(?:the|my) other (?:one|order|parcel|package)?\b|\bthe other\b/i;
const ownOrder = /\b(?:(?:this|that|the|my)(?: same)? (?:order|parcel|package|delivery|shipment))\b/i;
/** «Is that free?» points at what was said, «cancel that» at a thing. */
const pronoun = /\b(?:that one|this one|it)\b|(?<=\b(?:cancel|stop|track|undo|reinstate|restore) )(?:that|this)\b/i;

export function notesOf({ messages }: ModelRequest): Notes | undefined {
  const last = messages.findLast(({ role }) => role === 'user');
  return last?.role === 'user' ? last.notes : undefined;
}

/**
 * @returns the orders that may be meant, and the message in words that say that it is about an order; undefined when the message points at none
 */
export function orderMeant(text: string, notes: Notes | undefined): { orders: string[]; text: string } | undefined {
  const { orders = [], currentOrders = [] } = notes ?? {};
  if (orders.length === 0 || text.trim().split(/\s+/).length > wordsMax || orders.some((order) => text.toUpperCase().includes(order)))
    return undefined;
  const bare = text.replace(/[\s?!.]+$/, '');
  if (otherOne.test(text)) {
    const others = orders.filter((order) => currentOrders.length > 1 || !currentOrders.includes(order));
    return others.length > 0 ? { orders: others, text: asOrder(bare.replace(otherOne, 'my order')) } : undefined;
  }
  if (ownOrder.test(text)) return { orders: currentOrders, text: bare };
  const isPronoun = notes?.subject === 'order' && pronoun.test(text);
  return isPronoun ? { orders: currentOrders, text: bare.replace(pronoun, 'my order') } : undefined;
}

const thisProduct = /\bthis (?:one|product|item|article)\b/i;

/** «Is this one in stock?» on the page of a product is about that product. */
export function namingProduct(text: string, notes: Notes | undefined): string {
  const name = notes?.viewing?.name;
  return name === undefined ? text : text.replace(thisProduct, () => name);
}

/** «and my order?» alone asks where it is. */
function asOrder(text: string): string {
  return /^\W*(?:and |what about |how about )?my order\W*$/i.test(text) ? 'where is my order' : text;
}
