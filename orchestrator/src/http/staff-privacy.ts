// POST /staff/privacy/export and /staff/privacy/erase: what is kept of one of the site's users, here and at the tools API, told and erased.
import { setTimeout } from 'node:timers/promises';
import type { Database } from '@aiguy/manifests/database';
import { AiguyError } from '@aiguy/manifests/errors';
import type { PrivacyEraseRequest, PrivacyErasure, PrivacyExport, PrivacyExportRequest } from '@aiguy/manifests/generated/http';
import { validatorOf } from '@aiguy/manifests/protocol';
import type { TokenVerifier } from '@aiguy/manifests/tokens';
import { check } from '@aiguy/manifests/validate';
import type { FastifyInstance } from 'fastify';
import { type DataSubject, eraseRows, exportPage, findOwnSessions, type OwnSession } from '../session/personal-data.ts';
import type { Runs } from '../session/runs.ts';
import type { RelayPrivacy } from '../tools/relay-privacy.ts';
import type { LiveRuns } from '../turn/live-runs.ts';
import { authenticateStaff } from './authenticate.ts';
import { cancelRun } from './cancel-run.ts';

export type StaffPrivacyPorts = { verifier: TokenVerifier; database: Database; runs: Runs; liveRuns: LiveRuns; relayPrivacy: RelayPrivacy };

/** The site, and its word for it. */
type Asking = { issuer: string; assertion: string };

const bodyBytesMax = 1024;
/** An answer that is under way in another process sees the wish to stop within 3 s. */
const cancelTimeoutMs = 4000;
const cancelPollMs = 50;
/** Cursors of pages that the tools API makes. */
const atTools = 'tools_';

const validateExport = validatorOf<PrivacyExportRequest>('PrivacyExportRequest');
const validateErase = validatorOf<PrivacyEraseRequest>('PrivacyEraseRequest');

export function addStaffPrivacyRoutes(app: FastifyInstance, ports: StaffPrivacyPorts): void {
  app.post('/staff/privacy/export', { bodyLimit: bodyBytesMax }, async (request, reply) => {
    const { staff, assertion } = await authenticateStaff(ports.verifier, request, 'privacy:write');
    const checked = check(validateExport, request.body);
    if (!checked.ok) throw new AiguyError('invalid_request', { details: checked.violations });
    const page = await pageOf(ports, checked.value, { issuer: staff.iss, assertion });
    return await reply.header('Cache-Control', 'no-store').send(page);
  });

  app.post('/staff/privacy/erase', { bodyLimit: bodyBytesMax }, async (request, reply) => {
    const { staff, assertion } = await authenticateStaff(ports.verifier, request, 'privacy:write');
    const checked = check(validateErase, request.body);
    if (!checked.ok) throw new AiguyError('invalid_request', { details: checked.violations });
    const erasure = await erase(ports, checked.value, { issuer: staff.iss, assertion });
    return await reply.header('Cache-Control', 'no-store').send(erasure);
  });
}

/** Our own pages first, then those of the tools API. */
async function pageOf(
  { database, relayPrivacy }: StaffPrivacyPorts,
  { cursor = 'messages:0', ...of }: PrivacyExportRequest,
  { issuer, assertion }: Asking,
): Promise<PrivacyExport> {
  if (!cursor.startsWith(atTools)) {
    const page = of.subject === undefined ? { records: [] } : await exportPage(database, { issuer, subject: of.subject }, cursor);
    return { cursor: `${atTools}first:0`, ...page };
  }
  const asked = cursor.slice(atTools.length);
  const request = { ...of, ...(asked === 'first:0' ? {} : { cursor: asked }) };
  const { records, cursor: next } = await relayPrivacy.exportPage(request, assertion);
  return { records, ...(next === undefined ? {} : { cursor: `${atTools}${next}` }) };
}

/** Conversations before the tools' data, so that no answer that is still under way puts anything back. */
async function erase(ports: StaffPrivacyPorts, of: PrivacyEraseRequest, { issuer, assertion }: Asking): Promise<PrivacyErasure> {
  const who = of.subject === undefined ? undefined : { issuer, subject: of.subject };
  const left = who ? await stopAnswers(ports, who) : [];
  const { erased, more } = who ? await eraseRows(ports.database, who) : { erased: {} as Record<string, number>, more: false };
  const tools = await ports.relayPrivacy.erase(of, assertion);
  return {
    done: !more && tools.done,
    erased: { ...erased, ...Object.fromEntries(Object.entries(tools.erased).map(([kind, count]) => [kind, count + (erased[kind] ?? 0)])) },
    retained: [...retainedOf(left), ...tools.retained],
  };
}

/** @returns sessions that can't be erased now */
async function stopAnswers(ports: StaffPrivacyPorts, who: DataSubject): Promise<OwnSession[]> {
  const deadlineMs = Date.now() + cancelTimeoutMs;
  for (;;) {
    const sessions = await findOwnSessions(ports.database, who);
    const running = sessions.filter(({ isRunning }) => isRunning);
    if (running.length === 0 || Date.now() > deadlineMs) return sessions.filter(({ isRunning, isInDoubt }) => isRunning || isInDoubt);
    for (const { id } of running) {
      await ports.runs.cancelQueued(id);
      await cancelRun(ports, id);
    }
    await setTimeout(cancelPollMs);
  }
}

function retainedOf(left: OwnSession[]): PrivacyErasure['retained'] {
  const inDoubt = left.filter(({ isInDoubt }) => isInDoubt).length;
  const running = left.length - inDoubt;
  return [
    ...(inDoubt > 0 ? [{ kind: 'sessions', reason: 'change_in_doubt' as const, count: inDoubt }] : []),
    ...(running > 0 ? [{ kind: 'sessions', reason: 'answer_under_way' as const, count: running }] : []),
  ];
}
