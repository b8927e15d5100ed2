// Which tools a visitor may use, as the model sees them: sorted by name, so that the provider's prompt cache hits.
import type { Catalogue, Tool } from '@aiguy/manifests/load';
import type { ToolDefinition } from '../model/port.ts';

export type VisitorTools = { allowed: ToolDefinition[]; needingSignIn: ToolDefinition[] };

export function toolsFor(catalogue: Catalogue, scopes: readonly string[]): VisitorTools {
  const tools = [...catalogue.values()];
  return {
    allowed: tools.filter((tool) => scopes.includes(tool.manifest.scope)).map(toDefinition),
    needingSignIn: tools.filter((tool) => !scopes.includes(tool.manifest.scope)).map(toDefinition),
  };
}

function toDefinition({ manifest }: Tool): ToolDefinition {
  const { name, description, input, effect, answer } = manifest;
  return {
    name,
    description,
    input,
    effect,
    ...(answer === undefined ? {} : { answer }),
    examples: manifest.examples as ToolDefinition['examples'],
    phrases: manifest.phrases ?? [],
  };
}
