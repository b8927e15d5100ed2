// WooCommerce's REST API v3 as the tools need it: no redirects, limits on time and size, and for every change an answer or the word that nobody knows.

import { AiguyError } from '@aiguy/manifests/errors';
import { readLimited } from '@aiguy/manifests/read-limited';
import type { WooSettings } from './settings.ts';

/** total: how many there are on all pages, as X-WP-Total says. */
export type WooAnswer = { body: unknown; total: number };
export type WooQuery = Record<string, string | number>;

/** WooCommerce has refused a change: nothing was done. */
export class WooRefusal extends Error {
  /** WooCommerce's own, such as woocommerce_rest_cannot_create_order_refund. */
  readonly code: string;

  constructor(status: number, code: string) {
    super(`WooCommerce answered HTTP ${status} ${code}`);
    this.name = 'WooRefusal';
    this.code = code;
  }
}

export type WooClient = {
  /**
   * @returns undefined for what does not exist, be it the thing or the route
   * @throws AiguyError tool_unavailable
   */
  get: (path: string, query?: WooQuery, signal?: AbortSignal) => Promise<WooAnswer | undefined>;
  /**
   * @throws WooRefusal when nothing was done
   * @throws AiguyError effect_unknown when no answer says whether it was
   */
  change: (method: 'POST' | 'PUT', path: string, change: { body: object; signal?: AbortSignal | undefined }) => Promise<unknown>;
};

const requestTimeoutMs = 5000;
const answerBytesMax = 2 * 1024 * 1024;
/** WooCommerce says so with HTTP 500; the refund that it had begun is deleted then. */
const refundRefused = 'woocommerce_rest_cannot_create_order_refund';

export function createWooClient(settings: WooSettings): WooClient {
  return {
    get: async (path, query = {}, signal) => {
      const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
      const answer = await exchange(settings, { method: 'GET', path: `${path}?${search}`, signal }).catch(unavailable);
      const { status, json, total } = answer;
      if (status === 404 && json !== undefined) return undefined;
      if (status !== 200 || json === undefined) return unavailable(new Error(`WooCommerce answered HTTP ${status} ${codeOf(json)}`));
      return { body: json, total };
    },
    change: async (method, path, { body, signal }) => {
      const { status, json } = await exchange(settings, { method, path, body, signal }).catch(unknown);
      if (status >= 200 && status < 300 && json !== undefined) return json;
      const code = codeOf(json);
      if ((status >= 300 && status < 500 && status !== 408) || code === refundRefused) throw new WooRefusal(status, code);
      return unknown(new Error(`WooCommerce answered HTTP ${status} ${code}`));
    },
  };
}

function unavailable(cause: unknown): never {
  throw new AiguyError('tool_unavailable', { cause });
}

function unknown(cause: unknown): never {
  throw new AiguyError('effect_unknown', { cause });
}

type Wanted = { method: string; path: string; body?: object; signal: AbortSignal | undefined };

async function exchange({ url, key, secret }: WooSettings, { method, path, body, signal }: Wanted) {
  const timeout = AbortSignal.timeout(requestTimeoutMs);
  const response = await fetch(`${url}/wp-json/wc/v3/${path}`, {
    method,
    // A redirect would carry the keys elsewhere; it is answered as the refusal that it is.
    redirect: 'manual',
    headers: {
      Accept: 'application/json',
      Authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
  return {
    status: response.status,
    json: parse(await readLimited(response, answerBytesMax)),
    total: Number(response.headers.get('x-wp-total') ?? 0),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The code of an error body { code, message, data: { status } }; its message is never repeated. */
function codeOf(json: unknown): string {
  const code = json instanceof Object && 'code' in json ? json.code : undefined;
  return typeof code === 'string' && /^\w{1,100}$/.test(code) ? code : 'without a code';
}
