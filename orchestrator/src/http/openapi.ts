// GET /openapi.json: the page of this service, made from the schemas of @aiguy/manifests.
import http from '@aiguy/manifests/protocol/http.json' with { type: 'json' };
import type { FastifyInstance } from 'fastify';

const json = (name: string) => ({ content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } } });
const events = { content: { 'text/event-stream': { schema: { type: 'string', description: 'AG-UI 1.0 events; id = sequence number.' } } } };
const sessionId = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const cursor = { name: 'after', in: 'query', schema: { type: 'integer' }, description: 'Or the header Last-Event-ID.' };
const wait = {
  name: 'wait',
  in: 'query',
  schema: { type: 'integer', minimum: 0, maximum: 25 },
  description: 'Seconds to wait for the first event of a page.',
};
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
  '/staff/site': {
    get: { summary: 'For the people of a site: version, clock, model and tools.', responses: answers('The orchestrator.', json('SiteInfo')) },
  },
  '/sessions': {
    post: {
      summary: 'Make the session of the assertion, if it is new.',
      responses: { 201: { description: 'The session.', ...json('SessionInfo') }, ...failure },
    },
  },
  '/sessions/{id}': { get: { summary: 'The state of a session.', parameters: [sessionId], responses: answers('The session.', json('SessionInfo')) } },
  '/sessions/{id}/events': {
    get: {
      summary: 'The log from a cursor on, then what is appended; or a page of it, when Accept asks for JSON.',
      parameters: [sessionId, cursor, wait],
      responses: answers('The events.', { content: { ...events.content, ...json('LogPage').content } }),
    },
  },
  '/sessions/{id}/ws-ticket': {
    post: {
      summary: 'A ticket that opens one WebSocket within 30 seconds.',
      parameters: [sessionId],
      responses: { 201: { description: 'The ticket.', ...json('SocketTicket') }, ...failure },
    },
  },
  '/ws/chat': {
    get: {
      summary: 'The WebSocket: subprotocols aiguy.v1 and aiguy.ticket.… or aiguy.assertion.…; frames as in manifests/protocol/socket.json.',
      responses: { 101: { description: 'The socket is open.' }, ...failure },
    },
  },
  '/sessions/{id}/cancel': {
    post: {
      summary: 'Stop the running run; what was said is kept.',
      parameters: [sessionId],
      responses: answers('Whether there was one.', json('CancelResult')),
    },
  },
  '/sessions/{id}/receipts': {
    get: { summary: 'The newest 200 receipts of the session.', parameters: [sessionId], responses: answers('The receipts.', json('ReceiptList')) },
  },
  '/sessions/{id}/receipts/{number}': {
    get: {
      summary: 'One receipt: JSON when Accept names it, a file otherwise.',
      parameters: [sessionId, { name: 'number', in: 'path', required: true, schema: { type: 'integer', minimum: 1 } }],
      responses: answers('The receipt.', { content: { ...json('ReceiptFile').content, 'text/plain': { schema: { type: 'string' } } } }),
    },
  },
  '/sessions/{id}/files/{fileId}': {
    get: {
      summary: 'A file that a tool has made in this session, until it expires.',
      parameters: [sessionId, { name: 'fileId', in: 'path', required: true, schema: { type: 'string' } }],
      responses: answers('The file.', { content: { 'application/pdf': { schema: { type: 'string', format: 'binary' } } } }),
    },
  },
  '/sessions/{id}/page': {
    post: {
      summary: 'Which page the visitor is on, when aiguy.page_wanted has asked.',
      parameters: [sessionId],
      requestBody: { required: true, ...json('PageAnswer') },
      responses: answers('Taken.', { content: { 'application/json': { schema: { type: 'object', properties: { taken: { const: true } } } } } }),
    },
  },
  '/sessions/{id}/effects/{effectId}/undo': {
    post: {
      summary: 'Take a write back while its receipt says that it can be. The click is the consent; clicked again, it is the same undo.',
      parameters: [sessionId, { name: 'effectId', in: 'path', required: true, schema: { type: 'string' } }],
      responses: answers('The run.', { content: { ...events.content, ...json('ChatAnswer').content } }),
    },
  },
  '/receipts': {
    get: {
      summary: 'The public page on which receipts are checked.',
      security: [],
      responses: answers('The page.', { content: { 'text/html': { schema: { type: 'string' } } } }),
    },
  },
  '/receipts/verify': {
    post: {
      summary: 'Whether receipts are genuine, and whether they are a whole chain. Public; a form post is answered with the page.',
      security: [],
      requestBody: {
        required: true,
        content: {
          ...json('ReceiptCheck').content,
          'multipart/form-data': {
            schema: { type: 'object', properties: { receipts: { type: 'string' }, file: { type: 'string', format: 'binary' } } },
          },
        },
      },
      responses: answers('What was found.', { content: { ...json('ReceiptVerdict').content, 'text/html': { schema: { type: 'string' } } } }),
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
