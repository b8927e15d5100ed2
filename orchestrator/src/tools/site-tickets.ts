// A site's tickets, at the tools API.
import { AiguyError } from '@aiguy/manifests/errors';
import type { StaffTicket, StaffTicketList } from '@aiguy/manifests/generated/http';
import { validatorOf } from '@aiguy/manifests/protocol';
import { check } from '@aiguy/manifests/validate';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { createRelayToTools, type RelayedAnswer } from './relay-to-tools.ts';

/** Its own answer where it refuses. */
type Relayed<T> = { ok: true; value: T } | { ok: false; refusal: RelayedAnswer };

/** @throws AiguyError tool_unavailable: nothing is known of what was done there; asking again is right */
export type SiteTickets = {
  /** @param query with its question mark, or empty */
  list: (query: string, assertion: string, signal: AbortSignal) => Promise<Relayed<StaffTicketList>>;
  change: (reference: string, sent: { body: unknown; assertion: string }, signal: AbortSignal) => Promise<Relayed<StaffTicket>>;
};

const validateList = validatorOf<StaffTicketList>('StaffTicketList');
const validateTicket = validatorOf<StaffTicket>('StaffTicket');

/** @param options.url of the tools API */
export function createSiteTickets({ url }: { url: string }): SiteTickets {
  const relay = createRelayToTools({ url: `${url}/tickets` });
  return {
    list: async (query, assertion, signal) => judge(await relay({ method: 'GET', path: query, assertion }, signal), validateList),
    change: async (reference, { body, assertion }, signal) =>
      judge(await relay({ method: 'PUT', path: `/${encodeURIComponent(reference)}`, assertion, body }, signal), validateTicket),
  };
}

function judge<T>(answer: RelayedAnswer, validate: ValidateFunction<T>): Relayed<T> {
  if (answer.status >= 400 && isErrorBody(answer.body)) return { ok: false, refusal: answer };
  const checked = check(validate, answer.body);
  if (answer.status !== 200 || !checked.ok) throw new AiguyError('tool_unavailable', { cause: new Error(`the tools API answered ${answer.status}`) });
  return { ok: true, value: checked.value };
}

function isErrorBody(body: unknown): boolean {
  return body instanceof Object && 'code' in body && 'message' in body && 'requestId' in body;
}
