// The one error class of both services. Every code stands in protocol/errors.json; nothing else may leave a process.
import table from '../protocol/errors.json' with { type: 'json' };
import type { Violation } from './validate.ts';

export type ErrorCode = keyof typeof table.errors;
export type ErrorEntry = { status: number; audience: 'model' | 'visitor' | 'staff' | 'operator'; retryable: boolean; text: string };
export type ErrorBody = { code: ErrorCode; message: string; requestId: string; details?: Violation[] };

const entries = table.errors as Record<ErrorCode, ErrorEntry>;

export const errorCodes = Object.keys(entries) as ErrorCode[];

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(entries, value);
}

export function errorEntry(code: ErrorCode): ErrorEntry {
  return entries[code];
}

/** Carries a code of the table; the cause stays inside the process (log), only code and text leave it. */
export class AiguyError extends Error {
  readonly code: ErrorCode;
  readonly details: Violation[] | undefined;
  /** Seconds after which a retry makes sense; sent as Retry-After. */
  readonly retryAfterS: number | undefined;

  constructor(code: ErrorCode, options: { cause?: unknown; details?: Violation[]; retryAfterS?: number } = {}) {
    super(entries[code].text, { cause: options.cause });
    this.name = 'AiguyError';
    this.code = code;
    this.details = options.details;
    this.retryAfterS = options.retryAfterS;
  }

  get status(): number {
    return entries[this.code].status;
  }

  toBody(requestId: string): ErrorBody {
    return { code: this.code, message: this.message, requestId, ...(this.details ? { details: this.details } : {}) };
  }
}
