// Which tools a visitor may use, as the model sees them: sorted by name, so that the provider's prompt cache hits.
import type { Catalogue, Tool } from '@aiguy/manifests/load';
import type { ToolDefinition } from '../model/port.ts';

export type VisitorTools = { allowed: ToolDefinition[]; needingSignIn: ToolDefinition[] };

/** @param scopes as the site grants them; steps, which are forms behind other tools, are nobody's */
export function toolsFor(catalogue: Catalogue, scopes: readonly string[], { isSignedIn } = { isSignedIn: true }): VisitorTools {
  const tools = [...catalogue.values()].filter(({ manifest }) => !manifest.is_step);
  const isAllowed = ({ manifest }: Tool) => scopes.includes(manifest.scope) && (isSignedIn || manifest.guests !== 'sign_in');
  return { allowed: tools.filter(isAllowed).map(toDefinition), needingSignIn: tools.filter((tool) => !isAllowed(tool)).map(toDefinition) };
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
