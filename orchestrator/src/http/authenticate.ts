// Who is asking: the visitor or the member of staff named by the site's signature, in the Authorization header and nowhere else.
import { createHash } from 'node:crypto';
import { AiguyError } from '@aiguy/manifests/errors';
import type { StaffAssertion, TokenVerifier, VisitorAssertion } from '@aiguy/manifests/tokens';
import type { FastifyRequest } from 'fastify';

export type AuthenticatedVisitor = { visitor: VisitorAssertion; assertion: string };

/** @throws AiguyError session_required without a credential, invalid_token for one that does not hold */
export async function authenticate(verifier: TokenVerifier, request: FastifyRequest): Promise<AuthenticatedVisitor> {
  const assertion = bearerOf(request);
  const visitor = await verifier.verify('visitor-assertion', assertion);
  const network = visitor.network ?? networkOf(request);
  return { visitor: network === undefined ? visitor : { ...visitor, network }, assertion };
}

/** A trusted proxy's word for where the visitor is, cut to the network; without one it is the site that asks for all of its visitors. */
function networkOf({ ip, socket }: FastifyRequest): string | undefined {
  if (socket.remoteAddress === undefined || ip === socket.remoteAddress) return undefined;
  const network = ip.includes(':') ? firstGroups(ip) : ip.split('.').slice(0, 3).join('.');
  return createHash('sha256').update(network).digest('base64url');
}

/** The first 56 bits of an IPv6 address. */
function firstGroups(address: string): string {
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const rest = tail === undefined ? [] : tail.split(':').filter((group) => group !== '');
  const all = [...groups, ...new Array<string>(Math.max(0, 8 - groups.length - rest.length)).fill('0'), ...rest];
  const prefix = all.slice(0, 4).map((group) => Number.parseInt(group, 16) || 0);
  return prefix.map((group, index) => (index === 3 ? group & 0xff00 : group)).join(':');
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
