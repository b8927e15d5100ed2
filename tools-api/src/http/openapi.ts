// GET /openapi.json and, to read, /openapi.html: one operation a manifest.
import { type Catalogue, callSchema, type ToolManifest } from '@aiguy/manifests/load';
import { addOpenapiDocument, type OpenapiDocument } from '@aiguy/manifests/openapi-page';
import http from '@aiguy/manifests/protocol/http.json' with { type: 'json' };
import type { FastifyInstance } from 'fastify';
import { answersKeptHours } from '../effects/idempotency.ts';
import { fileOperation } from './files.ts';
import { privacyOperations } from './privacy.ts';
import { siteKnowledgePaths, siteKnowledgeSchemas } from './site-documents-openapi.ts';
import { siteTicketPaths, siteTicketSchemas } from './site-tickets.ts';
import { suggestionsPerMinute } from './suggestions.ts';
import { taskOperation } from './task-status.ts';

export function addOpenapiRoute(app: FastifyInstance, catalogue: Catalogue): void {
  addOpenapiDocument(app, openapiOf(catalogue));
}

function openapiOf(catalogue: Catalogue): OpenapiDocument {
  const tools = [...catalogue.values()].flatMap(({ manifest }) => {
    const own = [`/tools/${manifest.name}`, { post: manifest.effect === 'write' ? writeOf(manifest) : operationOf(manifest) }];
    return manifest.effect === 'write' ? [own, [`/tools/${manifest.name}/preview`, { post: previewOf(manifest) }]] : [own];
  });
  return {
    openapi: '3.1.0',
    info: { title: 'AIGuy tools API', version: '0.1.0', description: 'Tools of a shop and its help centre. One manifest makes one operation.' },
    security: [{ toolsAccess: [] }, { toolToken: [], visitorAssertion: [] }],
    paths: {
      '/tools': {
        get: {
          operationId: 'list_tools',
          summary: 'What this token may call.',
          responses: { 200: answer('The tools.', { $ref: '#/components/schemas/ToolList' }), ...failures },
        },
      },
      '/knowledge/suggestions': { post: suggestions },
      '/sites/pair': { post: pairing },
      '/knowledge/version': { get: knowledgeVersion },
      '/opening-hours': { get: openingHours },
      '/abilities': { get: siteAbilities },
      ...siteKnowledgePaths((name) => answer('As it says.', { $ref: `#/components/schemas/${name}` }), failures),
      ...siteTicketPaths(failures),
      '/mcp': { post: mcp },
      ...Object.fromEntries(
        Object.entries(privacyOperations).map(([path, { result, ...operation }]) => [
          path,
          { post: { ...operation, security: [{ staffAssertion: [] }], responses: { 200: answer('As it says.', result), ...failures } } },
        ]),
      ),
      ...Object.fromEntries(open.map(([path, operationId, description]) => [path, { get: openOperation(operationId, description) }])),
      '/tasks/{id}': { get: { ...taskOperation, responses: { 200: answer('What became of it.', http.$defs.TaskStatus), ...failures } } },
      '/files/{id}': {
        get: {
          ...fileOperation,
          responses: {
            200: { description: 'The file.', content: { 'application/pdf': { schema: { type: 'string', format: 'binary' } } } },
            ...failures,
          },
        },
      },
      ...Object.fromEntries(tools),
    },
    components: {
      securitySchemes: {
        toolsAccess: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token of a configured issuer.' },
        toolToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A token for one call, signed by an orchestrator.' },
        staffAssertion: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'What a site has signed for somebody who works there.' },
        visitorAssertion: { type: 'apiKey', in: 'header', name: 'X-Visitor-Assertion', description: 'The site’s assertion of the visitor.' },
      },
      schemas: JSON.parse(JSON.stringify(schemas).replaceAll('#/$defs/', '#/components/schemas/')),
    },
  } as OpenapiDocument;
}

const { PrivacyErasure, PrivacyEraseRequest, PrivacyExport, PrivacyExportRequest, PrivacyRecord } = http.$defs;
const { ErrorBody, PairedSite, PairSite, SuggestedArticle, Suggestions, SuggestionsRequest, ToolList, ToolPreview } = http.$defs;
const schemas = {
  ...siteKnowledgeSchemas,
  ...siteTicketSchemas,
  ErrorBody,
  PairedSite,
  PairSite,
  PrivacyErasure,
  PrivacyEraseRequest,
  PrivacyExport,
  PrivacyExportRequest,
  PrivacyRecord,
  SuggestedArticle,
  Suggestions,
  SuggestionsRequest,
  ToolList,
  ToolPreview,
};

const failuresOf = (...statuses: number[]) =>
  Object.fromEntries(statuses.map((status) => [status, answer('An error of the table.', { $ref: '#/components/schemas/ErrorBody' })]));

const failures = failuresOf(400, 401, 403, 404, 413, 415, 429, 502, 503, 504);

const suggestions = {
  operationId: 'suggest_articles',
  summary: 'Articles that fit what is being typed; nothing is kept.',
  description: `Scope docs:read; ${suggestionsPerMinute} calls a minute. Needs a tool token for retrieve_docs with the digest of this body, or an access token.`,
  requestBody: { required: true, content: { 'application/json': { schema: { $ref: '#/components/schemas/SuggestionsRequest' } } } },
  responses: { 200: answer('At most three articles.', { $ref: '#/components/schemas/Suggestions' }), ...failures },
};

const pairing = {
  operationId: 'pair_site',
  summary: 'A site that was given a code is trusted from then on; handed on by the orchestrator.',
  security: [],
  requestBody: { required: true, content: { 'application/json': { schema: { $ref: '#/components/schemas/PairSite' } } } },
  responses: { 200: answer('The site.', { $ref: '#/components/schemas/PairedSite' }), ...failures },
};

const siteAbilitiesSchema = {
  ...http.$defs.SiteAbilities,
  properties: { abilities: { ...http.$defs.SiteAbilities.properties.abilities, items: http.$defs.SiteAbility } },
};

const knowledgeVersion = {
  operationId: 'get_knowledge_version',
  summary: 'Changes with everything in the help centre that a reader can notice.',
  description: 'Scope docs:read.',
  responses: {
    200: answer('The version.', { type: 'object', required: ['corpus_version'], properties: { corpus_version: { type: 'string' } } }),
    ...failures,
  },
};

const openingHours = {
  operationId: 'get_opening_hours',
  summary: 'Whether people are there now, and else from when.',
  description: 'Scope handoff:write.',
  responses: {
    200: answer('The state.', {
      type: 'object',
      required: ['state'],
      properties: { state: { enum: ['open', 'closed', 'unknown'] }, text: { type: 'string' } },
    }),
    ...failures,
  },
};

const siteAbilities = {
  operationId: 'list_site_abilities',
  summary: 'What the visitor’s own site can look up besides.',
  description: 'Scope ability:read.',
  responses: { 200: answer('The list.', siteAbilitiesSchema), ...failures },
};

const mcp = {
  operationId: 'mcp',
  summary: 'The same tools over the Model Context Protocol (streamable HTTP, without sessions).',
  description: 'One JSON-RPC message; an access token, never a tool token. Requests of web pages are refused.',
  security: [{ toolsAccess: [] }],
  requestBody: { required: true, content: { 'application/json': { schema: { type: ['object', 'array'] } } } },
  responses: { 200: answer('A JSON-RPC message.', { type: ['object', 'array'] }), 202: { description: 'Noted.' }, ...failuresOf(405), ...failures },
};

/** Asked without a token. */
const open = [
  ['/.well-known/oauth-protected-resource', 'get_resource_metadata', 'Where tokens for this service come from (RFC 9728).'],
  ['/.well-known/oauth-protected-resource/mcp', 'get_mcp_resource_metadata', 'The same for /mcp.'],
  ['/livez', 'is_alive', 'Whether the process answers.'],
  ['/readyz', 'is_ready', 'Whether the database does too.'],
  ['/health', 'get_health', 'The same as /readyz.'],
  ['/openapi.json', 'get_openapi', 'This document.'],
  ['/openapi.html', 'get_openapi_page', 'The same, to read.'],
  ['/metrics', 'get_metrics', 'Figures for Prometheus; asks for METRICS_TOKEN where one is set, and answers loopback alone otherwise.'],
] as const;

function openOperation(operationId: string, summary: string): object {
  return { operationId, summary, security: [], responses: { 200: { description: 'As it says.' }, ...failuresOf(404, 503) } };
}

function answer(description: string, schema: object): object {
  return { description, content: { 'application/json': { schema } } };
}

function operationOf(manifest: ToolManifest) {
  const result = { type: 'object', required: ['tool', 'output'], properties: { tool: { const: manifest.name }, output: manifest.output } };
  return {
    operationId: manifest.name,
    summary: manifest.title,
    description: `${manifest.description}\n\nScope ${manifest.scope}; ${manifest.rate.per_minute} calls a minute.`,
    requestBody: bodyOf(manifest),
    responses: { 200: answer('The result.', result), ...failures },
  };
}

function bodyOf(manifest: ToolManifest): object {
  const example = manifest.examples[0];
  const schema = callSchema(manifest.name, manifest);
  return { required: true, content: { 'application/json': { schema, ...(example ? { example: example.input } : {}) } } };
}

/** A write: done once for each key, refused with 409 by the shop's rules or while it is being done, with 422 for a key of another request. */
function writeOf(manifest: ToolManifest): object {
  const operation = operationOf(manifest);
  return { ...operation, parameters: [idempotencyKey], responses: { ...operation.responses, ...failuresOf(409, 422) } };
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description: `The same key and body get the first answer again, for at least ${answersKeptHours} hours, with Idempotency-Replayed: true.`,
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{8,255}$' },
};

function previewOf(manifest: ToolManifest): object {
  return {
    operationId: `preview_${manifest.name}`,
    summary: `What ${manifest.name} would do.`,
    description: `Changes nothing; is refused where ${manifest.name} would be. Scope ${manifest.scope}; ${manifest.rate.per_minute} calls a minute.`,
    requestBody: bodyOf(manifest),
    responses: {
      200: answer('For the visitor to read before he confirms.', { $ref: '#/components/schemas/ToolPreview' }),
      ...failures,
      ...failuresOf(409),
    },
  };
}
