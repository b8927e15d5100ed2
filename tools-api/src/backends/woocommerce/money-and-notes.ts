// What follows the change of an order: money that goes back through the gateway, and a note for the shop's people. Each leaves the effect's key.
import { AiguyError } from '@aiguy/manifests/errors';
import { type WooClient, WooRefusal } from './client.ts';
import { journalMeta } from './journal.ts';
import { refundedOf, type WooRow } from './wire.ts';

type Following = { key: string; signal: AbortSignal | undefined };

/**
 * Sends the money back once: what the order still holds, and nothing when that has gone back already. WooCommerce writes a refund down before it asks
 * the gateway and refuses more than is left, so even one that is under way elsewhere is not sent a second time.
 * @param row as WooCommerce has answered last
 * @returns false when WooCommerce or the gateway refuses, so that somebody must do it by hand
 */
export async function refundOnce(
  client: WooClient,
  row: WooRow,
  { amount, reason, key, signal }: Following & { amount: number; reason: string },
): Promise<boolean> {
  const left = Math.round((Number(row.total) - refundedOf(row)) * 100) / 100;
  if (left < 0.005) return true;
  const body = {
    amount: Math.min(amount, left).toFixed(2),
    reason: `Cancelled in the chat (${reason})`,
    api_refund: true,
    // The cancellation has put the items back on the shelf.
    api_restock: false,
    meta_data: [{ key: journalMeta, value: key }],
  };
  try {
    await client.change('POST', `orders/${row.id}/refunds`, { body, signal });
    return true;
  } catch (error) {
    if (error instanceof WooRefusal) return false;
    throw error;
  }
}

/** A note that customers don't see, once for each effect. */
export async function addNote(client: WooClient, { id }: WooRow, { note, key, signal }: Following & { note: string }): Promise<void> {
  const mark = `[aiguy ${key.slice(0, 16)}]`;
  const notes = await listOf(client, `orders/${id}/notes`, { query: { type: 'internal', _fields: 'id,note' }, signal });
  if (notes.some((one) => one instanceof Object && 'note' in one && typeof one.note === 'string' && one.note.includes(mark))) return;
  await client.change('POST', `orders/${id}/notes`, { body: { note: `${note} ${mark}`, customer_note: false }, signal });
}

async function listOf(
  client: WooClient,
  path: string,
  { query, signal }: { query: Record<string, string | number>; signal: AbortSignal | undefined },
): Promise<unknown[]> {
  const answer = await client.get(path, query, signal);
  if (!Array.isArray(answer?.body)) throw new AiguyError('tool_unavailable', { cause: new Error(`WooCommerce answered ${path} without a list`) });
  return answer.body;
}
