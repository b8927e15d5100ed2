// Who is asking: the visitor named by the site's signature, in the Authorization header and nowhere else.
import { AiguyError } from '@aiguy/manifests/errors';
import type { TokenVerifier, VisitorAssertion } from '@aiguy/manifests/tokens';
import type { FastifyRequest } from 'fastify';

export type AuthenticatedVisitor = { visitor: VisitorAssertion; assertion: string };

/** @throws AiguyError session_required without a credential, invalid_token for one that does not hold */
export async function authenticate(verifier: TokenVerifier, request: FastifyRequest): Promise<AuthenticatedVisitor> {
  const header = request.headers.authorization;
  if (header === undefined) throw new AiguyError('session_required');
  const assertion = /^Bearer ([A-Za-z0-9_.-]+)$/.exec(header)?.[1];
  if (!assertion) throw new AiguyError('invalid_token');
  return { visitor: await verifier.verify('visitor-assertion', assertion), assertion };
}
