// GET /receipts and POST /receipts/verify: the public page on which anybody sees whether a receipt is genuine. Works without script, keeps nothing.
import { AiguyError } from '@aiguy/manifests/errors';
import type { ReceiptCheck, ReceiptVerdict } from '@aiguy/manifests/generated/http';
import { validatorOf } from '@aiguy/manifests/protocol';
import { sendError, toAiguyError } from '@aiguy/manifests/service';
import { check } from '@aiguy/manifests/validate';
import { languages, type Words, wordsIn } from '@aiguy/manifests/words';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { checkReceipts } from '../session/check-receipts.ts';
import type { ReceiptVerifier } from '../session/receipt-token.ts';
import { pagePolicy, receiptPage } from './receipt-page.ts';

export type ReceiptCheckPorts = {
  verifier: ReceiptVerifier;
  /** @throws AiguyError rate_limited with the time to wait */
  limitReceiptChecks: (address: string) => Promise<void>;
};

const bodyBytesMax = 64 * 1024;
/** Languages that a browser may name. */
const namedMax = 20;
const formTypes = ['application/x-www-form-urlencoded', 'multipart/form-data'];
const validateCheck = validatorOf<ReceiptCheck>('ReceiptCheck');

/** @param app a scope of its own: forms are read here and nowhere else */
export async function addReceiptCheckRoutes(app: FastifyInstance, ports: ReceiptCheckPorts): Promise<void> {
  app.addContentTypeParser(formTypes, { parseAs: 'buffer', bodyLimit: bodyBytesMax }, readForm);
  app.setErrorHandler((error: Error, request, reply) => (isForm(request) ? sendProblem(error, request, reply) : sendError(error, request, reply)));

  app.get(
    '/receipts',
    async (request, reply) => await sendPage(reply, receiptPage({ action: `receipts/verify${kept(request)}`, words: readersWords(request) })),
  );

  app.post('/receipts/verify', { bodyLimit: bodyBytesMax }, async (request, reply) => {
    await ports.limitReceiptChecks(request.ip);
    const verdict = await checkReceipts(ports.verifier, parseText(request.body));
    if (!isForm(request)) return await reply.header('Cache-Control', 'no-store').send(verdict satisfies ReceiptVerdict);
    return await sendPage(reply, receiptPage({ action: `verify${kept(request)}`, verdict, words: readersWords(request) }));
  });
}

/** The text that was pasted, and after it the file that was chosen; the platform's own parser, over a body that is at most 64 kB. */
async function readForm(request: FastifyRequest, body: string | Buffer): Promise<ReceiptCheck> {
  const type = request.headers['content-type'] ?? '';
  try {
    const form = await new Response(new Uint8Array(Buffer.from(body)), { headers: { 'Content-Type': type } }).formData();
    const parts = [...form.getAll('receipts'), ...form.getAll('file')];
    const texts = await Promise.all(parts.map(async (part) => (typeof part === 'string' ? part : await part.text())));
    return { receipts: texts.join('\n') };
  } catch (cause) {
    throw new AiguyError('invalid_request', { cause });
  }
}

/** @throws AiguyError invalid_request */
function parseText(body: unknown): string {
  const checked = check(validateCheck, body);
  if (!checked.ok) throw new AiguyError('invalid_request', { details: checked.violations });
  return checked.value.receipts;
}

function isForm({ headers }: FastifyRequest): boolean {
  const type = (headers['content-type'] ?? '').toLowerCase();
  return formTypes.some((form) => type.startsWith(form));
}

/** A language that was asked for in the address is asked for again by the form. */
function kept(request: FastifyRequest): string {
  return langOf(request) === undefined ? '' : `?lang=${readersWords(request).language}`;
}

function langOf({ query }: FastifyRequest): string | undefined {
  const { lang } = query as { lang?: unknown };
  return typeof lang === 'string' ? lang : undefined;
}

/** By ?lang=, or else the first that we speak of those that the reader's browser names. */
function readersWords(request: FastifyRequest): Words {
  const lang = langOf(request);
  const named = (request.headers['accept-language'] ?? '').split(',', namedMax).map((part) => part.split(';')[0]?.trim() ?? '');
  const wanted = [...(lang === undefined ? [] : [lang]), ...named];
  return wordsIn(wanted.find((one) => ['en', ...languages].includes(one.split('-')[0]?.toLowerCase() ?? '')));
}

function sendProblem(error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, code, retryAfterS } = toAiguyError(error);
  if (retryAfterS !== undefined) reply.header('Retry-After', String(Math.ceil(retryAfterS)));
  return sendPage(reply.code(status), receiptPage({ action: `verify${kept(request)}`, problem: code, words: readersWords(request) }));
}

function sendPage(reply: FastifyReply, page: string): FastifyReply {
  return reply
    .headers({
      'Content-Security-Policy': pagePolicy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'X-Robots-Tag': 'noindex',
      'Cache-Control': 'no-store',
    })
    .type('text/html; charset=utf-8')
    .send(page);
}
