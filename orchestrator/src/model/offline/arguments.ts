// Fills a tool's arguments from what the visitor wrote, as far as its schema says how.
import type { ToolDefinition } from '../port.ts';

type Property = { type?: string; pattern?: string };
export type Filled = { args: Record<string, unknown>; missing: string[] };

/** A required text with a pattern is looked for among the message's words; one without takes the question itself. */
export function fillArguments(tool: ToolDefinition, message: string, question: string): Filled {
  const properties = tool.input.properties as Record<string, Property>;
  const required = (tool.input.required ?? []) as string[];
  const args: Record<string, unknown> = {};
  const missing: string[] = [];
  for (const name of required) {
    const value = properties[name]?.pattern ? findIdentifier(message, properties[name].pattern) : question.slice(0, 400);
    if (value === undefined) missing.push(name);
    else args[name] = value;
  }
  return { args, missing };
}

/** Whether the message holds everything that the tool looks for by pattern. */
export function hasIdentifier(tool: ToolDefinition, message: string): boolean {
  const patterns = Object.values(tool.input.properties as Record<string, Property>).flatMap((property) => property.pattern ?? []);
  return patterns.length > 0 && patterns.every((pattern) => findIdentifier(message, pattern) !== undefined);
}

/** A word that fits the pattern once a leading # and small letters are put right; without a digit it is a word like any other. */
function findIdentifier(message: string, pattern: string): string | undefined {
  const expression = new RegExp(pattern);
  const words = message.split(/[\s,;:!?()«»"'“”]+/).map((word) => word.replace(/^#+/, '').replace(/\.+$/, '').toUpperCase());
  return words.find((word) => /\d/.test(word) && expression.test(word));
}
