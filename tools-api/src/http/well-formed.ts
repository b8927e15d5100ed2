// What JSON can carry and a database can't.
import { AiguyError } from '@aiguy/manifests/errors';

/** Half a surrogate pair has no UTF-8, and Postgres takes no NUL: neither can be hashed, searched or stored. @throws AiguyError invalid_request */
export function assertWellFormed(body: unknown): void {
  if (!isWellFormed(body)) throw new AiguyError('invalid_request', { details: [{ pointer: '/', rule: 'must be well-formed Unicode without NUL' }] });
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => isWellFormed(key) && isWellFormed(inner));
}
