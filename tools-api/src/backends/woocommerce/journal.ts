// The last change that was made here to an order, kept in the order's own meta data and written in the request that makes it: an attempt that was
// cut off is recognised by its key, and what was before can be put back.
import { check, createAjv } from '@aiguy/manifests/validate';
import type { Address } from '../shop.ts';
import type { WooAddress, WooRow } from './wire.ts';

export type JournalKind = 'cancel' | 'reinstate' | 'address' | 'restore_address';

export type Journal = {
  /** The effect's. */
  key: string;
  kind: JournalKind;
  /** ISO 8601. */
  at: string;
  before: { status: string; total: string; shipping: WooAddress; refunds: { total: string }[]; journal?: Journal };
  /** Where the order went after a change of address. */
  after?: Address;
};

export const journalMeta = '_aiguy_effect';

const entry = {
  type: 'object',
  required: ['key', 'kind', 'at', 'before'],
  properties: {
    key: { type: 'string' },
    kind: { enum: ['cancel', 'reinstate', 'address', 'restore_address'] },
    at: { type: 'string', format: 'date-time' },
    before: { type: 'object', required: ['status', 'total', 'shipping', 'refunds'] },
  },
};
const validateJournal = createAjv().compile<Journal>(entry);

/** @returns undefined when nothing was changed here yet */
export function readJournal({ meta_data: metaData }: WooRow): Journal | undefined {
  const value = metaData.findLast(({ key }) => key === journalMeta)?.value;
  if (typeof value !== 'string') return undefined;
  try {
    const checked = check<Journal>(validateJournal, JSON.parse(value));
    return checked.ok ? checked.value : undefined;
  } catch {
    return undefined;
  }
}

/** As meta data of a request; of what was before, one step is enough. */
export function journalEntry(journal: Journal): { key: string; value: string } {
  const { journal: earlier, ...before } = journal.before;
  const { journal: _dropped, ...earlierBefore } = earlier?.before ?? { journal: undefined };
  const kept = earlier && { ...earlier, before: earlierBefore };
  return { key: journalMeta, value: JSON.stringify({ ...journal, before: { ...before, ...(kept ? { journal: kept } : {}) } }) };
}
