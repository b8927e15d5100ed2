// /staff/knowledge/…: what a site's people ask of its knowledge reaches the real tools API, which is the one that decides.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { KnowledgeDocumentList, KnowledgeTrial } from '@aiguy/manifests/generated/http';
import { type AgentSettings, signToken } from '@aiguy/manifests/tokens';
import { allScopes, staffScopes } from '../../scripts/keys.ts';
import { startHarness as startTools, type Harness as Tools } from '../../tools-api/test/harness.ts';
import { createToolClient } from '../src/tools/client.ts';
import { createSiteKnowledge } from '../src/tools/site-knowledge.ts';
import { type Harness, modelThat, noUsage, saysText, startHarness } from './harness.ts';

let tools: Tools;
let toolsUrl: string;
let harness: Harness;
const document = {
  title: 'Piano tuning',
  url: 'https://shop.example/piano/',
  html: '<p>Our tuner tunes an upright piano at your home for 95 dollars.</p>',
  language: 'en',
  modified: '2026-11-20T10:00:00Z',
};
/** What the model was told of itself. */
const systems: string[] = [];
const model = modelThat((_call, { messages, system }) => {
  systems.push(system);
  const last = messages.at(-1);
  const output = last?.role === 'tool' && last.outcome.ok ? last.outcome.output : {};
  const passages = output.answerable === true ? (output.passages as { id: string; text: string }[]) : [];
  const piano = passages.find(({ text }) => text.includes('piano'));
  if (!piano) return saysText('I don’t find that in our help centre.');
  return [
    { type: 'text', delta: 'It costs 95 dollars.' },
    { type: 'citation', passageId: piano.id, quote: 'for 95 dollars' },
    { type: 'text', delta: ' It takes 300 minutes.' },
    { type: 'done', stop: 'end', usage: noUsage, model: 'test' },
  ];
});

before(async () => {
  tools = await startTools({});
  toolsUrl = await (await tools.build()).app.listen({ host: '127.0.0.1', port: 0 });
  harness = await startHarness({
    model,
    tools: createToolClient({ url: toolsUrl, key: tools.orchestrator.key }),
    siteKnowledge: createSiteKnowledge({ url: toolsUrl }),
    config: { TRUSTED_ISSUERS: [tools.site.issuer] },
  });
});
after(async () => {
  await harness?.close();
  await tools?.close();
});

type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';
type Sent = { body?: unknown; scopes?: string[]; agent?: AgentSettings };
async function ask<T>(method: Method, path: string, { body, scopes = staffScopes, agent }: Sent = {}) {
  const assertion = await signToken('staff-assertion', tools.site.key, { sub: 'site', scopes, jti: randomUUID(), ...(agent ? { agent } : {}) });
  const response = await harness.orchestrator.app.inject({
    method,
    url: `/staff/knowledge/${path}`,
    headers: { authorization: `Bearer ${assertion}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  return { status: response.statusCode, body: response.json() as T & { code?: string; details?: { pointer: string }[] } };
}

test('a site teaches, lists and forgets through the one address that it knows', async () => {
  const put = await ask<{ was: string }>('PUT', 'documents/page-1', { body: document });
  assert.deepEqual([put.status, put.body.was], [200, 'new']);
  const listed = await ask<KnowledgeDocumentList>('GET', 'documents?after=page-0');
  assert.deepEqual(
    listed.body.documents.map(({ id }) => id),
    ['page-1'],
  );
  const { body } = await ask<{ forgotten: boolean }>('DELETE', 'documents/page-1');
  assert.equal(body.forgotten, true);
});

test('what the tools API refuses arrives with its code and details', async () => {
  const refused = await ask('PUT', 'documents/page-1', { body: { ...document, url: 'javascript:1' } });
  assert.deepEqual([refused.status, refused.body.code, refused.body.details?.[0]?.pointer], [400, 'invalid_request', '/url']);
  assert.equal((await ask('GET', 'documents?site=x')).status, 400);
  assert.equal((await ask('PUT', 'documents/page-1', { body: { ...document, html: 'a'.repeat(3 * 1024 * 1024) } })).status, 413);
});

test('a trial is the answer as the chat would give it: cited, and without what no passage says', async () => {
  await ask('PUT', 'documents/page-1', { body: document });
  await tools.learn();
  const { status, body } = await ask<KnowledgeTrial>('POST', 'try', { body: { question: 'What does it cost to tune an upright piano?' } });
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.answer.kind, 'cited');
  assert.match(body.answer.text, /95 dollars.*\[1\]/);
  assert.doesNotMatch(body.answer.text, /300/);
  assert.deepEqual([body.answer.citations[0]?.url, body.finding.passages[0]?.site_document], [document.url, 'page-1']);
  const nothing = await ask<KnowledgeTrial>('POST', 'try', { body: { question: 'Who won the chess championship?' } });
  assert.deepEqual([nothing.body.answer.kind, nothing.body.finding.answerable], ['uncited', false]);
  const { rows } = await harness.database.query(`SELECT DISTINCT status, issuer FROM usage_calls WHERE session_id = 'trial'`);
  assert.deepEqual(rows, [{ status: 'settled', issuer: tools.site.issuer.issuer }]);
});

test('a trial is one of the agent that is named: its parts of the knowledge, its tone, its owner’s words, its day’s money', async () => {
  const body = { question: 'What does it cost to tune an upright piano?' };
  const trial = async (agent: AgentSettings) => (await ask<KnowledgeTrial>('POST', 'try', { body, agent })).body;
  assert.equal((await trial({ id: 'main', tone: 'formal', instructions: 'Name the workshop.' })).answer.kind, 'cited');
  assert.match(systems.at(-1) ?? '', /Who you are here.*"Name the workshop\."/s);
  assert.deepEqual((await trial({ id: 'main', collections: ['manuals'] })).finding.passages, []);
  const spent = await trial({ id: 'main', caps: { site_cost_day_usd: 0 } });
  assert.deepEqual([spent.answer.kind, spent.finding.answerable], ['unavailable', true]);
});

test('scope by scope: reading does not write, and a visitor does neither', async () => {
  const only = async (method: Method, path: string, sent: { scopes: string[]; body?: unknown }) => (await ask(method, path, sent)).status;
  assert.equal(await only('PUT', 'documents/page-1', { scopes: ['knowledge:read'], body: document }), 403);
  assert.equal(await only('DELETE', 'documents/page-1', { scopes: ['knowledge:read'] }), 403);
  assert.equal(await only('GET', 'documents', { scopes: ['knowledge:write'] }), 403);
  assert.equal(await only('POST', 'try', { scopes: ['report:read'], body: { question: 'How?' } }), 403);
  const claims = { sub: 'anon:0123456789abcdef', sid: 'a'.repeat(24), scopes: allScopes, jti: randomUUID() };
  const visitor = await signToken('visitor-assertion', tools.site.key, claims);
  const response = await harness.orchestrator.app.inject({ url: '/staff/knowledge/documents', headers: { authorization: `Bearer ${visitor}` } });
  assert.equal(response.statusCode, 401);
});

test('a tools API that is down is said to be, and nothing hangs', async (t) => {
  const alone = await startHarness({
    model,
    siteKnowledge: createSiteKnowledge({ url: 'http://127.0.0.1:1' }),
    databaseUrl: harness.config.DATABASE_URL,
    config: { TRUSTED_ISSUERS: [tools.site.issuer] },
  });
  t.after(async () => await alone.close());
  const assertion = await signToken('staff-assertion', tools.site.key, { sub: 'site', scopes: staffScopes, jti: randomUUID() });
  const response = await alone.orchestrator.app.inject({ url: '/staff/knowledge/documents', headers: { authorization: `Bearer ${assertion}` } });
  assert.deepEqual([response.statusCode, response.json().code], [502, 'tool_unavailable']);
});
