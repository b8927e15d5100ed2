// One HTTP request of the chat to an address, through the site or straight to the orchestrator.
import type { SiteSession } from '@aiguy/manifests/generated/http';
import { expectAnswer } from './refusal.ts';
import type { Command } from './transport.ts';
import type { Address } from './way.ts';

export type Requester = {
  post(command: Command, accept: string, context: Context): Promise<Response>;
  get(query: string, accept: string, context: Context): Promise<Response>;
};

export type Context = { session: SiteSession; signal: AbortSignal };

const json = 'application/json';
/** RFC 7240: who wants JSON of a command polls for its answer. */
const async = { Prefer: 'respond-async' };

export function createRequester(fetchIt: typeof fetch, address: Address): Requester {
  const request = async (url: string, init: RequestInit & { headers: Record<string, string> }, { session, signal }: Context) => {
    const headers = { ...init.headers, ...address.headers(session) };
    const response = await fetchIt(url, { ...init, headers, credentials: address.credentials, cache: 'no-store', signal });
    return await expectAnswer(response, String(init.headers.Accept));
  };
  return {
    post: async (command, accept, context) => {
      const { url, body } = address.post(command, context.session);
      return await request(
        url,
        { method: 'POST', headers: { Accept: accept, 'Content-Type': json, ...(accept === json && async) }, body: JSON.stringify(body) },
        context,
      );
    },
    get: async (query, accept, context) =>
      await request(address.events(context.session, query), { method: 'GET', headers: { Accept: accept } }, context),
  };
}
