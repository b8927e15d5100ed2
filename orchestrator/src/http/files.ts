// GET /sessions/:id/files/:fileId: a file that a tool has made in this conversation, for as long as the tools API keeps it.
import { AiguyError } from '@aiguy/manifests/errors';
import { withRemoteTrace } from '@aiguy/manifests/telemetry';
import type { FastifyInstance } from 'fastify';
import { authenticate } from './authenticate.ts';
import type { HttpPorts } from './ports.ts';
import { clientSignal } from './send-events.ts';
import { ownSession } from './sessions.ts';

const fileId = /^[A-Za-z0-9_-]{43}$/;

export function addFileRoute(app: FastifyInstance, ports: HttpPorts): void {
  app.get<{ Params: { id: string; fileId: string } }>('/sessions/:id/files/:fileId', async (request, reply) => {
    const session = await ownSession(ports, request);
    const { visitor, assertion } = await authenticate(ports.verifier, request);
    const { fileId: id } = request.params;
    const made = fileId.test(id) ? await ports.log.findFile(session.id, id) : undefined;
    const tool = made && ports.catalogue.get(made.tool);
    if (!(made && tool)) throw new AiguyError('not_found');
    const options = { visitor, assertion, signal: clientSignal(reply) };
    const bytes = await withRemoteTrace(request.headers, async () => await ports.fetchFile(tool, made.file, options));
    return await reply
      .type(made.file.media_type)
      .header('Cache-Control', 'no-store')
      .header('Content-Disposition', `attachment; filename="${made.file.name}"`)
      .header('X-Content-Type-Options', 'nosniff')
      .header('Content-Security-Policy', "default-src 'none'; sandbox")
      .send(bytes);
  });
}
