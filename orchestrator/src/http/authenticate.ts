// Who is asking: the visitor or the member of staff named by the site's signature, in the Authorization header and nowhere else.
import { AiguyError } from '@aiguy/manifests/errors';
import type { StaffAssertion, TokenVerifier, VisitorAssertion } from '@aiguy/manifests/tokens';
import type { FastifyRequest } from 'fastify';

export type AuthenticatedVisitor = { visitor: VisitorAssertion; assertion: string };

/** @throws AiguyError session_required without a credential, invalid_token for one that does not hold */
export async function authenticate(verifier: TokenVerifier, request: FastifyRequest): Promise<AuthenticatedVisitor> {
  const assertion = bearerOf(request);
  return { visitor: await verifier.verify('visitor-assertion', assertion), assertion };
}

export type StaffScope = `${'conversation' | 'knowledge' | 'privacy' | 'report' | 'site'}:${'read' | 'write'}`;

/**
 * Somebody who works at a site, or the site itself. What he reaches must be cut to `staff.iss` by the query itself.
 * @throws AiguyError session_required, invalid_token, insufficient_scope
 */
export async function authenticateStaff(
  verifier: TokenVerifier,
  request: FastifyRequest,
  scope: StaffScope,
): Promise<{ staff: StaffAssertion; assertion: string }> {
  const assertion = bearerOf(request);
  const staff = await verifier.verify('staff-assertion', assertion);
  if (!staff.scopes.includes(scope)) throw new AiguyError('insufficient_scope');
  return { staff, assertion };
}

function bearerOf(request: FastifyRequest): string {
  const header = request.headers.authorization;
  if (header === undefined) throw new AiguyError('session_required');
  const assertion = /^Bearer ([A-Za-z0-9_.-]+)$/.exec(header)?.[1];
  if (!assertion) throw new AiguyError('invalid_token');
  return assertion;
}
