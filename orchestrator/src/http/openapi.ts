// GET /openapi.json and /openapi.html: the operations of this service, made from the schemas of @aiguy/manifests.
import { addOpenapiDocument, type OpenapiDocument } from '@aiguy/manifests/openapi-page';
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

const conversationId = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const act = (summary: string, body?: string) => ({
  post: {
    summary,
    parameters: [conversationId],
    ...(body ? { requestBody: { required: true, ...json(body) } } : {}),
    responses: answers('The conversation as it is now.', json('StaffConversation')),
  },
});

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
  '/sites/pair': {
    post: {
      summary: 'A site that was given a code is trusted from then on.',
      security: [],
      requestBody: { required: true, ...json('PairSite') },
      responses: answers('The site.', json('PairedSite')),
    },
  },
  '/staff/site': {
    get: { summary: 'For the people of a site: version, clock, model and tools.', responses: answers('The orchestrator.', json('SiteInfo')) },
  },
  '/staff/stream': {
    get: { summary: 'Two events a second and a half apart, to see whether they arrive so.', responses: answers('The events.', events) },
  },
  '/staff/conversations': {
    get: {
      summary:
        'The site’s conversations, newest first: q searches what was said, filter is one of a list, before pages on; present=1 says that somebody has them open.',
      parameters: ['q', 'filter', 'before', 'limit', 'present'].map((name) => ({ name, in: 'query', schema: { type: 'string' } })),
      responses: answers('A page.', json('StaffConversationList')),
    },
    delete: {
      summary: 'Delete up to a hundred with everything of them; those are left alone in which an answer is under way.',
      requestBody: { required: true, ...json('StaffConversationIds') },
      responses: answers('What became of each.', json('StaffConversationsDeleted')),
    },
  },
  '/staff/conversations/counts': {
    get: { summary: 'Visitors who wait for a person, and who have one.', responses: answers('The counts.', json('StaffCounts')) },
  },
  '/staff/conversations/{id}': {
    get: { summary: 'What was said and what happened.', parameters: [conversationId], responses: answers('A transcript.', json('StaffTranscript')) },
    delete: {
      summary: 'Delete it with everything of it; not while an answer is under way.',
      parameters: [conversationId],
      responses: { 204: { description: 'Deleted.' }, ...failure },
    },
  },
  '/staff/conversations/{id}/export': {
    get: {
      summary: 'The transcript as JSON and as text.',
      parameters: [conversationId],
      responses: answers('Both.', { content: { 'application/json': { schema: { type: 'object' } } } }),
    },
  },
  '/staff/conversations/{id}/take-over': act('From here on this person answers; a running answer is stopped.'),
  '/staff/conversations/{id}/messages': act('Say something to the visitor, once for each messageId.', 'StaffMessage'),
  '/staff/conversations/{id}/hand-back': act('The agent answers again; by whoever has it.'),
  '/staff/conversations/{id}/close': act('The same by anybody, also for a visitor who waits.'),
  '/staff/conversations/{id}/notes': act('Write a note for the others.', 'StaffNoteRequest'),
  '/staff/tickets': {
    get: {
      summary: 'Tickets that visitors have left at the site, the newest first.',
      parameters: [
        { name: 'filter', in: 'query', schema: { enum: ['open', 'all'], default: 'open' } },
        { name: 'before', in: 'query', schema: { type: 'string' } },
      ],
      responses: answers('A page of them.', json('StaffTicketList')),
    },
  },
  '/staff/tickets/{reference}': {
    put: {
      summary: 'Say how far a ticket is.',
      parameters: [{ name: 'reference', in: 'path', required: true, schema: { type: 'string' } }],
      requestBody: { required: true, ...json('StaffTicketChange') },
      responses: answers('The ticket.', json('StaffTicket')),
    },
  },
  '/staff/questions': {
    get: { summary: 'Questions without a good answer, grouped.', responses: answers('At most 100 groups.', json('StaffQuestionList')) },
  },
  '/staff/alerts': {
    post: {
      summary: 'What the site is to be told of; each is handed out until it is acknowledged, three times at most.',
      responses: answers('At most 20.', json('StaffAlertList')),
    },
  },
  '/staff/alerts/received': {
    post: {
      summary: 'The site has kept these alerts: they are not handed out again.',
      requestBody: { required: true, ...json('StaffAlertKeys') },
      responses: { 204: { description: 'Acknowledged.' } },
    },
  },
  '/sessions/{id}/handoff': {
    post: {
      summary: 'The visitor wants to talk to a person; asked again, it is the same wait.',
      parameters: [sessionId],
      requestBody: { required: true, ...json('HandoffRequest') },
      responses: answers('What he may expect.', json('HandoffInfo')),
    },
  },
  '/staff/reports': {
    get: {
      summary: 'For the people of a site: figures by day.',
      parameters: ['from', 'to'].map((name) => ({ name, in: 'query', required: true, schema: { type: 'string', format: 'date' } })),
      responses: answers('The report.', json('Report')),
    },
  },
  '/staff/knowledge/documents': {
    get: {
      summary: 'For the people of a site: what it has taught its agent, by id.',
      parameters: [{ name: 'after', in: 'query', schema: { type: 'string' } }],
      responses: answers('A page of it.', json('KnowledgeDocumentList')),
    },
  },
  '/staff/knowledge/documents/{id}': {
    put: {
      summary: 'Teach the agent of the site a document, or a new version of it.',
      parameters: [sessionId],
      requestBody: { required: true, ...json('KnowledgeDocument') },
      responses: answers('What changed.', json('KnowledgeDocumentResult')),
    },
    delete: {
      summary: 'Have a document forgotten.',
      parameters: [sessionId],
      responses: answers('Whether it was known.', json('KnowledgeForgotten')),
    },
  },
  '/staff/knowledge/try': {
    post: {
      summary: 'What the agent would answer to a guest, from which passages, and why.',
      requestBody: { required: true, ...json('KnowledgeQuestion') },
      responses: answers('The trial.', json('KnowledgeTrial')),
    },
  },
  '/staff/privacy/export': {
    post: {
      summary: 'For the people of a site: a page of what is kept of one of its users.',
      requestBody: { required: true, ...json('PrivacyExportRequest') },
      responses: answers('The page.', json('PrivacyExport')),
    },
  },
  '/staff/privacy/erase': {
    post: {
      summary: 'For the people of a site: erase what is kept of one of its users.',
      requestBody: { required: true, ...json('PrivacyEraseRequest') },
      responses: answers('What was erased, and what was not and why.', json('PrivacyErasure')),
    },
  },
  '/sessions': {
    get: { summary: 'The conversations of a signed-in visitor, the latest first.', responses: answers('At most 50.', json('OwnSessions')) },
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
      parameters: [
        sessionId,
        { name: 'number', in: 'path', required: true, schema: { type: 'integer', minimum: 1 } },
        {
          name: 'check_at',
          in: 'query',
          description: 'A page of the site that shows ours; told back in the file.',
          schema: { type: 'string', maxLength: 500 },
        },
      ],
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
  '/sessions/{id}/feedback': {
    post: {
      summary: 'Rate an answer (-1 or 1) or the whole conversation (1 to 5); again to change it.',
      parameters: [sessionId],
      requestBody: { required: true, ...json('Feedback') },
      responses: answers('Kept, and told in the log as aiguy.rated.', json('FeedbackTaken')),
    },
  },
  '/sessions/{id}/transcript': {
    get: { summary: 'What was said, oldest first.', parameters: [sessionId], responses: answers('The newest 500 lines.', json('Transcript')) },
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
  addOpenapiDocument(app, {
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
  } as OpenapiDocument);
}
