// GET /sessions/:id/receipts and /receipts/:number: what the visitor may keep of the writes of his own session.
import { AiguyError } from '@aiguy/manifests/errors';
import type { ReceiptFile, ReceiptList } from '@aiguy/manifests/generated/http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { HttpPorts } from './ports.ts';
import { ownSession } from './sessions.ts';

type Params = { Params: { id: string; number: string }; Querystring: { check_at?: string | string[] } };

const addressCharactersMax = 500;

export function addReceiptRoutes(app: FastifyInstance, ports: HttpPorts): void {
  app.get<Params>('/sessions/:id/receipts', async (request, reply) => {
    const session = await ownSession(ports, request);
    const list: ReceiptList = { receipts: await ports.receipts.list(session.id) };
    return await reply.header('Cache-Control', 'no-store').send(list);
  });

  app.get<Params>('/sessions/:id/receipts/:number', async (request, reply) => {
    const session = await ownSession(ports, request);
    const { number } = request.params;
    const file = /^[1-9]\d{0,8}$/.test(number) ? await ports.receipts.find(session.id, Number(number)) : undefined;
    if (!file) throw new AiguyError('not_found');
    reply.header('Cache-Control', 'no-store').header('Vary', 'Accept');
    if (wantsJson(request)) return await reply.send({ ...file, check_at: checkedAt(request, file.payload.iss) } satisfies ReceiptFile);
    return await reply
      .type('text/plain; charset=utf-8')
      .header('Content-Disposition', `attachment; filename="receipt-${number}.jwt.txt"`)
      .header('X-Content-Type-Options', 'nosniff')
      .send(`${file.receipt}\n`);
  });
}

/** Where the site names a page of its own, its visitors may reach nothing else. It goes to the holder of the session alone, who asked for it. */
function checkedAt({ query: { check_at: wanted } }: FastifyRequest<Params>, issuer: string): string {
  const url = typeof wanted === 'string' && wanted.length <= addressCharactersMax ? URL.parse(wanted) : null;
  return url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' ? url.href : `${issuer}/receipts`;
}

function wantsJson({ headers }: FastifyRequest): boolean {
  return (headers.accept ?? '').split(',').some((type) => /^\s*application\/json\s*(;|$)/i.test(type));
}
