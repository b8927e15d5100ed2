// POST /privacy/export and /privacy/erase: what is kept here of one user of a site, for the people of that site, who come by way of the orchestrator.
import { AiguyError } from '@aiguy/manifests/errors';
import type { PrivacyEraseRequest, PrivacyExportRequest } from '@aiguy/manifests/generated/http';
import { validatorOf } from '@aiguy/manifests/protocol';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import { check } from '@aiguy/manifests/validate';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { PersonalData } from '../backends/personal-data.ts';
import { bearerOf } from './authenticate.ts';

export type PrivacyPorts = { verifier: TokenVerifier; personalData: PersonalData };

const bodyBytesMax = 1024;

const validateExport = validatorOf<PrivacyExportRequest>('PrivacyExportRequest');
const validateErase = validatorOf<PrivacyEraseRequest>('PrivacyEraseRequest');

export function addPrivacyRoutes(app: FastifyInstance, { verifier, personalData }: PrivacyPorts): void {
  app.post('/privacy/export', { bodyLimit: bodyBytesMax }, async (request, reply) => {
    const issuer = await siteOf(verifier, request);
    const checked = check(validateExport, request.body);
    if (!checked.ok) throw new AiguyError('invalid_request', { details: checked.violations });
    const { cursor, ...of } = checked.value;
    return await reply.header('Cache-Control', 'no-store').send(await personalData.exportPage({ issuer, ...of }, cursor));
  });

  app.post('/privacy/erase', { bodyLimit: bodyBytesMax }, async (request, reply) => {
    const issuer = await siteOf(verifier, request);
    const checked = check(validateErase, request.body);
    if (!checked.ok) throw new AiguyError('invalid_request', { details: checked.violations });
    return await reply.header('Cache-Control', 'no-store').send(await personalData.erase({ issuer, ...checked.value }));
  });
}

/**
 * The site whose people ask, by its own signature; everything that they reach is cut to it.
 * @throws AiguyError invalid_token, insufficient_scope
 */
async function siteOf(verifier: TokenVerifier, request: FastifyRequest): Promise<string> {
  const staff = await verifier.verify('staff-assertion', bearerOf(request));
  if (!staff.scopes.includes('privacy:write')) throw new AiguyError('insufficient_scope');
  return staff.iss;
}

const operation = (operationId: string, summary: string, names: { body: string; result: string }) => ({
  operationId,
  summary,
  description: 'A staff assertion of the site with the scope privacy:write.',
  requestBody: { required: true, content: { 'application/json': { schema: { $ref: `#/components/schemas/${names.body}` } } } },
  result: { $ref: `#/components/schemas/${names.result}` },
});

export const privacyOperations = {
  '/privacy/export': operation('export_personal_data', 'A page of what is kept of a user of the site.', {
    body: 'PrivacyExportRequest',
    result: 'PrivacyExport',
  }),
  '/privacy/erase': operation('erase_personal_data', 'Erases what is kept of a user of the site, and says what is not and why.', {
    body: 'PrivacyEraseRequest',
    result: 'PrivacyErasure',
  }),
};
