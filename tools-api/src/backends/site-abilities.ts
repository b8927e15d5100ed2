// What other plugins of a visitor's site can look up: listed and run by the site itself, in the visitor's name, and only what its owner has approved.
import { AiguyError } from '@aiguy/manifests/errors';
import type { SiteAbilities as Listed, SiteAbility } from '@aiguy/manifests/generated/http';
import { validatorOf } from '@aiguy/manifests/protocol';
import { check } from '@aiguy/manifests/validate';
import { LRUCache } from 'lru-cache';
import { cleanSchema } from './clean-schema.ts';
import { createSiteClient, type WebClient, WebError } from './knowledge/sources/web-client.ts';

/** The site's address for its abilities as its assertion says it, and that assertion, by which the site knows its visitor again. */
export type SiteAccess = { issuer: string; abilities: string; assertion: string };

export type SiteAbilities = {
  /** @throws AiguyError tool_unavailable, tool_timeout; invalid_input when the address is not one of the site that signed */
  list: (access: SiteAccess, signal: AbortSignal) => Promise<SiteAbility[]>;
  /** @returns what the ability returned. @throws as list; not_found for what is not approved as it is now, invalid_input, not_allowed_now */
  run: (access: SiteAccess, ability: { name: string; pin: string; input?: unknown }, signal: AbortSignal) => Promise<unknown>;
};

const answerBytesMax = 128 * 1024;
const abilitiesMax = 20;
/** An ability that was withdrawn is refused by the site at once, whatever is remembered here. */
const rememberedMs = 60_000;
const sitesMax = 200;
const userAgent = 'AIGuy/0.1 (looks something up for a visitor of this site)';
/** A model reads each of them in every request. */
const schemaCharactersMax = 4000;

const validateListed = validatorOf<Listed>('SiteAbilities');

/** @param options.clientOf for tests */
export function createSiteAbilities(options: { clientOf?: (site: URL) => WebClient } = {}): SiteAbilities {
  const { clientOf = (site) => createSiteClient(site, userAgent) } = options;
  const clients = new LRUCache<string, WebClient>({ max: sitesMax });
  const lists = new LRUCache<string, SiteAbility[]>({ max: sitesMax, ttl: rememberedMs });
  const ask = async ({ issuer, abilities, assertion }: SiteAccess, signal: AbortSignal, body?: object): Promise<unknown> => {
    const url = addressOf(issuer, abilities);
    const client = clients.get(url.origin) ?? clientOf(url);
    clients.set(url.origin, client);
    const headers = { Authorization: `Bearer ${assertion}`, Accept: 'application/json', ...(body ? { 'Content-Type': 'application/json' } : {}) };
    return await answered(
      async () => await client.ask(url, { signal, bytesMax: answerBytesMax, headers, ...(body ? { body: JSON.stringify(body) } : {}) }),
      signal,
    );
  };
  return {
    list: async (access, signal) => {
      const known = lists.get(access.abilities);
      if (known) return known;
      const list = abilitiesIn(await ask(access, signal));
      lists.set(access.abilities, list);
      return list;
    },
    run: async (access, ability, signal) => {
      const body = await ask(access, signal, ability);
      if (!(body instanceof Object && 'output' in body)) throw new AiguyError('tool_output_invalid');
      return body.output;
    },
  };
}

function addressOf(issuer: string, abilities: string): URL {
  const site = URL.parse(issuer);
  const url = URL.parse(abilities);
  if (!(site && url) || url.origin !== site.origin || url.username !== '' || url.password !== '')
    throw new AiguyError('invalid_input', { details: [{ pointer: '/', rule: 'the address of the abilities must be one of the site that signs' }] });
  return url;
}

type Ask = () => ReturnType<WebClient['ask']>;

async function answered(ask: Ask, signal: AbortSignal): Promise<unknown> {
  try {
    const { status, bytes } = await ask();
    const body: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (status === 200) return body;
    throw refusalOf(status, body);
  } catch (error) {
    if (signal.aborted) throw new AiguyError('tool_timeout', { cause: error });
    if (error instanceof AiguyError) throw error;
    throw new AiguyError(error instanceof WebError || !(error instanceof SyntaxError) ? 'tool_unavailable' : 'tool_output_invalid', { cause: error });
  }
}

/** What the site refuses, as the visitor's agent may hear it. */
const refusals: Record<
  string,
  { code: 'invalid_input' | 'not_found' | 'not_allowed_now' | 'tool_rate_limited' | 'tool_output_invalid'; rule?: string }
> = {
  invalid_request: { code: 'invalid_input', rule: 'does not fit what this ability takes' },
  not_found: { code: 'not_found' },
  insufficient_scope: { code: 'not_allowed_now', rule: 'this visitor may not look that up; it may need signing in' },
  rate_limited: { code: 'tool_rate_limited' },
  payload_too_large: { code: 'tool_output_invalid' },
};

function refusalOf(status: number, body: unknown): AiguyError {
  const code = body instanceof Object && 'code' in body && typeof body.code === 'string' ? body.code : '';
  const known = Object.hasOwn(refusals, code) ? refusals[code] : undefined;
  if (!known) return new AiguyError(status >= 500 ? 'tool_unavailable' : 'tool_failed', { cause: new Error(`the site answered ${status}`) });
  return new AiguyError(known.code, known.rule === undefined ? {} : { details: [{ pointer: '/', rule: known.rule }] });
}

/** One that can't be offered is left out; the others are. */
function abilitiesIn(body: unknown): SiteAbility[] {
  const listed = body instanceof Object && 'abilities' in body && Array.isArray(body.abilities) ? body.abilities.slice(0, abilitiesMax) : [];
  return listed.flatMap((one: unknown) => {
    const ability = offered(one);
    return ability ? [ability] : [];
  });
}

function offered(one: unknown): SiteAbility | undefined {
  const { input_schema: schema, ...said } = (one instanceof Object ? one : {}) as { input_schema?: unknown };
  const cleaned = cleanSchema(schema);
  const input = cleaned?.type === 'object' ? { takes: 'object', input: cleaned } : { takes: cleaned ? 'value' : 'nothing', input: wrapped(cleaned) };
  if (JSON.stringify(input).length > schemaCharactersMax) return undefined;
  const checked = check(validateListed, { abilities: [{ ...said, ...input }] });
  return checked.ok ? checked.value.abilities[0] : undefined;
}

/** A model's arguments are always an object. */
function wrapped(schema: Record<string, unknown> | undefined): Record<string, unknown> {
  const closed = { type: 'object', additionalProperties: false };
  return schema ? { ...closed, required: ['input'], properties: { input: schema } } : { ...closed, properties: {} };
}
