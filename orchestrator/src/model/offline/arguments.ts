// Fills a tool's arguments from what the visitor wrote, as far as its schema says how.
import type { ToolDefinition } from '../port.ts';

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
  /** The order that «it» or «the other one» means, by what the session remembers. */
  order?: string;
};

/**
 * A required text with a pattern is looked for among the words, the newest message first; one without takes the question itself.
 * A tool that takes the context apart from the question gets both. A choice is made as in the example that the message is nearest to, and a yes or no
 * that need not be given too.
 */
export function fillArguments(tool: ToolDefinition, wish: Wish, nearest: Record<string, unknown> = {}): Filled {
  const properties = propertiesOf(tool);
  const takesContext = properties.context?.type === 'array';
  const args: Record<string, unknown> = takesContext && wish.context.length > 0 ? { context: wish.context } : {};
  const missing: string[] = [];
  for (const name of requiredOf(tool)) {
    const property = properties[name] ?? {};
    const value = property.enum ? nearest[name] : written(property, wish, takesContext);
    if (value === undefined) missing.push(name);
    else args[name] = value;
  }
  return { args: { ...args, ...agreedIn(nearest, properties) }, missing };
}

function agreedIn(nearest: Record<string, unknown>, properties: Record<string, Property>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(nearest).filter(([name, value]) => properties[name]?.type === 'boolean' && value === true));
}

function written({ pattern, maxLength = Infinity }: Property, wish: Wish, takesContext: boolean): string | undefined {
  if (!pattern) return questionWithin(maxLength, wish, takesContext);
  return findInMessages([...wish.earlier, ...(wish.order ? [wish.order] : []), wish.text], pattern);
}

function questionWithin(lengthMax: number, { text, question }: Wish, takesContext: boolean): string {
  return (takesContext || question.length > lengthMax ? text : question).slice(0, lengthMax);
}

/** Whether the message holds everything that the tool looks for by pattern. */
export function hasIdentifier(tool: ToolDefinition, message: string): boolean {
  const patterns = patternsOf(tool);
  return patterns.length > 0 && patterns.every((pattern) => findIdentifier(message, pattern) !== undefined);
}

/** The message without what the tools would take for a number: that says which, not what. */
export function withoutIdentifiers(tools: readonly ToolDefinition[], message: string): string {
  const patterns = tools.flatMap(patternsOf);
  const words = message.split(/\s+/).filter((word) => patterns.every((pattern) => findIdentifier(word, pattern) === undefined));
  return words.join(' ');
}

function findInMessages(messages: readonly string[], pattern: string): string | undefined {
  const newest = messages.findLast((message) => findIdentifier(message, pattern) !== undefined);
  return newest === undefined ? undefined : findIdentifier(newest, pattern);
}

/** A word that fits the pattern once small letters are put right. «30-day» does too: half of it must be digits, unless it begins with # or as the pattern says. */
function findIdentifier(message: string, pattern: string): string | undefined {
  const expression = new RegExp(pattern);
  const isPrefixed = /^\^[A-Z]+-/.test(pattern);
  for (const word of message.split(/[\s,;:!?()«»"'“”]+/)) {
    const bare = word.replace(/^#+/, '').replace(/\.+$/, '').toUpperCase();
    const digits = bare.replace(/\D/g, '').length;
    if (expression.test(bare) && (isPrefixed || (digits > 0 && (word.startsWith('#') || digits * 2 >= bare.length)))) return bare;
  }
  return undefined;
}

function patternsOf(tool: ToolDefinition): string[] {
  const properties = propertiesOf(tool);
  return requiredOf(tool).flatMap((name) => properties[name]?.pattern ?? []);
}

function requiredOf(tool: ToolDefinition): string[] {
  return (tool.input.required ?? []) as string[];
}

function propertiesOf(tool: ToolDefinition): Record<string, Property> {
  return (tool.input.properties ?? {}) as Record<string, Property>;
}
