// A visitor asks for a person: the hours that the owner has set for the agent decide whether he waits or reads when somebody is back. Both services, real HTTP between them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { HandoffInfo } from '@aiguy/manifests/generated/http';
import type { AgentSettings } from '@aiguy/manifests/tokens';
import { createKnowledgeModel } from '../orchestrator/src/model/create-model.ts';
import { readOpeningHours } from '../tools-api/src/backends/opening-hours.ts';
import { newSession, startWholeSystem, type WholeSystem } from './whole-system.ts';

/** A Tuesday. */
const nowMs = Date.parse('2026-11-24T08:00:00Z');
let system: WholeSystem;

before(async () => {
  const configured = { OPENING_HOURS: 'Mon-Fri 09:00-17:00', OPENING_HOURS_TIME_ZONE: 'America/Los_Angeles', OPENING_HOURS_CLOSED: [] };
  const openingHours = readOpeningHours(configured, () => nowMs);
  system = await startWholeSystem({ model: createKnowledgeModel(), toolCallsMax: 1, shopOnly: true, openingHours });
});
after(async () => await system?.stop());

async function askForPerson(hours: AgentSettings['opening_hours']): Promise<Pick<HandoffInfo, 'status' | 'hours'>> {
  const guest = newSession(`anon:${crypto.randomUUID().slice(0, 23)}`);
  const agent = { id: 'shop', ...(hours ? { opening_hours: hours } : {}) };
  const answer: unknown = await system.post({ ...guest, agent }, `/sessions/${guest.sid}/handoff`, {});
  const { status, hours: told } = answer as HandoffInfo;
  return { status, ...(told === undefined ? {} : { hours: told }) };
}

test('within the agent’s hours a visitor waits for a person although the service is configured as closed', async () => {
  assert.equal((await askForPerson({ hours: 'Tue 09:00-17:00', time_zone: 'Europe/Vienna' })).status, 'waiting');
  assert.equal((await askForPerson({ hours: 'Tue 10:00-17:00', time_zone: '+02:00' })).status, 'waiting');
});

test('outside of them he reads when somebody is back, by the hours and the time zone of the site', async () => {
  assert.deepEqual(await askForPerson({ hours: 'Mon 09:00-17:00, Tue 09:00-17:00', time_zone: '+00:30' }), {
    status: 'away',
    hours: 'Tuesday 24 November at 09:00 GMT+00:30',
  });
  assert.deepEqual(await askForPerson({ hours: 'Mon 09:00-17:00', time_zone: 'Europe/Vienna' }), {
    status: 'away',
    hours: 'Monday 30 November at 09:00 Central European Time',
  });
});

test('an agent without hours has those with which the service is configured', async () => {
  assert.deepEqual(await askForPerson(undefined), { status: 'away', hours: 'Tuesday 24 November at 09:00 Pacific Time' });
});

test('hours that the claim’s schema does not know are refused with the whole assertion', async () => {
  const guest = newSession(`anon:${crypto.randomUUID().slice(0, 23)}`);
  const agent = { id: 'shop', opening_hours: { hours: 'whenever', time_zone: 'UTC' } };
  assert.equal((await system.post({ ...guest, agent }, `/sessions/${guest.sid}/handoff`, {})).code, 'invalid_token');
});
