// The digest that binds a tool token to its arguments.
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** base64url of the SHA-256 of the canonical JSON of the arguments (RFC 8785), 43 characters. */
export function argumentsDigest(args: unknown): string {
  const canonical = (canonicalize as unknown as (value: unknown) => string | undefined)(args);
  return createHash('sha256')
    .update(canonical ?? 'null')
    .digest('base64url');
}
