// The HTTP ground both services stand on: limits, one error body, request ids, probes and metrics.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { isDatabaseDown } from './database.ts';
import { AiguyError, type ErrorCode } from './errors.ts';
import { createAjv } from './validate.ts';

export type ServiceOptions = {
  /** Prefix of the process' own metrics, such as orchestrator. */
  name: string;
  bodyBytesMax: number;
  requestTimeoutMs: number;
  trustProxy: boolean | string[];
  logLevel: string;
  /** Bearer token for /metrics; without one only callers on loopback are answered. */
  metricsToken: string | undefined;
  /** The one path whose requests may ask for another protocol; elsewhere the wish is ignored, as RFC 9110 § 7.8 allows. */
  upgradePath?: string;
  /** Resolves when the service can take work; rejects with the reason. */
  ready: () => Promise<void>;
};

export type Service = { app: FastifyInstance; metrics: Registry };

const codeOfFastify: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_request',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid_request',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_request',
  FST_ERR_VALIDATION: 'invalid_request',
  FST_ERR_NOT_FOUND: 'not_found',
};

/** Builds a Fastify instance whose every wait and size is limited; routes are added by the caller. */
export function createService(options: ServiceOptions): Service {
  const app = Fastify({
    bodyLimit: options.bodyBytesMax,
    requestTimeout: options.requestTimeoutMs,
    connectionTimeout: 0, // Streams live longer than any fixed limit; heartbeats and the run's own budget bound them.
    keepAliveTimeout: 20_000,
    forceCloseConnections: true,
    trustProxy: options.trustProxy,
    genReqId: () => randomUUID(),
    http: { shouldUpgradeCallback: (request) => request.url?.split('?')[0] === options.upgradePath },
    routerOptions: { maxParamLength: 200 },
    logger: { level: options.logLevel, base: { service: options.name } },
    logController: new LogController({ disableRequestLogging: true }),
    return503OnClosing: true,
  });
  const metrics = new Registry();
  strictBodies(app);
  app.setErrorHandler(sendError);
  app.setNotFoundHandler((request, reply) => sendError(new AiguyError('not_found'), request, reply));
  observe(app, metrics, options);
  addProbes(app, metrics, options);
  return { app, metrics };
}

/** JSON in valid UTF-8 only; __proto__ and constructor.prototype keys are refused; validation is strict Ajv. */
function strictBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    } catch (error) {
      done(new AiguyError('invalid_request', { cause: error, details: [{ pointer: '/', rule: 'must be UTF-8' }] }), undefined);
      return;
    }
    parseJson(request, text, done);
  });
  const ajv = createAjv();
  app.setValidatorCompiler(({ schema }) => ajv.compile(schema as object));
}

/** The only place where an error becomes an answer. */
export function sendError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = toAiguyError(error);
  if (known.status >= 500) request.log.error({ requestId: request.id, code: known.code, cause: describe(known.cause ?? error) }, 'request failed');
  else if (known.status === 401 || known.status === 403)
    request.log.info({ requestId: request.id, code: known.code, cause: describe(known.cause) }, 'request refused');
  if (known.retryAfterS !== undefined) reply.header('Retry-After', String(Math.ceil(known.retryAfterS)));
  return reply.code(known.status).header('Cache-Control', 'no-store').type('application/json').send(known.toBody(request.id));
}

export function toAiguyError(error: FastifyError | Error): AiguyError {
  if (error instanceof AiguyError) return error;
  const code = 'code' in error ? codeOfFastify[error.code] : undefined;
  if (code) {
    const violations =
      'validation' in error ? error.validation?.map((v) => ({ pointer: v.instancePath || '/', rule: v.message ?? v.keyword })) : undefined;
    return new AiguyError(code, { cause: error, ...(violations ? { details: violations.slice(0, 5) } : {}) });
  }
  if (isDatabaseDown(error)) return new AiguyError('database_unavailable', { cause: error, retryAfterS: 5 });
  if ('statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500)
    return new AiguyError('invalid_request', { cause: error });
  return new AiguyError('internal_error', { cause: error });
}

/** Name and code only of foreign errors: their messages may quote what a visitor wrote. */
function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return cause === undefined ? '' : 'unknown';
  const code = 'code' in cause && typeof cause.code === 'string' ? ` ${cause.code}` : '';
  const place =
    cause.stack
      ?.split('\n')
      .slice(1, 4)
      .map((line) => line.trim())
      .join(' < ') ?? '';
  return `${cause.name}${code}: ${cause.message.slice(0, 200)} ${place}`;
}

function observe(app: FastifyInstance, metrics: Registry, options: ServiceOptions): void {
  collectDefaultMetrics({ register: metrics });
  const duration = new Histogram({
    name: `aiguy_${options.name}_request_duration_seconds`,
    help: 'Time from request to the end of the answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [metrics],
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('X-Request-Id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    duration.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
    if (route !== '/livez' && route !== '/readyz') {
      request.log.info(
        { requestId: request.id, method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
        'request',
      );
    }
  });
}

function addProbes(app: FastifyInstance, metrics: Registry, options: ServiceOptions): void {
  const readiness = async (_request: FastifyRequest, reply: FastifyReply) => {
    reply.header('Cache-Control', 'no-store');
    await options.ready();
    return { status: 'ok', service: options.name };
  };
  app.get('/livez', async () => ({ status: 'ok' }));
  app.get('/readyz', readiness);
  app.get('/health', readiness);
  app.get('/metrics', async (request, reply) => {
    if (!mayReadMetrics(request, options.metricsToken)) throw new AiguyError('not_found');
    return reply.type(metrics.contentType).send(await metrics.metrics());
  });
}

function mayReadMetrics(request: FastifyRequest, token: string | undefined): boolean {
  if (token) return request.headers.authorization === `Bearer ${token}`;
  return isLoopback(request.raw) && request.headers['x-forwarded-for'] === undefined;
}

function isLoopback(raw: IncomingMessage): boolean {
  const address = raw.socket.remoteAddress ?? '';
  return address === '127.0.0.1' || address === '::1' || address === '::ffff:127.0.0.1';
}
