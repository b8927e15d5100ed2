// Issuers that are found instead of configured, such as paired sites: asked for when a token names one, and remembered for a moment.
import type { JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import { AiguyError } from './errors.ts';
import type { TrustedIssuer } from './tokens.ts';

/** @returns undefined for one that is not trusted */
export type FindIssuer = (issuer: string) => Promise<TrustedIssuer | undefined>;
export type Known = { issuer: TrustedIssuer; keys: JWTVerifyGetKey };

/** A site that was removed counts no longer after so long. */
const rememberedMs = 5000;
const issuersMax = 1000;
const nameCharactersMax = 300;

export class PairedIssuers {
  readonly #find: FindIssuer;
  readonly #open: (issuer: TrustedIssuer) => JWTVerifyGetKey;
  readonly #nowMs: () => number;
  readonly #remembered = new LRUCache<string, { atMs: number; text: string; known: Known }>({ max: issuersMax });

  constructor(find: FindIssuer, options: { nowMs: () => number; open: (issuer: TrustedIssuer) => JWTVerifyGetKey }) {
    this.#find = find;
    this.#open = options.open;
    this.#nowMs = options.nowMs;
  }

  /** @throws AiguyError issuer_unavailable when it can't be told */
  async get(name: string): Promise<Known | undefined> {
    if (name.length > nameCharactersMax) return undefined;
    const before = this.#remembered.get(name);
    if (before && this.#nowMs() - before.atMs < rememberedMs) return before.known;
    const issuer = await this.#find(name).catch((error: unknown) => Promise.reject(new AiguyError('issuer_unavailable', { cause: error })));
    const text = JSON.stringify(issuer ?? null);
    // The same issuer keeps the keys that were fetched for it.
    const known = before?.text === text ? before.known : issuer && { issuer, keys: this.#open(issuer) };
    // What is not known is asked again each time: it may be paired the next moment.
    if (known) this.#remembered.set(name, { atMs: this.#nowMs(), text, known });
    else this.#remembered.delete(name);
    return known;
  }
}
