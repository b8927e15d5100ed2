// The claim gate: whether what a sentence claims stands in what this turn knows. Pure: the same text and the same knowledge, the same verdict.
//
// What supports a claim                          numbers, prices, dates, times, identifiers      states of the visitor's order
// an output of a tool of this run (a record)     yes                                             yes
// a passage cited for the sentence               yes                                             only rules in the present («is refunded when …»)
// the visitor's own words in this session        identifiers; the others only where they are     no
//                                                repeated as his: a question, «you wrote …», «I can't find …»
//
// Nothing else does: not general knowledge, not earlier answers (their states grow stale), not the arguments of a call.

import { currencyOf, durationKey } from './claim-words.ts';
import { type Claim, claimsOf, identifierKey, moneyKeys, readings } from './claims.ts';
import { statesIn } from './state-claims.ts';

/** Something that can support claims, as the keys that it supports. */
export type Source = ReadonlySet<string>;
export type Support = {
  /** One a tool output, so that two orders in one run are not mixed up. */
  records: readonly Source[];
  visitor: Source;
  /** Resolves «tomorrow». */
  nowMs: number;
};

const echoes =
  /\?\s*$|\b(?:you|your)\s+(?:\p{L}+\s+)?(?:said|wrote|mentioned|asked|gave|told|typed|entered|sent me|quoted|question|message)\b|\b(?:sie|du) .*(?:geschrieben|genannt|gefragt|erwähnt)|\bI (?:can['’]?t|cannot|could ?n[o'’]t|couldn['’]t|do not|don['’]t|am unable|wasn['’]t able|found no)\b|\bich (?:kann|konnte|finde)\b.*\b(?:nicht|kein\w*)\b/iu;
const arrival = /arriv|deliver|ship|refund|pick|come|send|sent|reach|geliefert|ankommen|zugestellt|livr/i;

/** @returns the claims that neither a record nor the visitor's words support; a passage may still support them */
export function openClaims(sentence: string, support: Support): Claim[] {
  const claims = claimsIn(sentence, support.nowMs);
  if (claims.length === 0) return [];
  const records = recordsAbout(claims, support.records);
  const mayEcho = echoes.test(sentence);
  return claims.filter((claim) => !(records.some((record) => supports(record, claim)) || isEcho(claim, support.visitor, mayEcho)));
}

/** Whether the sentence claims anything at all. */
export function hasClaims(sentence: string): boolean {
  return claimsIn(sentence, 0).length > 0;
}

/** @returns whether a passage that is cited for the sentence supports all these claims */
export function passageSupports(passage: Source, claims: readonly Claim[]): boolean {
  return claims.every((claim) => claim.keys.some((key) => !key.startsWith('s:') && passage.has(key)));
}

/** Whether a passage says the sentence word for word: then it supports whatever the sentence claims. */
export function standsIn(sentence: string, passage: string): boolean {
  const said = wordsAlone(sentence);
  return said !== '' && ` ${wordsAlone(passage)} `.includes(` ${said} `);
}

function wordsAlone(text: string): string {
  return text
    .replace(/[*`_]/g, '')
    .replace(/^\s*(?:-|\d+\.)\s+|^(?:according to|laut|d['’]après) [^:]{1,300}:\s+/i, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function claimsIn(sentence: string, nowMs: number): Claim[] {
  const mayTellDay = arrival.test(sentence);
  return claimsOf(sentence).flatMap((claim) => {
    if (claim.kind !== 'relative_day') return [claim];
    const offset = Number(claim.keys[0]?.slice(2) ?? 0);
    const day = new Date(nowMs + offset * 86_400_000).toISOString().slice(0, 10);
    return mayTellDay ? [{ ...claim, keys: [...claim.keys, `d:${day}`] }] : [];
  });
}

/** A sentence that names an order is measured by that order alone, when it is one of the run's. */
function recordsAbout(claims: Claim[], records: readonly Source[]): readonly Source[] {
  const named = claims.filter((claim) => claim.kind === 'identifier');
  const about = records.filter((record) => named.some((claim) => supports(record, claim)));
  return named.length > 0 && about.length > 0 ? about : records;
}

function supports(record: Source, { kind, keys }: Claim): boolean {
  if (keys.some((key) => record.has(key))) return true;
  // What has not happened: the record has a state, and it is not this one.
  return kind === 'state' && keys.some((key) => key.startsWith('s:-') && record.has('state') && !record.has(key.replace('s:-', 's:')));
}

function isEcho({ kind, keys }: Claim, visitor: Source, mayEcho: boolean): boolean {
  if (kind === 'state') return false;
  return keys.some((key) => visitor.has(key) && (mayEcho || key.startsWith('i:')));
}

/** What a text supports: a passage, or what the visitor wrote. */
export function sourceOfText(text: string): Source {
  return new Set([...keysIn(text), ...statesIn(text).map((key) => key.replace(/^s:-?/, 'g:'))]);
}

function keysIn(text: string): string[] {
  return claimsOf(text).flatMap((claim) => (claim.kind === 'state' ? [] : [...claim.keys, ...claim.implies]));
}

/**
 * What a tool's output supports: every scalar in it, the sums of its lists (refunds of one order) and their lengths.
 * A number is money in the currency that stands beside or above it, and time when its name says which («delivery_days»).
 */
export function sourceOfRecord(output: Record<string, unknown>): Source {
  const keys = new Set<string>();
  walk(keys, output, { name: '', currency: '*' });
  return keys;
}

type Place = { name: string; currency: string };

function walk(keys: Set<string>, value: unknown, place: Place): void {
  if (typeof value === 'number') addAll(keys, keysOfNumber(value, place));
  else if (typeof value === 'string') addAll(keys, keysOfString(value, place));
  else if (Array.isArray(value)) walkList(keys, value, place);
  else if (typeof value === 'object' && value !== null) walkObject(keys, value as Record<string, unknown>, place);
}

function walkObject(keys: Set<string>, object: Record<string, unknown>, place: Place): void {
  const currency = typeof object.currency === 'string' ? currencyOf(object.currency) : place.currency;
  for (const [name, value] of Object.entries(object)) walk(keys, value, { name, currency });
}

function walkList(keys: Set<string>, list: unknown[], place: Place): void {
  keys.add(`n:${list.length}`);
  if (list.length > 0 && /^refunds$/.test(place.name)) keys.add('s:refunded');
  for (const value of list) walk(keys, value, place);
  for (const [name, sum] of sumsOf(list)) addAll(keys, keysOfNumber(sum, { ...place, name }));
}

function sumsOf(list: unknown[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const item of list) {
    for (const [name, value] of Object.entries(item instanceof Object ? item : {}))
      if (typeof value === 'number') sums.set(name, Math.round(((sums.get(name) ?? 0) + value) * 1e6) / 1e6);
  }
  return sums;
}

function keysOfNumber(value: number, { name, currency }: Place): string[] {
  const keys = [`n:${value}`];
  if (/percent|pct|rate|discount|tax/i.test(name)) keys.push(`%:${value}`, ...(value < 1 ? [`%:${Math.round(value * 1e4) / 100}`] : []));
  const unit = /(minute|hour|day|week|month|year)s?/i.exec(name)?.[1];
  if (unit) keys.push(durationKey(value, unit, /business|work/i.test(name)));
  if (/price|total|amount|fee|cost|tax|refund|balance|discount|paid|due|cents|minor/i.test(name)) {
    const amount = /cents|minor/i.test(name) ? value / 100 : value;
    keys.push(...moneyKeys(currency, amount), ...(currency === '*' ? anyCurrency(amount) : []));
  }
  if (Number.isInteger(value) && value >= 100_000) keys.push(identifierKey(String(value)));
  return keys;
}

/** An output that names no currency does not contradict one. */
function anyCurrency(amount: number): string[] {
  return ['$', 'USD', 'EUR', 'GBP', 'CHF', 'CAD', 'AUD', 'JPY'].map((currency) => `p:${currency}:${amount}`);
}

function keysOfString(value: string, place: Place): string[] {
  const keys = keysIn(value);
  const state = /^(shipped|delivered|cancell?ed|refunded|returned|paid)_(at|on|date)$/.exec(place.name)?.[1];
  if (state && value !== '') keys.push(...statesIn(state));
  if (/stat(e|us)/i.test(place.name)) keys.push('state', ...statesIn(value));
  if (/^\S{2,60}$/.test(value) && /\d/.test(value)) keys.push(identifierKey(value));
  if (/^\d+([.,]\d+)?$/.test(value)) keys.push(...readings(value).flatMap((amount) => keysOfNumber(amount, place)));
  return keys;
}

function addAll(keys: Set<string>, more: readonly string[]): void {
  for (const key of more) keys.add(key);
}
