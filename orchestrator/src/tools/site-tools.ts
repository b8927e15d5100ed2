// What other plugins of the visitor's site can look up, each as a tool of its own, as the tools API lists it for this visitor.
import { createHash } from 'node:crypto';
import type { SiteAbilities, SiteAbility } from '@aiguy/manifests/generated/http';
import type { Catalogue, Tool } from '@aiguy/manifests/load';
import { validatorOf } from '@aiguy/manifests/protocol';
import { readLimited } from '@aiguy/manifests/read-limited';
import type { SigningKey } from '@aiguy/manifests/tokens';
import { check, createAjv } from '@aiguy/manifests/validate';
import { LRUCache } from 'lru-cache';
import type { ToolCallOptions } from './client.ts';
import { visitorHeaders } from './visitor-token.ts';

/** Contract: never rejects; empty for a site that offers nothing, and when it can't be had in time: the turn goes on without. */
export type SiteTools = (options: ToolCallOptions) => Promise<Catalogue>;

/** A site that has just been asked is remembered by the tools API; the first one in a minute waits for it. */
const listTimeoutMs = 2000;
const answerBytesMax = 256 * 1024;
const toolsMax = 500;
const nameCharactersMax = 60;

const validateListed = validatorOf<SiteAbilities>('SiteAbilities');

export function createSiteTools(options: { url: string; key: SigningKey; catalogue: Catalogue }): SiteTools {
  const base = [...options.catalogue.values()].find(({ manifest }) => manifest.site_abilities);
  const tools = new LRUCache<string, Tool>({ max: toolsMax });
  return async ({ visitor, assertion, signal }) => {
    if (!(base && visitor.agent?.abilities && visitor.scopes.includes(base.manifest.scope))) return new Map();
    try {
      const { name: tool, scope } = base.manifest;
      const response = await fetch(`${options.url}/abilities`, {
        redirect: 'error',
        headers: await visitorHeaders(options.key, { tool, scope, args: {}, visitor, assertion }),
        signal: AbortSignal.any([AbortSignal.timeout(listTimeoutMs), signal]),
      });
      const listed = check(validateListed, response.ok ? JSON.parse(await readLimited(response, answerBytesMax)) : undefined);
      return listed.ok ? named(listed.value.abilities.map((ability) => [ability, kept(tools, base, ability)])) : new Map();
    } catch {
      return new Map();
    }
  };
}

/** Compiled once for what an ability says of itself, which its pin stands for, and for the questions that its owner has written. */
function kept(tools: LRUCache<string, Tool>, base: Tool, ability: SiteAbility): Tool {
  const key = JSON.stringify(ability);
  const tool = tools.get(key) ?? toolOf(base, ability);
  tools.set(key, tool);
  return tool;
}

function toolOf(base: Tool, { name, pin, takes, label, description, questions, input }: SiteAbility): Tool {
  const { site_abilities: _standsForAll, ...manifest } = base.manifest;
  const said = `${label}. ${description}`;
  return {
    ...base,
    manifest: { ...manifest, title: label, description: said, input, examples: [], phrases: questions },
    validateInput: createAjv().compile(input),
    ability: { name, pin, takes },
  };
}

/** By names that a model can call: site_ and the ability's own, and by a digest where two are alike. */
function named(listed: [SiteAbility, Tool][]): Catalogue {
  const catalogue = new Map<string, Tool>();
  for (const [{ name }, tool] of listed) {
    const plain = `site_${name.replaceAll(/[^a-z0-9]+/g, '_')}`;
    const isFree = plain.length <= nameCharactersMax && !catalogue.has(plain);
    catalogue.set(isFree ? plain : `${plain.slice(0, nameCharactersMax - 9)}_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`, tool);
  }
  return catalogue;
}

/** The body of the call that runs it. */
export function abilityCall({ name, pin, takes }: NonNullable<Tool['ability']>, args: Record<string, unknown>): Record<string, unknown> {
  const input = takes === 'nothing' ? {} : { input: takes === 'value' ? args.input : args };
  return { ability: name, pin, ...input };
}

/** What it returned, as a tool's result is: an object. */
export function abilityResult({ result }: Record<string, unknown>): Record<string, unknown> {
  return typeof result === 'object' && result !== null && !Array.isArray(result) ? (result as Record<string, unknown>) : { result };
}
