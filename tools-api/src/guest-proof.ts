// What a guest must have shown before a tool runs that is about an order. Customers and direct callers pass: they say who they are.
import { AiguyError } from '@aiguy/manifests/errors';
import type { Tool } from '@aiguy/manifests/load';
import type { Guests } from './backends/guests/guests.ts';
import { isGuest } from './backends/shop.ts';
import type { Caller, Output } from './tool-call.ts';

/**
 * @returns the caller, a guest with the order that the call names, if this session has shown that it is his
 * @throws AiguyError proof_required, whose details name the tool with the form to fill in next; sign_in_required where there is no other way
 */
export async function withProof(guests: Guests | undefined, { manifest }: Tool, { caller, args }: { caller: Caller; args: Output }): Promise<Caller> {
  const { subject, sessionId } = caller;
  if (manifest.guests === undefined || !isGuest(subject)) return caller;
  if (manifest.guests === 'sign_in' || !guests || sessionId === undefined) throw new AiguyError('sign_in_required');
  if (typeof args.order_id !== 'string') throw new AiguyError('sign_in_required');
  const needsCode = manifest.guests === 'order_code' || args.details === true;
  const order = await guests.proofOf({ subject, sessionId }, args.order_id);
  if (order && (order.level === 'owner' || !needsCode)) return { ...caller, subject: { ...subject, order } };
  if (needsCode && !guests.mailsCodes) throw new AiguyError('sign_in_required');
  throw new AiguyError('proof_required', { details: [{ pointer: '/order_id', rule: needsCode ? 'send_order_code' : 'confirm_order_email' }] });
}
