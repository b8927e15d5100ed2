// Which addresses of an answer may become links, and which of them show where they lead.

export type LinkTarget = {
  href: string /** Shown beside the label when it is neither this site nor a cited one; in punycode, so that look-alike letters show. */;
  host: string | undefined;
};

export type LinkRules = {
  /** Address of the page, for relative links. */ base: string /** Hosts of the cited articles. */;
  knownHosts: ReadonlySet<string>;
};

const linkCharactersMax = 2000;

/** @returns undefined for whatever is no plain web or mail address */
export function resolveLink(address: string, rules: LinkRules): LinkTarget | undefined {
  if (address.length > linkCharactersMax || address === '' || !URL.canParse(address, rules.base)) return undefined;
  const url = new URL(address, rules.base);
  if (url.protocol === 'mailto:') return { href: url.href, host: undefined };
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '') return undefined;
  const isKnown = url.host === new URL(rules.base).host || rules.knownHosts.has(url.host);
  return { href: url.href, host: isKnown ? undefined : url.host };
}

export function hostOf(address: string, base: string): string | undefined {
  return URL.canParse(address, base) ? new URL(address, base).host : undefined;
}
