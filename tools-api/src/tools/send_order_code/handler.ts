// send_order_code: mails a guest a code for an order, if the address that he types is the one it is billed to. The answer never says so.
import { AiguyError } from '@aiguy/manifests/errors';
import type { Backends, Handler } from '../handler.ts';
import { guestOf } from '../own-order.ts';

export function createSendOrderCode({ guests }: Pick<Backends, 'guests'>): Handler {
  return async ({ order_id: orderId, email }: { order_id: string; email: string }, context) => {
    if (!guests.mailsCodes) throw new AiguyError('sign_in_required');
    await guests.sendCode(guestOf(context), { orderId, email });
    return { order_id: orderId, next: 'enter_order_code' };
  };
}
