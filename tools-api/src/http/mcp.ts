// POST /mcp: the tools over the Model Context Protocol (streamable HTTP, without sessions), and how a client learns where tokens come from (RFC 9728).
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { AiguyError } from '@aiguy/manifests/errors';
import { withRemoteTrace } from '@aiguy/manifests/telemetry';
import type { TokenVerifier, TrustedIssuer } from '@aiguy/manifests/tokens';
import { type AuthInfo, createMcpHandler } from '@modelcontextprotocol/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createToolServer } from '../mcp/tool-server.ts';
import type { Caller, ToolPorts } from '../tool-call.ts';
import { bearerOf } from './authenticate.ts';
import { assertWellFormed } from './well-formed.ts';

type McpPorts = ToolPorts & { verifier: TokenVerifier; issuers: readonly TrustedIssuer[] };

const metadataPath = '/.well-known/oauth-protected-resource';

export function addMcpRoutes(app: FastifyInstance, ports: McpPorts): void {
  // Nothing here changes while somebody listens, so nobody may.
  const handler = createMcpHandler(({ authInfo }) => createToolServer(ports, (authInfo as Authorised).extra), { maxSubscriptions: 0 });
  app.addHook('onClose', async () => await handler.close());
  app.route({
    method: ['GET', 'DELETE', 'POST'],
    url: '/mcp',
    handler: async (request, reply) => {
      assertNoBrowser(request);
      if (request.method !== 'POST') throw refusedMethod(reply);
      const authInfo = await authorise(ports.verifier, request, reply);
      assertWellFormed(request.body);
      return await withRemoteTrace(request.headers, async () => {
        const response = await handler.fetch(toWebRequest(request, reply), { authInfo, parsedBody: request.body });
        return await sendResponse(reply, response);
      });
    },
  });
  for (const url of [metadataPath, `${metadataPath}/mcp`])
    app.get(url, async (request, reply) => await reply.header('Cache-Control', 'no-store').send(metadataOf(ports, request)));
}

type Authorised = AuthInfo & { extra: { caller: Caller; requestId: string } };

/** A token for one call on behalf of a visitor is bound to that call's route; here only direct callers are answered. */
async function authorise(verifier: TokenVerifier, request: FastifyRequest, reply: FastifyReply): Promise<Authorised> {
  try {
    const token = bearerOf(request);
    const { iss, sub, scopes, exp } = await verifier.verify('tools-access', token);
    const caller: Caller = { subject: { issuer: iss, subject: sub }, sessionId: undefined, scopes, boundTo: undefined };
    return { token, clientId: iss, scopes, expiresAt: exp, extra: { caller, requestId: request.id } };
  } catch (error) {
    if (error instanceof AiguyError && error.status === 401) {
      const reason = request.headers.authorization === undefined ? '' : 'error="invalid_token", ';
      reply.header('WWW-Authenticate', `Bearer ${reason}resource_metadata="${originOf(request)}${metadataPath}/mcp"`);
    }
    throw error;
  }
}

/** No page may call this, whatever name it was reached by; programs send no Origin. */
function assertNoBrowser({ headers }: FastifyRequest): void {
  if (headers.origin !== undefined) throw new AiguyError('origin_not_allowed');
}

function refusedMethod(reply: FastifyReply): AiguyError {
  reply.header('Allow', 'POST');
  return new AiguyError('method_not_allowed');
}

function metadataOf({ catalogue, issuers }: McpPorts, request: FastifyRequest): object {
  const servers = issuers.filter(({ kinds, issuer }) => kinds.includes('tools-access') && URL.canParse(issuer) && issuer.startsWith('http'));
  return {
    resource: `${originOf(request)}/mcp`,
    resource_name: 'AIGuy tools',
    authorization_servers: servers.map(({ issuer }) => issuer),
    scopes_supported: [...new Set([...catalogue.values()].map(({ manifest }) => manifest.scope))].sort(),
    bearer_methods_supported: ['header'],
  };
}

/** As the client named this service: what it compares the answer with. Said to nobody else, and kept by nobody. */
function originOf({ protocol, host }: FastifyRequest): string {
  return `${protocol}://${/^[\w.:[\]-]+$/.test(host) ? host : 'localhost'}`;
}

function toWebRequest(request: FastifyRequest, reply: FastifyReply): Request {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  const headers = Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as [string, string]] : []));
  return new Request(`${originOf(request)}/mcp`, { method: 'POST', headers, signal: gone.signal });
}

async function sendResponse(reply: FastifyReply, response: Response): Promise<FastifyReply> {
  reply.code(response.status).header('Cache-Control', 'no-store').header('X-Accel-Buffering', 'no');
  for (const name of ['content-type', 'allow', 'mcp-protocol-version']) {
    const value = response.headers.get(name);
    if (value !== null) reply.header(name, value);
  }
  return await reply.send(response.body ? Readable.fromWeb(response.body as ReadableStream) : undefined);
}
