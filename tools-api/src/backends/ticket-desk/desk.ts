// Where tickets go that a team works on in another system. Our own store has them in any case.
import type { TicketStatus } from '../tickets.ts';

export type DeskTicket = {
  reference: string;
  category: string;
  priority: 'low' | 'normal' | 'high' | 'urgent';
  /** Personal data is masked in both. */
  summary: string;
  details: string | undefined;
  /** Where the team answers; undefined when nobody knows. */
  email: string | undefined;
  createdAt: Date;
};

export type Delivery = {
  /** The same at each attempt for a ticket, and no other's; a UUID. */
  id: string;
  /** An earlier attempt may have arrived without our hearing of it. */
  isRepeated: boolean;
  signal: AbortSignal;
};

/** By reference; a ticket that it does not have is not among them. */
export type DeskStatuses = ReadonlyMap<string, DeskStatus>;
export type DeskStatus = { status: TicketStatus; updatedAt: Date };

/**
 * Contract: resolves when the other side has said that it has the ticket, and makes one ticket there for one id, as far as the other side allows.
 * Throws DeskError otherwise; anything else that is thrown counts as «may work later».
 */
export type TicketDesk = {
  name: 'zendesk' | 'webhook' | 'email';
  deliver: (ticket: DeskTicket, delivery: Delivery) => Promise<void>;
  /**
   * Where the other side can be asked: what it says of tickets of ours, a page of them at most; it has the last word on those that it has.
   * @throws DeskError
   */
  statusesOf?: (references: readonly string[], signal: AbortSignal) => Promise<DeskStatuses>;
  close: () => void;
};

type Asked = { references: readonly string[]; timeoutMs: number; signal: AbortSignal };

/** @returns none where no other system holds tickets; undefined when one does and is silent */
export async function statusesAtDesk(
  desk: Pick<TicketDesk, 'statusesOf'> | undefined,
  { references, timeoutMs, signal }: Asked,
): Promise<DeskStatuses | undefined> {
  if (!desk?.statusesOf || references.length === 0) return new Map();
  try {
    return await desk.statusesOf(references, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
  } catch (error) {
    if (error instanceof DeskError) return undefined;
    throw error;
  }
}

/** refused: it will not take this ticket as it is. unavailable: it may take it later. too_late: it would be of no use any more. */
export type DeskErrorKind = 'refused' | 'unavailable' | 'too_late';

/** Its message names the desk and what went wrong in words of ours: never the other side's, which may repeat a ticket or a key. */
export class DeskError extends Error {
  readonly kind: DeskErrorKind;
  /** How long the other side wants to be left alone, s. */
  readonly retryAfterS: number | undefined;

  constructor(kind: DeskErrorKind, message: string, options: { retryAfterS?: number | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'DeskError';
    this.kind = kind;
    this.retryAfterS = options.retryAfterS;
  }
}
