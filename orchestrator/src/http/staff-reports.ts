// GET /staff/reports?from=&to=: what a site's chat has done, by day of the site's time zone, both days included.
import type { Database } from '@aiguy/manifests/database';
import { AiguyError } from '@aiguy/manifests/errors';
import type { Report } from '@aiguy/manifests/generated/http';
import type { Catalogue } from '@aiguy/manifests/load';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import type { FastifyInstance } from 'fastify';
import { type Ceilings, capsOf, zoneOf } from '../budget/caps.ts';
import { readBudget, readReport } from '../session/report.ts';
import { noteRuns } from '../session/run-facts.ts';
import { authenticateStaff } from './authenticate.ts';

export type StaffReportsPorts = {
  database: Database;
  verifier: TokenVerifier;
  catalogue: Catalogue;
  ceilings: Ceilings;
  sessionIdleDays: number;
  nowMs: () => number;
};

const daysMax = 366;
const dayMs = 86_400_000;
/** Runs that have just ended are read before the figures are; what is more than that waits for the sweep. */
const batchesMax = 10;

export function addStaffReportsRoute(app: FastifyInstance, ports: StaffReportsPorts): void {
  app.get('/staff/reports', async (request, reply) => {
    const { staff } = await authenticateStaff(ports.verifier, request, 'report:read');
    const { from, to } = spanOf(request.query);
    for (let batch = 0; batch < batchesMax && (await noteRuns(ports.database)) > 0; batch += 1);
    const now = new Date(ports.nowMs());
    const timeZone = zoneOf(staff);
    const caps = capsOf(ports.ceilings, staff.agent?.caps);
    const usual = { messages: caps.siteMessages, costMicroUsd: caps.siteMicroUsd };
    const { tools, ...parts } = await readReport(ports.database, { issuer: staff.iss, from, to, timeZone, now }, usual);
    const report: Report = {
      from,
      to,
      timeZone,
      asOf: now.toISOString(),
      keptDays: ports.sessionIdleDays,
      budget: await readBudget(ports.database, { issuer: staff.iss, timeZone, now }, caps),
      ...parts,
      tools: tools.map((tool) => ({ ...tool, title: ports.catalogue.get(tool.name)?.manifest.title ?? tool.name })),
    };
    return await reply.header('Cache-Control', 'no-store').send(report);
  });
}

/** @throws AiguyError invalid_request */
function spanOf(query: unknown): { from: string; to: string } {
  const { from, to, ...unknown } = query as Record<string, unknown>;
  if (!(isDay(from) && isDay(to)) || Object.keys(unknown).length > 0) throw new AiguyError('invalid_request');
  const days = (Date.parse(to) - Date.parse(from)) / dayMs + 1;
  if (days < 1 || days > daysMax) throw new AiguyError('invalid_request');
  return { from, to };
}

function isDay(value: unknown): value is string {
  if (typeof value !== 'string' || !/^20\d\d-\d\d-\d\d$/.test(value)) return false;
  const ms = Date.parse(value);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(value);
}
