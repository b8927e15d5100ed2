// GET /openapi.json: the page of this service, made from the schemas of @aiguy/manifests.
import http from '@aiguy/manifests/protocol/http.json' with { type: 'json' };
import type { FastifyInstance } from 'fastify';

const json = (name: string) => ({ content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } } });
const events = { content: { 'text/event-stream': { schema: { type: 'string', description: 'AG-UI 1.0 events; id = sequence number.' } } } };
const sessionId = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const cursor = { name: 'after', in: 'query', schema: { type: 'integer' }, description: 'Or the header Last-Event-ID.' };
const failure = { default: { description: 'An error of the table.', ...json('ErrorBody') } };
const answers = (description: string, body: object) => ({ 200: { description, ...body }, ...failure });

const paths = {
  '/chat': {
    post: {
      summary: 'Send a message; the answer streams, or comes as JSON when Accept asks for it.',
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: { oneOf: [{ $ref: '#/components/schemas/ChatMessage' }, { $ref: '#/components/schemas/RunAgentInput' }] } },
        },
      },
      responses: { 200: { description: 'The run.', content: { ...events.content, ...json('ChatAnswer').content } }, ...failure },
    },
  },
  '/ask': {
    post: {
      summary: 'Send a message; the answer comes as JSON.',
      requestBody: { required: true, ...json('ChatMessage') },
      responses: answers('The run.', json('ChatAnswer')),
    },
  },
  '/suggestions': {
    post: {
      summary: 'Articles for what is being typed; no session, no model, nothing is kept.',
      requestBody: { required: true, ...json('SuggestionsRequest') },
      responses: answers('At most three articles; none when there are none, or none in time.', json('Suggestions')),
    },
  },
  '/sessions': {
    post: {
      summary: 'Make the session of the assertion, if it is new.',
      responses: { 201: { description: 'The session.', ...json('SessionInfo') }, ...failure },
    },
  },
  '/sessions/{id}': { get: { summary: 'The state of a session.', parameters: [sessionId], responses: answers('The session.', json('SessionInfo')) } },
  '/sessions/{id}/events': {
    get: { summary: 'The log from a cursor on, then what is appended.', parameters: [sessionId, cursor], responses: answers('The events.', events) },
  },
  '/sessions/{id}/cancel': {
    post: {
      summary: 'Stop the running run; what was said is kept.',
      parameters: [sessionId],
      responses: answers('Whether there was one.', json('CancelResult')),
    },
  },
  '/sessions/{id}/memory': {
    get: {
      summary: 'What is kept of the conversation beside its log.',
      parameters: [sessionId],
      responses: answers('All of it.', json('SessionMemoryInfo')),
    },
    delete: {
      summary: 'Have it forgotten: nothing said so far is told to a model again. What was done stays on record.',
      parameters: [sessionId],
      responses: { 204: { description: 'Forgotten.' }, ...failure },
    },
  },
  '/sessions/{id}/continue-links': {
    post: {
      summary: 'Make a link with which the conversation goes on on another device; used once, within 15 minutes.',
      parameters: [sessionId],
      responses: { 201: { description: 'The token.', ...json('ContinueLink') }, ...failure },
    },
  },
  '/continue-links/redeem': {
    post: {
      summary: 'Begin the session of the assertion with the conversation that a link leads to.',
      requestBody: { required: true, ...json('ContinueRequest') },
      responses: answers('The session.', json('SessionInfo')),
    },
  },
};

export function addOpenapiRoute(app: FastifyInstance): void {
  const text = JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'AIGuy orchestrator', version: '0.1.0' },
    security: [{ visitorAssertion: [] }],
    paths,
    components: {
      securitySchemes: {
        visitorAssertion: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A visitor assertion signed by a trusted site.' },
      },
      schemas: JSON.parse(JSON.stringify(http.$defs).replaceAll('#/$defs/', '#/components/schemas/')),
    },
  });
  app.get('/openapi.json', async (_request, reply) => await reply.type('application/json').send(text));
}
