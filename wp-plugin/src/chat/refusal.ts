// What the other side answers when it does not do what it was asked.
import { ChatError } from './session.ts';

export class HttpError extends ChatError {
  readonly status: number;

  constructor(status: number, code: string, more: { retryAfterMs?: number | undefined; details?: unknown } = {}) {
    super(code, more.retryAfterMs, more.details);
    this.status = status;
  }
}

/** Whatever stands before the site may answer with anything; only a body with a code of ours is believed. */
export async function readError(response: Response): Promise<HttpError> {
  const body = (await response.json().catch(() => undefined)) as { code?: unknown; details?: unknown } | undefined;
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = seconds >= 0 && seconds <= 60 ? seconds * 1000 : undefined;
  const unknown = response.status >= 500 ? 'orchestrator_unavailable' : 'blocked';
  return new HttpError(response.status, typeof body?.code === 'string' ? body.code : unknown, { retryAfterMs, details: body?.details });
}

/** Answers JSON or an event stream, as it was asked for; anything else is an error. */
export async function expectAnswer(response: Response, type: string): Promise<Response> {
  if (response.ok && (response.headers.get('content-type') ?? '').startsWith(type)) return response;
  throw await readError(response);
}
