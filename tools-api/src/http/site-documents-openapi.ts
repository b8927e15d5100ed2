// What openapi.json says of the routes by which a site teaches its agent.
import http from '@aiguy/manifests/protocol/http.json' with { type: 'json' };
import { changesPerMinute } from './site-documents.ts';
import { triesPerMinute } from './try-knowledge.ts';

const { KnowledgeDocument, KnowledgeDocumentResult, KnowledgeDocumentList, KnowledgeForgotten, KnowledgeQuestion, KnowledgeFinding } = http.$defs;
export const siteKnowledgeSchemas = {
  ...{ KnowledgeDocument, KnowledgeDocumentResult, KnowledgeDocumentList, KnowledgeForgotten, KnowledgeQuestion, KnowledgeFinding },
};

const security = [{ staffAssertion: [] }];
const id = { name: 'id', in: 'path', required: true, schema: KnowledgeDocumentResult.properties.id };
const after = { name: 'after', in: 'query', schema: { type: 'string' }, description: 'As next of the page before.' };
const bodyOf = (name: keyof typeof siteKnowledgeSchemas) => ({
  required: true,
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } },
});

export function siteKnowledgePaths(answerOf: (name: keyof typeof siteKnowledgeSchemas) => object, failures: object): object {
  const responses = (name: keyof typeof siteKnowledgeSchemas) => ({ 200: answerOf(name), ...failures });
  return {
    '/knowledge/documents': {
      get: {
        ...{ operationId: 'list_site_documents', summary: 'What the site that asks has taught.', description: 'Scope knowledge:read.' },
        ...{ security, parameters: [after], responses: responses('KnowledgeDocumentList') },
      },
    },
    '/knowledge/documents/{id}': {
      put: {
        ...{ operationId: 'put_site_document', summary: 'Teach a document, or a new version of it.' },
        description: `Scope knowledge:write; ${changesPerMinute} changes a minute and site.`,
        ...{ security, parameters: [id], requestBody: bodyOf('KnowledgeDocument'), responses: responses('KnowledgeDocumentResult') },
      },
      delete: {
        ...{ operationId: 'forget_site_document', summary: 'Forget a document.', description: 'Scope knowledge:write.' },
        ...{ security, parameters: [id], responses: responses('KnowledgeForgotten') },
      },
    },
    '/knowledge/try': {
      post: {
        ...{ operationId: 'try_knowledge', summary: 'What a guest’s question finds, and why.' },
        description: `Scope knowledge:read; ${triesPerMinute} a minute and site. Nothing of it is kept.`,
        ...{ security, requestBody: bodyOf('KnowledgeQuestion'), responses: responses('KnowledgeFinding') },
      },
    },
  };
}
