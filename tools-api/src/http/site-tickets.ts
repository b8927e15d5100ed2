// GET /tickets and PUT /tickets/:reference: what visitors have left at a site, for the people of that site, who come by way of the orchestrator.
import { AiguyError } from '@aiguy/manifests/errors';
import type { StaffTicketChange } from '@aiguy/manifests/generated/http';
import { validatorOf } from '@aiguy/manifests/protocol';
import http from '@aiguy/manifests/protocol/http.json' with { type: 'json' };
import type { RateLimits } from '@aiguy/manifests/rate-limit';
import type { StaffAssertion, TokenVerifier } from '@aiguy/manifests/tokens';
import { check } from '@aiguy/manifests/validate';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { SiteTickets, TicketSearch } from '../backends/site-tickets.ts';
import { bearerOf } from './authenticate.ts';

export type SiteTicketRoutePorts = { verifier: TokenVerifier; siteTickets: SiteTickets; limits: RateLimits };

const bodyBytesMax = 1024;
const perMinute = 120;
const { pattern } = http.$defs.StaffTicket.properties.reference;
const referenceForm = new RegExp(pattern);

const validateChange = validatorOf<StaffTicketChange>('StaffTicketChange');

export function addSiteTicketRoutes(app: FastifyInstance, { verifier, siteTickets, limits }: SiteTicketRoutePorts): void {
  const staffOf = async (request: FastifyRequest, scope: 'conversation:read' | 'conversation:write') => {
    const staff = await authorise(verifier, request, scope);
    await limits.consume(`${staff.iss} tickets`, { points: perMinute, windowS: 60, code: 'rate_limited' });
    return staff;
  };

  app.get<{ Querystring: Record<string, unknown> }>('/tickets', async (request, reply) => {
    const { iss } = await staffOf(request, 'conversation:read');
    const signal = AbortSignal.timeout(answerTimeoutMs);
    return await reply.header('Cache-Control', 'no-store').send(await siteTickets.list(iss, searchOf(request.query), signal));
  });

  app.put<{ Params: { reference: string } }>('/tickets/:reference', { bodyLimit: bodyBytesMax }, async (request, reply) => {
    const by = await staffOf(request, 'conversation:write');
    const { reference } = request.params;
    if (!referenceForm.test(reference)) throw new AiguyError('not_found');
    const checked = check(validateChange, request.body);
    if (!checked.ok) throw new AiguyError('invalid_request', { details: checked.violations });
    const change = { ...checked.value, reference, by, requestId: request.id };
    const signal = AbortSignal.timeout(answerTimeoutMs);
    return await reply.header('Cache-Control', 'no-store').send(await siteTickets.setStatus(change, signal));
  });
}

const answerTimeoutMs = 8_000;

/** What somebody may do for a site is what the site itself has signed. @throws AiguyError invalid_token, insufficient_scope */
async function authorise(verifier: TokenVerifier, request: FastifyRequest, scope: string): Promise<StaffAssertion> {
  const staff = await verifier.verify('staff-assertion', bearerOf(request));
  if (!staff.scopes.includes(scope)) throw new AiguyError('insufficient_scope');
  return staff;
}

/** @throws AiguyError invalid_request naming what is wrong, invalid_cursor */
function searchOf({ filter = 'open', before, ...others }: Record<string, unknown>): TicketSearch {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw invalid(`/${unknown}`, 'is not known; filter and before are');
  if (filter !== 'open' && filter !== 'all') throw invalid('/filter', 'must be one of open, all');
  if (before !== undefined && !(typeof before === 'string' && referenceForm.test(before))) throw new AiguyError('invalid_cursor');
  return { filter, before };
}

const invalid = (pointer: string, rule: string): AiguyError => new AiguyError('invalid_request', { details: [{ pointer, rule }] });

const security = [{ staffAssertion: [] }];
const schemaOf = (name: string) => ({ 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } });
const { StaffTicket, StaffTicketList, StaffTicketChange: StaffTicketChangeSchema, TicketStatus } = http.$defs;
export const siteTicketSchemas = { StaffTicket, StaffTicketList, StaffTicketChange: StaffTicketChangeSchema, TicketStatus };

/** What openapi.json says of them. */
export function siteTicketPaths(failures: object): object {
  const responses = (name: string) => ({ 200: { description: 'As it says.', content: schemaOf(name) }, ...failures });
  return {
    '/tickets': {
      get: {
        ...{ operationId: 'list_site_tickets', summary: 'Tickets that were left at the site that asks.', description: 'Scope conversation:read.' },
        parameters: [
          { name: 'filter', in: 'query', schema: { enum: ['open', 'all'], default: 'open' } },
          { name: 'before', in: 'query', schema: { type: 'string', pattern }, description: 'As before of the page before.' },
        ],
        ...{ security, responses: responses('StaffTicketList') },
      },
    },
    '/tickets/{reference}': {
      put: {
        ...{
          operationId: 'set_ticket_status',
          summary: 'Says how far a ticket is; the visitor is told when he asks.',
          description: 'Scope conversation:write.',
        },
        parameters: [{ name: 'reference', in: 'path', required: true, schema: { type: 'string', pattern } }],
        requestBody: { required: true, content: schemaOf('StaffTicketChange') },
        ...{ security, responses: responses('StaffTicket') },
      },
    },
  };
}
