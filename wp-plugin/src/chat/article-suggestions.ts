// Articles for what the visitor is still typing: asked for when he pauses, one request at a time, and never in his way: what fails shows nothing.
import type { SuggestedArticle } from '@aiguy/manifests/generated/http';
import { resolveLink } from './links.ts';
import type { VisitorSession } from './session.ts';
import { visibleLine } from './visible-text.ts';
import type { waitMs } from './wait.ts';

export type OfferedArticle = { href: string; title: string };

export type Offer = {
  articles: readonly OfferedArticle[];
  /** How many there were when the first came for what is being written: that is said once, however often they change. */
  announced: number;
};

export type ArticleSuggestions = {
  snapshot(): Offer;
  subscribe(listener: () => void): () => void;
  /** Tells what stands in the text box; empty once it was sent. */
  type(text: string): void;
  /** The visitor wants none until the box has been empty. */
  dismiss(): void;
};

export type ArticleSuggestionsPorts = {
  rest: string;
  /** Address of the page. */
  base: string;
  session: VisitorSession;
  fetch: typeof fetch;
  wait: typeof waitMs;
};

const quietMs = 350;
const requestTimeoutMs = 5000;
const wordsMin = 3;
const charactersMin = 12;
/** What the route takes. */
const text = { charactersMin: 3, charactersMax: 200 };
const articlesMax = 3;
/** An address or a long number (an order, a card) finds no article, and is not sent before the visitor sends it. */
const personal = /@|(?:\d[ -]?){6}/;
const nothing: Offer = { articles: [], announced: 0 };

export function createArticleSuggestions(ports: ArticleSuggestionsPorts): ArticleSuggestions {
  return new LiveArticleSuggestions(ports);
}

class LiveArticleSuggestions implements ArticleSuggestions {
  readonly #ports: ArticleSuggestionsPorts;
  readonly #listeners = new Set<() => void>();
  #offer = nothing;
  #asked = '';
  #isDismissed = false;
  #asking: AbortController | undefined;

  constructor(ports: ArticleSuggestionsPorts) {
    this.#ports = ports;
  }

  snapshot = (): Offer => this.#offer;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  type(typed: string): void {
    const asked = [...typed.trim().normalize('NFC')].slice(0, text.charactersMax).join('').trim();
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#asking?.abort();
    if (asked === '') {
      this.#isDismissed = false;
      this.#show(nothing);
    } else if (!isWorthAsking(asked)) this.#show({ ...this.#offer, articles: [] });
    else if (!this.#isDismissed) {
      this.#asking = new AbortController();
      void this.#ask(asked, this.#asking.signal);
    }
  }

  dismiss(): void {
    this.#isDismissed = true;
    this.#asking?.abort();
    this.#show({ ...this.#offer, articles: [] });
  }

  async #ask(asked: string, signal: AbortSignal): Promise<void> {
    await this.#ports.wait(quietMs, signal);
    if (signal.aborted) return;
    const articles = await this.#fetch(asked, signal).catch(() => []);
    if (!signal.aborted) this.#show({ articles, announced: this.#offer.announced || articles.length });
  }

  async #fetch(asked: string, signal: AbortSignal): Promise<OfferedArticle[]> {
    const { rest, session, fetch } = this.#ports;
    await session.ensure();
    signal.throwIfAborted();
    const response = await fetch(`${rest}suggestions`, {
      method: 'POST',
      headers: { Accept: 'application/json', 'Content-Type': 'application/json', ...session.headers() },
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]),
      body: JSON.stringify({ text: asked }),
    });
    return response.ok ? this.#read(await response.json()) : [];
  }

  #read(answer: unknown): OfferedArticle[] {
    const articles = answer instanceof Object && 'articles' in answer && Array.isArray(answer.articles) ? (answer.articles as unknown[]) : [];
    return articles.flatMap((article) => offered(article, this.#ports.base)).slice(0, articlesMax);
  }

  #show(offer: Offer): void {
    const { articles, announced } = this.#offer;
    if (offer.announced === announced && offer.articles.length === 0 && articles.length === 0) return;
    this.#offer = offer;
    for (const listener of this.#listeners) listener();
  }
}

function isWorthAsking(asked: string): boolean {
  if (asked.length < text.charactersMin || personal.test(asked)) return false;
  return asked.length >= charactersMin || asked.split(/\s+/).length >= wordsMin;
}

/** @returns nothing for what is no article with a web address; a secure page leads to secure ones only */
function offered(article: unknown, base: string): OfferedArticle[] {
  const { title, heading, url } = (article ?? {}) as Partial<Record<keyof SuggestedArticle, unknown>>;
  if (typeof title !== 'string' || typeof url !== 'string') return [];
  const href = resolveLink(url, { base, knownHosts: new Set() })?.href ?? '';
  if (!(href.startsWith('https:') || (href.startsWith('http:') && base.startsWith('http:')))) return [];
  const parts = [title, typeof heading === 'string' ? heading : ''].map(visibleLine);
  return [{ href, title: parts.filter((part, at) => part !== '' && parts.indexOf(part) === at).join(' – ') || href }];
}
