// Asks the plugin's own admin routes; WordPress' api-fetch brings the nonce and renews it.
import apiFetch from '@wordpress/api-fetch';
import { __ } from '@wordpress/i18n';

export class RequestError extends Error {
  readonly code: string;
  /** Which fields broke which rules, where the route says so. */
  readonly details: { pointer: string; rule: string }[];

  constructor(code: string, message: string, details: { pointer: string; rule: string }[] = []) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** Why something did not work, for whoever asked. */
export type Failure = { code: string; message: string };

export const failureOf = (error: unknown): Failure =>
  error instanceof RequestError ? { code: error.code, message: error.message } : { code: 'internal_error', message: String(error) };

const timeoutMs = 20_000;

type Sent = { method?: 'GET' | 'POST' | 'PUT' | 'DELETE'; data?: unknown; signal?: AbortSignal };

/**
 * @param path below aiguy/v1/admin, without a slash in front
 * @returns the decoded answer; its shape is what the route's controller documents
 * @throws RequestError with words for the person who asked; the signal's own reason when it was aborted
 */
export async function request<Answer>(path: string, { method = 'GET', data, signal }: Sent = {}): Promise<Answer> {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    return await apiFetch<Answer>({ path: `/aiguy/v1/admin/${path}`, method, data, signal: signal ? AbortSignal.any([signal, limit]) : limit });
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (isErrorBody(error)) throw new RequestError(error.code, error.message, Array.isArray(error.details) ? error.details : []);
    throw new RequestError('no_answer', __('This site did not answer. Check your connection and try again.', 'aiguy'));
  }
}

function isErrorBody(error: unknown): error is { code: string; message: string; details?: unknown } {
  return error instanceof Object && 'code' in error && 'message' in error && typeof error.message === 'string' && typeof error.code === 'string';
}
