// Signs receipts and says of one whether it is genuine: a compact JWS with the orchestrator's own key, in its one proper spelling.
import { createHash } from 'node:crypto';
import type { CheckedReceipt, Receipt } from '@aiguy/manifests/generated/http';
import { validatorOf } from '@aiguy/manifests/protocol';
import type { SigningKey } from '@aiguy/manifests/tokens';
import { check } from '@aiguy/manifests/validate';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey, jwtVerify, SignJWT } from 'jose';

const type = 'receipt+jwt';
const validateReceipt = validatorOf<Receipt>('Receipt');

export async function signReceipt(key: SigningKey, receipt: Omit<Receipt, 'iss'>): Promise<string> {
  return await new SignJWT({ iss: key.issuer, ...receipt }).setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ: type }).sign(key.privateKey);
}

/** What the next receipt of the session names as `prev`. */
export function receiptDigest(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

export class ReceiptVerifier {
  readonly #keys: JWTVerifyGetKey;

  /** @param keys public keys that sign now, and those that did */
  constructor(keys: JSONWebKeySet) {
    this.#keys = createLocalJWKSet(keys);
  }

  /** Contract: never rejects. Nothing of a receipt is told unless its signature holds. */
  async verify(token: string): Promise<CheckedReceipt> {
    if (!isProper(token)) return { valid: false, problem: 'unreadable' };
    try {
      const { payload } = await jwtVerify(token, this.#keys, { algorithms: ['EdDSA'], typ: type });
      const checked = check(validateReceipt, payload);
      return checked.ok ? { valid: true, payload: checked.value } : { valid: false, problem: 'content' };
    } catch (error) {
      return { valid: false, problem: problemOf(error) };
    }
  }
}

function problemOf(error: unknown): NonNullable<CheckedReceipt['problem']> {
  if (error instanceof errors.JWKSNoMatchingKey) return 'unknown_key';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  return error instanceof errors.JWTClaimValidationFailed ? 'content' : 'unreadable';
}

/** The last character of base64url has bits that say nothing; with other ones the digest would be another, and the signature would still hold. */
function isProper(token: string): boolean {
  const parts = token.split('.');
  return parts.length === 3 && parts.every((part) => part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part);
}
