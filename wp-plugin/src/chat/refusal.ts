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
  const retryAfterMs = readPauseMs(response);
  const unknown = response.status >= 500 ? 'orchestrator_unavailable' : 'blocked';
  return new HttpError(response.status, typeof body?.code === 'string' ? body.code : unknown, { retryAfterMs, details: body?.details });
}

/** How long the server wants to be left alone. */
export function readPauseMs({ headers }: Response): number | undefined {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return seconds >= 0 && seconds <= 60 ? seconds * 1000 : undefined;
}

/** Answers JSON or an event stream, as it was asked for, or that it is to be fetched by polls (202); anything else is an error. */
export async function expectAnswer(response: Response, type: string): Promise<Response> {
  if (response.status === 202 || (response.ok && (response.headers.get('content-type') ?? '').startsWith(type))) return response;
  throw await readError(response);
}
