// confirm_order_email: a guest types the address that his order is billed to, and may hear the order's state in this session.
import { AiguyError } from '@aiguy/manifests/errors';
import type { Backends, Handler } from '../handler.ts';
import { guestOf } from '../own-order.ts';

export function createConfirmOrderEmail({ guests }: Pick<Backends, 'guests'>): Handler {
  return async ({ order_id: orderId, email }: { order_id: string; email: string }, context) => {
    if (!(await guests.confirmEmail(guestOf(context), { orderId, email }))) throw new AiguyError('proof_failed');
    return { order_id: orderId };
  };
}
