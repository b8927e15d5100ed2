// Which tools a visitor may use, as the model sees them: sorted by name, so that the provider's prompt cache hits.
import { type Catalogue, isOffered, type Tool } from '@aiguy/manifests/load';
import type { AgentSettings } from '@aiguy/manifests/tokens';
import type { ToolDefinition } from '../model/port.ts';

export type VisitorTools = { allowed: ToolDefinition[]; needingSignIn: ToolDefinition[] };

/**
 * @param scopes as the site grants them; steps, which are forms behind other tools, are nobody's
 * @param visitor.agent what the owner has switched off is nobody's either, and not spoken of
 */
export function toolsFor(
  catalogue: Catalogue,
  scopes: readonly string[],
  { isSignedIn, agent }: { isSignedIn: boolean; agent?: AgentSettings | undefined } = { isSignedIn: true },
): VisitorTools {
  const off = agent?.tools_off ?? [];
  const signIn = agent?.tools_sign_in ?? [];
  const tools = [...catalogue].filter(([, { manifest }]) => isOffered(manifest) && !off.includes(manifest.name));
  const mustSignIn = ({ manifest }: Tool) => manifest.guests === 'sign_in' || signIn.includes(manifest.name);
  const isAllowed = ([, tool]: Named) => scopes.includes(tool.manifest.scope) && (isSignedIn || !mustSignIn(tool));
  return { allowed: tools.filter(isAllowed).map(toDefinition), needingSignIn: tools.filter((named) => !isAllowed(named)).map(toDefinition) };
}

type Named = [name: string, tool: Tool];

/** What belongs to a site has a name of its own; its manifest is the one that stands for all of them. */
function toDefinition([name, { manifest, ability }]: Named): ToolDefinition {
  const { description, input, effect, answer, ask } = manifest;
  return {
    name,
    description,
    input,
    effect,
    ...(ask ? { asks: Object.keys(ask.fields) } : {}),
    ...(answer === undefined ? {} : { answer }),
    examples: manifest.examples as ToolDefinition['examples'],
    phrases: manifest.phrases ?? [],
    ...(ability ? { isOfSite: true as const } : {}),
  };
}
