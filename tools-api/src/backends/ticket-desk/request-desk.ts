// One HTTP request to a ticket system: no redirects, limits on time and size, every failure a DeskError.
import { AnswerTooLargeError, readLimited } from '@aiguy/manifests/read-limited';
import { DeskError } from './desk.ts';

export type DeskRequest = {
  /** For messages, such as Zendesk. */
  desk: string;
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body?: string;
  signal: AbortSignal;
};

export type DeskAnswer = { status: number; headers: Headers; text: string };

const requestTimeoutMs = 15_000;
const answerBytesMax = 256 * 1024;
const retryAfterMaxS = 3600;

/**
 * @returns an answer with a status of 200 to 299
 * @throws DeskError refused for a status that another attempt would get again; unavailable for 401, 403, 404, 408, 409, 429 and 500 on, for which
 * the ticket is not to blame, and for no answer in time
 */
export async function requestDesk(request: DeskRequest): Promise<DeskAnswer> {
  const answer = await exchange(request);
  const { status } = answer;
  if (status >= 200 && status < 300) return answer;
  const isTicketsFault = status >= 400 && status < 500 && ![401, 403, 404, 408, 409, 425, 429].includes(status);
  throw new DeskError(isTicketsFault ? 'refused' : 'unavailable', `${request.desk} answered HTTP ${status}`, {
    retryAfterS: retryAfterS(answer.headers.get('retry-after')),
  });
}

async function exchange({ desk, method, url, headers, body, signal }: DeskRequest): Promise<DeskAnswer> {
  try {
    const response = await fetch(url, {
      method,
      // A redirect would carry ticket and key elsewhere; it is answered as the refusal that it is.
      redirect: 'manual',
      headers,
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]),
    });
    return { status: response.status, headers: response.headers, text: await readLimited(response, answerBytesMax) };
  } catch (error) {
    throw new DeskError('unavailable', `${desk} ${error instanceof AnswerTooLargeError ? error.message : 'did not answer'}`, { cause: error });
  }
}

/** Seconds, or a date; at most an hour. */
function retryAfterS(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d{1,6}$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return seconds > 0 ? Math.min(Math.ceil(seconds), retryAfterMaxS) : undefined;
}
