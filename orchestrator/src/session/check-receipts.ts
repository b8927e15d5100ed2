// Checks what somebody holds as receipts: each by its signature, and those of one session by the chain they make.
import type { ReceiptChain, ReceiptVerdict } from '@aiguy/manifests/generated/http';
import { type ReceiptVerifier, receiptDigest } from './receipt-token.ts';

type Valid = { token: string; number: number; session: string; prev: string | null };

/** A JSON object in base64url, and two more parts. */
const tokenShape = /^eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]*$/;
const missingNamedMax = 20;

/** @param text one receipt or several, with anything between them; one that stands there twice counts once */
export async function checkReceipts(verifier: ReceiptVerifier, text: string): Promise<ReceiptVerdict> {
  const tokens = [...new Set(text.split(/[^A-Za-z0-9_.-]+/).filter((word) => tokenShape.test(word)))];
  const receipts = await Promise.all(tokens.map(async (token) => await verifier.verify(token)));
  const valid = receipts.flatMap(({ payload }, index): Valid[] => (payload ? [{ ...payload, token: tokens[index] ?? '' }] : []));
  const sessions = Map.groupBy(valid, ({ session }) => session);
  return { receipts, chains: [...sessions.values()].map(chainOf) };
}

function chainOf(receipts: readonly Valid[]): ReceiptChain {
  const ordered = receipts.toSorted((a, b) => a.number - b.number);
  const numbers = ordered.map(({ number }) => number);
  const missing = missingOf(numbers);
  const broken = ordered.filter((receipt, index) => !follows(receipt, ordered[index - 1])).map(({ number }) => number);
  const isWhole = missing.length === 0 && broken.length === 0;
  return { session: ordered[0]?.session ?? '', numbers, missing, broken, whole: isWhole };
}

function follows({ number, prev }: Valid, before: Valid | undefined): boolean {
  if (number === 1) return prev === null && before === undefined;
  if (before?.number === number - 1) return prev === receiptDigest(before.token);
  // With the one before not given there is nothing to compare with; two with the same number can't both be right.
  return prev !== null && before?.number !== number;
}

/** Numbers below the last one that were not given, the first of them. */
function missingOf(numbers: readonly number[]): number[] {
  const missing: number[] = [];
  let expected = 1;
  for (const number of numbers) {
    for (; expected < number && missing.length < missingNamedMax; expected += 1) missing.push(expected);
    expected = number + 1;
  }
  return missing;
}
