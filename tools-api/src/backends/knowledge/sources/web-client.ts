// Fetches from one web site and nowhere else: redirects stay on its origin, and a public site can't point at a private address.
import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Agent, fetch, type Response } from 'undici';
import { inMegabytes } from '../formats/limits.ts';

const ingestingAgent = 'AIGuy/0.1 (help centre ingestion; reads what a site lists, four requests at a time)';
const connectionsMax = 4;
const connectTimeoutMs = 10_000;
const requestTimeoutMs = 60_000;
const redirectsMax = 5;

export type WebAnswer = { status: number; url: string; contentType: string; headers: Response['headers']; bytes: Uint8Array };

export type WebClient = {
  /** @throws WebError; the signal's reason when it is aborted */
  get: (url: URL, options: { signal: AbortSignal; bytesMax: number }) => Promise<WebAnswer>;
  /** One request with headers of its own, or with a body; where it would be redirected it fails, so that nothing is sent on. @throws as get */
  ask: (url: URL, options: { signal: AbortSignal; bytesMax: number; headers: Record<string, string>; body?: string }) => Promise<WebAnswer>;
};

/** A request that got no usable answer; the message says which and why. mayPass: the same request may get one later. */
export class WebError extends Error {
  override name = 'WebError';
  readonly mayPass: boolean;

  constructor(message: string, { mayPass = false }: { mayPass?: boolean } = {}) {
    super(message);
    this.mayPass = mayPass;
  }
}

export type WebClientOptions = {
  /** Whether the site's name may lead to a private address; undecided, its first look-up says so. */
  isPrivate?: boolean;
  userAgent?: string;
  /** For tests. */
  resolve?: Resolve;
};

/** For a site that a visitor comes from: a name that stands for this machine may lead to it; every other must lead to a public address. */
export function createSiteClient(site: URL, userAgent: string): WebClient {
  return createWebClient(site, { isPrivate: /^(?:.+\.)?localhost$/.test(site.hostname), userAgent });
}

/** @param home any address of the site */
export function createWebClient(home: URL, { isPrivate, userAgent = ingestingAgent, resolve = resolveAll }: WebClientOptions = {}): WebClient {
  const agent = new Agent({ connections: connectionsMax, connect: { lookup: lookupOf(resolve, isPrivate), timeout: connectTimeoutMs } });
  const once = async (url: URL, wanted: Wanted, limit: AbortSignal): Promise<WebAnswer | URL> => {
    if (url.origin !== home.origin) throw new WebError(`leads to another site, ${url.origin}; name that one if it is yours`);
    return await fetchOnce(url, { ...wanted, signal: limit, agent, userAgent }).catch((error: unknown) => {
      wanted.signal.throwIfAborted();
      throw error instanceof WebError ? error : new WebError(`${url.href} can't be fetched: ${reasonOf(error)}`, { mayPass: mayPass(error) });
    });
  };
  return {
    async get(start, { signal, bytesMax }) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]);
      let url = start;
      for (let redirects = 0; redirects <= redirectsMax; redirects += 1) {
        const answer = await once(url, { signal, bytesMax }, limit);
        if (!(answer instanceof URL)) return answer;
        url = answer;
      }
      throw new WebError(`is redirected more than ${redirectsMax} times`);
    },
    async ask(url, wanted) {
      const answer = await once(url, wanted, AbortSignal.any([wanted.signal, AbortSignal.timeout(requestTimeoutMs)]));
      if (answer instanceof URL) throw new WebError(`${url.href} is redirected`);
      return answer;
    },
  };
}

type Wanted = { signal: AbortSignal; bytesMax: number; headers?: Record<string, string>; body?: string };
type Once = Wanted & { agent: Agent; userAgent: string };

/** @returns the answer, or where it is to be found */
async function fetchOnce(url: URL, { agent, signal, bytesMax, userAgent, headers, body }: Once): Promise<WebAnswer | URL> {
  const sent = body === undefined ? {} : { method: 'POST', body };
  const response = await fetch(url, { dispatcher: agent, redirect: 'manual', signal, headers: { ...headers, 'User-Agent': userAgent }, ...sent });
  const target = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
  if (target === null) return await readAnswer(response, url, bytesMax);
  await response.body?.cancel();
  return new URL(target, url);
}

async function readAnswer(response: Response, url: URL, bytesMax: number): Promise<WebAnswer> {
  const tooLarge = (bytes: number) => new WebError(`has ${inMegabytes(bytes)} or more; the limit is ${inMegabytes(bytesMax)}`);
  const declared = Number(response.headers.get('content-length') ?? 0);
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    if (declared > bytesMax) throw tooLarge(declared);
    for await (const part of response.body ?? []) {
      length += part.length;
      if (length > bytesMax) throw tooLarge(length);
      parts.push(part);
    }
  } catch (error) {
    await response.body?.cancel().catch(() => undefined);
    throw error;
  }
  const contentType = response.headers.get('content-type') ?? '';
  return { status: response.status, url: url.href, contentType, headers: response.headers, bytes: Buffer.concat(parts) };
}

const reasons: Record<string, string> = {
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its host name can’t be looked up now',
  ECONNREFUSED: 'nothing answers at this address',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_CONNECT_TIMEOUT: `no connection within ${connectTimeoutMs / 1000} s`,
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
};

/** A site that is away, restarts or is too busy comes back; a name that is not there, a certificate or a private address stays what it is. */
const passing = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_SOCKET',
]);

function mayPass(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const cause = error.cause instanceof Error ? error.cause : error;
  return error.name === 'TimeoutError' || ('code' in cause && passing.has(String(cause.code)));
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${requestTimeoutMs / 1000} s`;
  const cause = error.cause instanceof Error ? error.cause : error;
  if (cause instanceof WebError) return cause.message;
  const code = 'code' in cause ? String(cause.code) : '';
  return reasons[code] ?? (code || cause.message);
}

const privateAddresses = new BlockList();
for (const subnet of [
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.168.0.0/16 198.18.0.0/15 224.0.0.0/4 240.0.0.0/4',
  '::/96 64:ff9b::/96 64:ff9b:1::/48 2002::/16 fc00::/7 fe80::/10 ff00::/8',
].flatMap((line) => line.split(' '))) {
  const [network = '', bits = ''] = subnet.split('/');
  privateAddresses.addSubnet(network, Number(bits), isIP(network) === 6 ? 'ipv6' : 'ipv4');
}

export function isPrivateAddress(address: string): boolean {
  return privateAddresses.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

export type Resolve = (host: string, answer: (error: Error | null, addresses: LookupAddress[]) => void) => void;

const resolveAll: Resolve = (host, answer) => {
  lookup(host, { all: true }, answer);
};

/**
 * The first answer of the name server decides: a site that began at public addresses can't move to a private one later.
 * A private address that the owner named by number is not looked up at all, and so is allowed.
 */
export function lookupOf(resolve: Resolve, isPrivate?: boolean): LookupFunction {
  let allowed: Set<string> | undefined = isPrivate === false ? new Set() : undefined;
  const usableOf = (addresses: LookupAddress[]) => {
    allowed ??= new Set(addresses.map(({ address }) => address).filter(isPrivateAddress));
    return addresses.filter(({ address }) => !isPrivateAddress(address) || allowed?.has(address));
  };
  const movedTo = isPrivate === false ? 'leads to' : 'has moved to';
  return (host, options, callback) => {
    resolve(host, (error, addresses) => {
      const usable = error ? [] : usableOf(addresses);
      const [first] = usable;
      if (!first) callback(error ?? new WebError(`${host} ${movedTo} a private address`), '');
      else if (options.all) callback(null, usable);
      else callback(null, first.address, first.family);
    });
  };
}
