// Fills a tool's arguments from what the visitor wrote, as far as its schema says how.
import type { ToolDefinition } from '../port.ts';
import { meantItems, type OwnOrder } from './own-orders.ts';
import { readPeriod } from './period.ts';
import { readAddress } from './postal-address.ts';
import { readPreferences } from './preferences.ts';

type Property = { type?: string; pattern?: string; maxLength?: number; enum?: unknown[] };
export type Filled = { args: Record<string, unknown>; missing: string[] };

/** What a visitor wants, as far as arguments go. */
export type Wish = {
  /** The message itself. */
  text: string;
  /** The message as a question that stands alone. */
  question: string;
  /** What the visitor wrote before, oldest first. */
  earlier: readonly string[];
  /** What was said before, oldest first, when the message means little without it. */
  context: readonly string[];
  /** When it was said; «last year» is counted from it. */
  nowIso?: string;
  /** The order that «it» or «the other one» means, by what the session remembers. */
  order?: string;
  /** The visitor's own order that the message is about, as it was looked up. */
  own?: OwnOrder;
};

/**
 * A number of the shop's is looked for among the words, the newest message first; the one free text of a tool takes the question itself.
 * A tool that takes the context apart from the question gets both. A choice is made as in the example that the message is nearest to.
 * A yes or no that need not be given is given where that example gives it. An address, or a period, is read as a whole or not at all.
 * What the visitor is asked for in a form isn't missing.
 */
export function fillArguments(tool: ToolDefinition, wish: Wish, nearest: Record<string, unknown> = {}): Filled {
  const properties = propertiesOf(tool);
  const takesContext = properties.context?.type === 'array';
  const args: Record<string, unknown> = {
    ...(takesContext && wish.context.length > 0 ? { context: wish.context } : {}),
    ...readAsWhole(properties, wish),
  };
  const missing: string[] = [];
  const required = neededOf(tool, messagesOf('order_id', wish)).filter((name) => !tool.asks?.includes(name));
  const isOnlyText = required.filter((name) => isFreeText(properties[name])).length === 1;
  for (const name of required.filter((needed) => !(needed in args))) {
    const property = properties[name] ?? {};
    const value = name === 'skus' ? itemsOf(wish) : argumentOf(name, { property, wish, nearest, isOnlyText, takesContext });
    if (value === undefined) missing.push(name);
    else args[name] = value;
  }
  addNumbers(tool, wish.text, args);
  return { args: { ...args, ...agreedIn(nearest, properties) }, missing };
}

/** What makes sense together only, and has a reader of its own. */
function readAsWhole(properties: Record<string, Property>, { text, question, nowIso }: Wish): Record<string, unknown> | undefined {
  if (properties.from && properties.to && nowIso !== undefined) return readPeriod(text, nowIso) ?? readPeriod(question, nowIso);
  if (properties.address1) return readAddress(text);
  return properties.shoe_size ? readPreferences(text) : undefined;
}

function agreedIn(nearest: Record<string, unknown>, properties: Record<string, Property>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(nearest).filter(([name, value]) => properties[name]?.type === 'boolean' && value === true));
}

/** What the tool would take besides, where the message says it. */
function addNumbers(tool: ToolDefinition, text: string, args: Record<string, unknown>): void {
  for (const { name, pattern } of identifiersOf(tool)) {
    const found = name in args ? undefined : findIdentifier(text, pattern);
    if (found !== undefined && !Object.values(args).includes(found) && !isBetterNamed(tool, name, found)) args[name] = found;
  }
}

type Asked = { property: Property; wish: Wish; nearest: Record<string, unknown>; isOnlyText: boolean; takesContext: boolean };

function argumentOf(name: string, { property, wish, nearest, isOnlyText, takesContext }: Asked): unknown {
  const identifier = identifierOf(name, property);
  if (identifier) return findInMessages(messagesOf(name, wish), identifier);
  if (property.enum) return nearest[name];
  if (!isFreeText(property) || !isOnlyText) return undefined;
  return questionWithin(property.maxLength ?? Infinity, wish, takesContext);
}

/** The last one that has a number counts. */
function messagesOf(name: string, { earlier, order, own, text }: Wish): string[] {
  const looked = name === 'order_id' && own ? [own.order_id] : [];
  return [...earlier, ...(order ? [order] : []), ...looked, text];
}

function itemsOf({ own, text }: Wish): string[] | undefined {
  return own && meantItems(own, text);
}

function questionWithin(lengthMax: number, { text, question }: Wish, takesContext: boolean): string {
  return (takesContext || question.length > lengthMax ? text : question).slice(0, lengthMax);
}

/** Whether the message holds everything that the tool looks for by number. */
export function hasIdentifier(tool: ToolDefinition, message: string): boolean {
  const identifiers = neededOf(tool, [message]).flatMap((name) => identifierOf(name, propertiesOf(tool)[name]) ?? []);
  return identifiers.length > 0 && identifiers.every((pattern) => findIdentifier(message, pattern) !== undefined);
}

/** The message without the numbers of the shop: they say which, not what. */
export function withoutIdentifiers(tools: readonly ToolDefinition[], message: string): string {
  return replaceIdentifiers(tools, message, () => []);
}

/** The message with the kind of each number in its place. */
export function nameIdentifiers(tools: readonly ToolDefinition[], message: string): string {
  return replaceIdentifiers(tools, message, (name) => [name]);
}

function replaceIdentifiers(tools: readonly ToolDefinition[], message: string, replacement: (name: string) => string[]): string {
  const identifiers = tools.flatMap(identifiersOf).sort((a, b) => Number(isPrefixed(b.pattern)) - Number(isPrefixed(a.pattern)));
  const words = message.split(/\s+/).flatMap((word) => {
    const kind = identifiers.find(({ pattern }) => findIdentifier(word, pattern) !== undefined);
    return kind ? replacement(kind.name) : [word];
  });
  return words.join(' ');
}

function findInMessages(messages: readonly string[], pattern: string): string | undefined {
  const newest = messages.findLast((message) => findIdentifier(message, pattern) !== undefined);
  return newest === undefined ? undefined : findIdentifier(newest, pattern);
}

/**
 * A word that fits the pattern once small letters are put right. «30-day» does too: half of it must be digits, unless it begins with # or as the
 * pattern says. A short one is a number of something else, unless # or a word for it stands before it.
 */
function findIdentifier(message: string, pattern: string): string | undefined {
  const expression = new RegExp(pattern);
  let before = '';
  for (const word of message.split(/[\s,;:!?()«»"'“”]+/)) {
    const bare = word.replace(/^#+/, '').replace(/\.+$/, '').toUpperCase();
    const digits = bare.replace(/\D/g, '').length;
    const isMarked = word.startsWith('#') || (bare.length < shortestUnmarked && wordsForNumbers.test(before));
    const isNumber = digits > 0 && (isMarked || (bare.length >= shortestUnmarked && digits * 2 >= bare.length));
    if (expression.test(bare) && (isPrefixed(pattern) || isNumber)) return bare;
    before = word;
  }
  return undefined;
}

const shortestUnmarked = 6;
const wordsForNumbers = /^(?:order|number|no|nr|#)\.?$/i;

/** ^T-… begins like nothing else. */
function isPrefixed(pattern: string): boolean {
  return /^\^[A-Z]+-/.test(pattern);
}

/** INV-2026-000123 fits what order numbers look like, too. */
function isBetterNamed(tool: ToolDefinition, name: string, found: string): boolean {
  return identifiersOf(tool).some((other) => other.name !== name && isPrefixed(other.pattern) && new RegExp(other.pattern).test(found));
}

function identifiersOf(tool: ToolDefinition): { name: string; pattern: string }[] {
  return Object.entries(propertiesOf(tool)).flatMap(([name, property]) => {
    const pattern = identifierOf(name, property);
    return pattern ? [{ name, pattern }] : [];
  });
}

/** The pattern of an argument that is a number of the shop's, such as order_id or a ticket's reference. */
function identifierOf(name: string, property: Property | undefined): string | undefined {
  return isIdentifier(name, property) ? property?.pattern : undefined;
}

function isFreeText({ type, pattern, enum: choice }: Property = {}): boolean {
  return type === 'string' && !pattern && !choice;
}

function isIdentifier(name: string, property: Property | undefined): boolean {
  return property?.pattern !== undefined && /(?:_id|^reference)$/.test(name);
}

/** The required arguments; of numbers of which a tool wants at least one (minProperties 1) the one that the newest message holds, else the first. */
function neededOf(tool: ToolDefinition, messages: readonly string[]): string[] {
  const required = (tool.input.required ?? []) as string[];
  const either = tool.input.minProperties === 1 ? identifiersOf(tool) : [];
  const writtenIn = (message: string) => either.find(({ name, pattern }) => isNamedIn(tool, { name, pattern }, message));
  const newest = messages.findLast((message) => writtenIn(message) !== undefined);
  const chosen = (newest === undefined ? undefined : writtenIn(newest)) ?? either[0];
  return chosen ? [...required, chosen.name] : required;
}

function isNamedIn(tool: ToolDefinition, { name, pattern }: { name: string; pattern: string }, message: string): boolean {
  const found = findIdentifier(message, pattern);
  return found !== undefined && !isBetterNamed(tool, name, found);
}

function propertiesOf(tool: ToolDefinition): Record<string, Property> {
  return (tool.input.properties ?? {}) as Record<string, Property>;
}
