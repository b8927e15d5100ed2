// GET /ws/chat and the tickets that open it. Everything is refused before the upgrade, by the same error bodies as everywhere.
import { AiguyError } from '@aiguy/manifests/errors';
import type { SocketTicket } from '@aiguy/manifests/generated/http';
import websocket from '@fastify/websocket';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ensureSession } from '../session/sessions.ts';
import { issueTicket, redeemTicket, ticketLifetimeS } from '../session/socket-tickets.ts';
import { type AuthenticatedVisitor, authenticate } from './authenticate.ts';
import { ChatSocket, type SocketLimits } from './chat-socket.ts';
import type { HttpPorts } from './ports.ts';

export const socketPath = '/ws/chat';
const subprotocol = 'aiguy.v1';
const frameBytesMax = 16 * 1024;
const serverOptions = {
  maxPayload: frameBytesMax,
  maxFragments: 16,
  perMessageDeflate: false,
  // Pings count as frames; ChatSocket answers them.
  autoPong: false,
  /** Between our close frame and the end of the connection, whether the peer answers or not, ms. */
  closeTimeout: 2000,
  handleProtocols: () => subprotocol,
};

/** @param options.socketsPerSessionMax open in this process at once */
export type SocketOptions = { origins: string[]; limits: SocketLimits; socketsPerSessionMax: number };

/** Registers in a scope of its own: the plugin takes over the upgrade of every route that is added after it. */
export async function addSocketRoutes(app: FastifyInstance, ports: HttpPorts, options: SocketOptions): Promise<void> {
  const sockets = new Set<ChatSocket>();
  const places = new Map<string, number>();
  const visitors = new WeakMap<FastifyRequest, AuthenticatedVisitor>();

  app.post<{ Params: { id: string } }>('/sessions/:id/ws-ticket', async (request, reply) => {
    const { visitor, assertion } = await authenticate(ports.verifier, request);
    if (request.params.id !== visitor.sid) throw new AiguyError('not_found');
    await ensureSession(ports.database, visitor);
    await ports.limitTickets(visitor.sid);
    const { ticket, expiresAt } = await issueTicket(ports.database, assertion);
    const answer: SocketTicket = { ticket, expiresAt: expiresAt.toISOString() };
    return await reply.code(201).header('Cache-Control', 'no-store').send(answer);
  });

  await app.register(websocket, {
    options: serverOptions,
    // A frame that breaks the protocol (too large, no UTF-8): the library has already sent the close frame that says so.
    errorHandler: (_error, socket) => socket.close(),
    preClose: (done) => {
      for (const socket of sockets) socket.close('restart');
      done();
    },
  });

  const preValidation = async (request: FastifyRequest) => {
    if (!request.ws) throw new AiguyError('upgrade_required');
    assertOrigin(request, options.origins);
    const from = await authenticateUpgrade(ports, request);
    await ensureSession(ports.database, from.visitor);
    takePlace(places, { sessionId: from.visitor.sid, max: options.socketsPerSessionMax, until: request.raw.socket });
    visitors.set(request, from);
  };
  app.get(socketPath, { websocket: true, preValidation }, (socket, request) => {
    const from = visitors.get(request);
    if (!from) return socket.terminate();
    const onFailure = (error: AiguyError) => request.log.error({ requestId: request.id, code: error.code }, 'frame failed');
    const open = new ChatSocket(ports, { from, socket, limits: options.limits, requestId: request.id, onFailure });
    sockets.add(open);
    socket.once('close', () => sockets.delete(open));
  });
}

/** Browsers always name the page that opens a socket, and are not held back by CORS; other clients have no page, and no cookies either. */
function assertOrigin({ headers }: FastifyRequest, origins: string[]): void {
  const isAllowed = headers.origin === undefined ? headers.cookie === undefined : origins.includes(headers.origin);
  if (!isAllowed) throw new AiguyError('origin_not_allowed');
}

/**
 * The credential stands among the subprotocols, the only header that a browser lets a page set: `aiguy.ticket.…` or `aiguy.assertion.…`.
 * @throws AiguyError invalid_request with anything in the query, because URLs are logged; session_required, invalid_token
 */
async function authenticateUpgrade(ports: HttpPorts, request: FastifyRequest): Promise<AuthenticatedVisitor> {
  if (request.url !== socketPath) throw new AiguyError('invalid_request', { details: [{ pointer: '/', rule: 'must be asked for without a query' }] });
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (!offered.includes(subprotocol))
    throw new AiguyError('invalid_request', { details: [{ pointer: '/', rule: `must offer the subprotocol ${subprotocol}` }] });
  const credentials = offered.filter((name) => name !== subprotocol);
  const [, kind, value = ''] = /^aiguy\.(ticket|assertion)\.(.+)$/.exec(credentials[0] ?? '') ?? [];
  if (credentials.length !== 1 || !kind) throw new AiguyError('session_required');
  if (kind === 'assertion') return { visitor: await ports.verifier.verify('visitor-assertion', value), assertion: value };
  const assertion = await redeemTicket(ports.database, value);
  return { visitor: await ports.verifier.verify('visitor-assertion', assertion, { expiredForS: ticketLifetimeS }), assertion };
}

type Place = { sessionId: string; max: number; until: { once: (event: 'close', listener: () => void) => unknown } };

/** Counts a socket of the session until its connection ends. @throws AiguyError rate_limited */
function takePlace(places: Map<string, number>, { sessionId, max, until }: Place): void {
  const taken = places.get(sessionId) ?? 0;
  if (taken >= max) throw new AiguyError('rate_limited', { retryAfterS: 10 });
  places.set(sessionId, taken + 1);
  until.once('close', () => {
    const left = (places.get(sessionId) ?? 1) - 1;
    if (left > 0) places.set(sessionId, left);
    else places.delete(sessionId);
  });
}
