// enter_order_code: a guest types the code that he was mailed, and is the order's owner in this session for a while.
import { AiguyError } from '@aiguy/manifests/errors';
import type { Backends, Handler } from '../handler.ts';
import { guestOf } from '../own-order.ts';

export function createEnterOrderCode({ guests }: Pick<Backends, 'guests'>): Handler {
  return async ({ order_id: orderId, code }: { order_id: string; code: string }, context) => {
    const entered = await guests.enterCode(guestOf(context), { orderId, code });
    if (entered.kind === 'proven') return { order_id: orderId };
    // Names the form that may be filled in again.
    throw new AiguyError('code_wrong', entered.mayTryAgain ? { details: [{ pointer: '/code', rule: 'enter_order_code' }] } : {});
  };
}
