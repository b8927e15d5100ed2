// A tool call as the people of a site read it: which tool, its arguments with what is personal or secret masked, and what came of it. Never the result itself.
import type { Catalogue } from '@aiguy/manifests/load';
import { maskPersonalData } from '@aiguy/manifests/mask-personal-data';

export type ShownCall = { tool: string; arguments: string; outcome: string };
export type ShowArguments = (tool: string, argumentsText: string) => string;

const textCharactersMax = 300;
const argumentsCharactersMax = 2000;
const hidden = '[not shown]';

/** @returns JSON; what the tool does not take is not shown, because nobody knows what it is */
export function shownArguments(catalogue: Catalogue): ShowArguments {
  return (tool, argumentsText) => {
    const manifest = catalogue.get(tool)?.manifest;
    const known = Object.keys((manifest?.input as { properties?: object } | undefined)?.properties ?? {});
    const values = parse(argumentsText);
    if (!values) return hidden;
    const shown = Object.entries(values).map(([name, value]) => (known.includes(name) ? [name, masked(value)] : [maskPersonalData(name), hidden]));
    const text = JSON.stringify(Object.fromEntries(shown));
    return text.length > argumentsCharactersMax ? `${text.slice(0, argumentsCharactersMax)} …` : text;
  };
}

/** @param content of TOOL_CALL_RESULT @returns ok, or the code of the refusal */
export function outcomeOf(content: unknown): string {
  const { ok, code } = (typeof content === 'string' ? parse(content) : undefined) ?? {};
  return ok === true ? 'ok' : typeof code === 'string' && /^[a-z_]{1,60}$/.test(code) ? code : 'failed';
}

function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, masked(item)]));
  if (typeof value === 'string') return maskPersonalData(value.length > textCharactersMax ? `${value.slice(0, textCharactersMax)} …` : value);
  // A card number is one without quotation marks too.
  return typeof value === 'number' && maskPersonalData(String(value)) !== String(value) ? hidden : value;
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
