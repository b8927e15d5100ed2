// GET /files/:id: a file that a tool has made, for the caller it was made for, in the same session.
import { argumentsDigest } from '@aiguy/manifests/digest';
import { AiguyError } from '@aiguy/manifests/errors';
import type { Catalogue } from '@aiguy/manifests/load';
import type { RateLimits } from '@aiguy/manifests/rate-limit';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import type { FastifyInstance } from 'fastify';
import type { Files } from '../backends/files/files.ts';
import type { Caller } from '../tool-call.ts';
import { authenticate } from './authenticate.ts';

export type FilePorts = { files: Files; catalogue: Catalogue; limits: RateLimits; verifier: TokenVerifier };

const fetchesPerMinute = 30;
const fetchTimeoutMs = 5_000;

export function addFileRoute(app: FastifyInstance, { files, catalogue, limits, verifier }: FilePorts): void {
  app.get<{ Params: { id: string } }>('/files/:id', async (request, reply) => {
    const caller = await authenticate(verifier, request);
    const { subject, sessionId } = caller;
    const { id } = request.params;
    assertBound(caller, id);
    await limits.consume(`${subject.issuer} ${subject.subject} files`, { points: fetchesPerMinute, windowS: 60, code: 'tool_rate_limited' });
    const file = await files.fetch(id, { subject, sessionId }, AbortSignal.timeout(fetchTimeoutMs));
    if (!file) throw new AiguyError('not_found');
    if (caller.boundTo && caller.boundTo.tool !== file.tool) throw new AiguyError('invalid_token');
    if (!caller.scopes.includes(catalogue.get(file.tool)?.manifest.scope ?? '')) throw new AiguyError('insufficient_scope');
    return await reply
      .type(file.mediaType)
      .header('Cache-Control', 'no-store')
      .header('Content-Disposition', `attachment; filename="${file.name}"`)
      .header('X-Content-Type-Options', 'nosniff')
      .header('Content-Security-Policy', "default-src 'none'; sandbox")
      .send(Buffer.from(file.bytes));
  });
}

/** A tool token is for this file and no other. */
function assertBound({ boundTo, subject, sessionId }: Caller, id: string): void {
  if (boundTo && (boundTo.subject !== subject.subject || boundTo.sessionId !== sessionId)) throw new AiguyError('subject_mismatch');
  if (boundTo && boundTo.argsDigest !== argumentsDigest({ file: id })) throw new AiguyError('invalid_token');
}

export const fileOperation = {
  operationId: 'get_file',
  summary: 'A file that a tool has made, until it expires.',
  description: `The scope of the tool that made it; ${fetchesPerMinute} calls a minute. Needs a tool token for that tool with the digest of {"file": id}, or an access token of the same subject.`,
  parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' } }],
};
